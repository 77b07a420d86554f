package restore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// Checks are the ledger's own checks, run in a restored cluster. They must only read.
type Checks interface {
	Check(ctx context.Context, target Target) (Findings, error)
}

// Machine carries out the steps. All fields are required.
type Machine struct {
	Environment string // owner of the throw-away clusters, part of their name and tag
	Source      string // cluster whose backups are tested
	RDS         RDS
	Checks      Checks
	Policy      Policy
	Now         func() time.Time
	// Sleep waits for a duration or until ctx ends; pause.For is the real one.
	Sleep func(ctx context.Context, duration time.Duration) error
	// Emitter gets the verdict, as one on the source cluster.
	Emitter backup.Emitter
	Logger  *slog.Logger
}

// FailedError is a restore test that was decided against the backup.
type FailedError struct{ Cluster, Reason string }

// Error names the throw-away cluster and the reason.
func (e *FailedError) Error() string {
	return fmt.Sprintf("test restore into %s: %s", e.Cluster, e.Reason)
}

// Advance takes as many steps as fit before ctx's deadline less Policy.Margin; without a deadline it goes on to the
// end. With start it begins today's test unless that has begun. It returns how far the machine is, with a *FailedError
// when a test was decided against the backup in this call (its cluster is removed nevertheless), and with other errors
// when a step failed or a cluster outlives its removal. Calls may overlap and may die anywhere.
func (m *Machine) Advance(ctx context.Context, start bool) (backup.RestoreState, error) {
	if err := errors.Join(checkEnvironment(m.Environment), m.Policy.Validate()); err != nil {
		return backup.RestoreState{}, err
	}
	run := &run{Machine: m, intent: Intent{Start: start, Name: Name(m.Environment, m.Now())}}
	err := run.toEnd(ctx)
	return run.state, errors.Join(err, run.failed)
}

// run is one call of Advance.
type run struct {
	*Machine
	intent Intent
	state  backup.RestoreState
	failed error // a *FailedError of this call
}

// toEnd observes, decides and acts until nothing is left to do or the time is up.
func (r *run) toEnd(ctx context.Context) error {
	for {
		observation, err := Observe(ctx, r.RDS, r.Environment, r.Source, r.intent.Start)
		if err != nil {
			return err
		}
		if cluster := observation.find(r.intent.Name); cluster != nil && cluster.Ours {
			r.intent.Start = false // it has begun; after its removal it must not begin again
		}
		step := Next(observation, r.intent, r.Now(), r.Policy)
		r.state.Step = string(step.Action)
		if step.Cluster != "" {
			r.state.Cluster = step.Cluster
		}
		r.Logger.InfoContext(ctx, "restore test", "action", step.Action, "cluster", step.Cluster,
			"instance", step.Instance, "snapshot", step.Snapshot, "reason", step.Reason)
		if step.Action == ActionIdle {
			return nil
		}
		if err := r.act(ctx, step, observation); err != nil {
			return err
		}
		if outOfTime(ctx, r.Policy.PollInterval+r.Policy.Margin) {
			return r.overdue(observation)
		}
		if err := r.Sleep(ctx, r.Policy.PollInterval); err != nil {
			return fmt.Errorf("wait for cluster %s: %w", step.Cluster, err)
		}
	}
}

// outOfTime reports whether ctx ends within the time that is needed.
func outOfTime(ctx context.Context, needed time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < needed
}

// overdue is an error when a cluster should have been gone for long: it costs money and hides a fault.
func (r *run) overdue(observation Observation) error {
	for _, cluster := range observation.Throwaways {
		age := r.Now().Sub(cluster.StartedAt)
		if limit := r.Policy.Deadline + r.Policy.Removal; cluster.Ours && age > limit {
			return fmt.Errorf("remove cluster %s: still %s %s after its test began, limit %s",
				cluster.Name, cluster.Status, age.Round(time.Minute), limit)
		}
	}
	return nil
}

// decide records a verdict: first the metric, then the tag, so that a crash between repeats a metric and never loses
// one. The cluster is removed whatever the verdict.
func (r *run) decide(ctx context.Context, cluster *Throwaway, passed bool, reason string) error {
	verdict, level := VerdictPassed, backup.Success
	if !passed {
		verdict, level = VerdictFailed, backup.Failure
		r.failed = errors.Join(r.failed, &FailedError{Cluster: cluster.Name, Reason: reason})
	}
	r.state.Verdict, r.state.Detail = verdict, reason
	r.Logger.InfoContext(ctx, "restore test decided", "cluster", cluster.Name, "verdict", verdict, "reason", reason)
	if err := r.emit(level, cluster.Name, reason); err != nil {
		return err
	}
	return r.tagVerdict(ctx, cluster, verdict)
}

// emit writes the outcome of the test in this cluster.
func (r *run) emit(level backup.Level, cluster, reason string) error {
	return backup.EmitVerdict(r.Emitter, r.Now(), backup.Verdict{
		Level: level, Cluster: r.Source, Reasons: []string{"test restore into " + cluster + ": " + reason}})
}
