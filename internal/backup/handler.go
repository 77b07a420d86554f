package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Actions of a Request.
const (
	ActionVerify         = "verify"
	ActionRestoreStart   = "restore-start"
	ActionRestoreAdvance = "restore-advance"
)

// Request is the function's input. Every field is optional and unknown ones are ignored, so the scheduled event that
// EventBridge sends by default is a plain verification, as in the original.
type Request struct {
	// Action is ActionVerify (the default), ActionRestoreStart or ActionRestoreAdvance.
	Action string `json:"action"`
	// MinRetentionDays is the retention that the configuration asked for; less raises a warning. 0 checks nothing.
	MinRetentionDays int `json:"minRetentionDays"`
}

// RestoreTest advances the restore test machine for as long as ctx allows; package restore has it.
type RestoreTest interface {
	Advance(ctx context.Context, start bool) (RestoreState, error)
}

// RestoreState is how far a restore test is.
type RestoreState struct {
	Cluster string `json:"cluster,omitempty"` // the throw-away cluster
	Step    string `json:"step"`              // what comes next; "idle" when nothing is left to do
	Verdict string `json:"verdict,omitempty"` // passed or failed, once the checks ran
	Detail  string `json:"detail,omitempty"`
}

// Deps is what Handler works with. All fields but Restore are required.
type Deps struct {
	Cluster string
	RDS     RDS
	Policy  Policy
	Now     func() time.Time
	Emitter Emitter
	Logger  *slog.Logger
	// Restore answers the restore actions; without it they are errors.
	Restore RestoreTest
}

// FailedError is a verification that ended in Failure; returned so that Lambda's Errors metric counts it.
type FailedError struct{ Verdict Verdict }

// Error lists every reason.
func (e *FailedError) Error() string {
	return fmt.Sprintf("verify backups of cluster %s: %s", e.Verdict.Cluster, strings.Join(e.Verdict.Reasons, "; "))
}

// Handler returns the Lambda function. A failed verdict, an unreadable RDS and an unwritten metric are all errors; the
// result is complete in the first case too, for callers other than Lambda.
func Handler(deps Deps) func(context.Context, json.RawMessage) (Result, error) {
	return func(ctx context.Context, event json.RawMessage) (Result, error) {
		request, err := decode(event)
		if err != nil {
			return Result{}, err
		}
		switch request.Action {
		case ActionVerify:
			return verify(ctx, deps, request)
		case ActionRestoreStart, ActionRestoreAdvance:
			if deps.Restore == nil {
				return Result{}, fmt.Errorf("run action %s: restore tests are not configured", request.Action)
			}
			state, err := deps.Restore.Advance(ctx, request.Action == ActionRestoreStart)
			return restoreResult(deps.Cluster, state, err), err
		default:
			return Result{}, fmt.Errorf("read event: unknown action %q, want %s, %s or %s",
				request.Action, ActionVerify, ActionRestoreStart, ActionRestoreAdvance)
		}
	}
}

// decode reads the event; none at all is a verification.
func decode(event json.RawMessage) (Request, error) {
	request := Request{Action: ActionVerify}
	if len(event) == 0 {
		return request, nil
	}
	if err := json.Unmarshal(event, &request); err != nil {
		return request, fmt.Errorf("read event: %w", err)
	}
	if request.Action == "" {
		request.Action = ActionVerify
	}
	if request.MinRetentionDays < 0 {
		return request, fmt.Errorf("read event: minRetentionDays is %d, want 0 or more", request.MinRetentionDays)
	}
	return request, nil
}

// verify observes, judges, emits and answers.
func verify(ctx context.Context, deps Deps, request Request) (Result, error) {
	policy := deps.Policy
	if request.MinRetentionDays > 0 {
		policy.MinRetention = time.Duration(request.MinRetentionDays) * 24 * time.Hour
	}
	verdict := Verdict{Level: Failure, Cluster: deps.Cluster}
	now := deps.Now()
	observation, err := Observe(ctx, deps.RDS, deps.Cluster)
	if err != nil {
		// Backups that nobody can look at count as failed: the alarm must not depend on the API that broke.
		verdict.Reasons = []string{err.Error()}
	} else {
		verdict = Judge(observation, now, policy)
		if verdict.Level == Failure {
			err = &FailedError{Verdict: verdict}
		}
	}
	// Joined only when there are two: Lambda reports the type of the error, and FailedError says more than a join.
	if unwritten := EmitVerdict(deps.Emitter, now, verdict); unwritten != nil {
		err = errors.Join(err, unwritten)
	}
	// A returned error is logged by whoever called; only what is not an error is logged here.
	if err == nil {
		deps.Logger.InfoContext(ctx, "backups verified", "cluster", deps.Cluster, "role", verdict.Role,
			"status", verdict.Level.String(), "reasons", verdict.Reasons)
	}
	return verifyResult(verdict), err
}
