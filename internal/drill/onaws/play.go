package onaws

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	judging "github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/stack"
)

const (
	// stopTimeout bounds the wait until FIS has undone a fault, alarmTimeout the wait until its stop condition is quiet.
	stopTimeout  = 10 * time.Minute
	alarmTimeout = 2 * time.Minute
)

// Play plays what was examined. Options are those of the load; scenario, target and configuration are set here. Whatever
// happens, an experiment that was started has been stopped when it returns, or the error says how to stop it. With evidence
// there may be an error, too: the fault was not what it should have been.
func (o Order) Play(ctx context.Context, options run.Options) (finished judging.Finished, err error) {
	names := o.System.Config.Names()
	heartbeat := &faults.Heartbeat{
		CloudWatch: o.System.CloudWatch[o.Region], Environment: o.System.Config.EnvironmentSuffix,
		Alarm:   stack.DrillAlarm(names, o.System.role(o.Region)),
		Healthy: func(ctx context.Context) error { return o.System.healthy(ctx, o.Other) },
	}
	defer heartbeat.Stop() // after the experiment's end, whose stop condition it is
	experiment := faults.New(faults.Options{API: o.System.FIS[o.Region], Template: o.Template, Region: o.Region, Run: options.Run, Poll: o.Poll})
	defer func() { err = errors.Join(err, stop(ctx, experiment)) }()
	options.Progress("waiting until the stop condition %s is quiet", heartbeat.Alarm)
	if err := heartbeat.Start(ctx, alarmTimeout); err != nil {
		return judging.Finished{}, err
	}
	dns := &answers{system: o.System}
	following, end := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { dns.follow(following) })
	defer group.Wait()
	defer end()
	options.Scenario = o.kind.scenario(experiment, func(e *faults.Experiment) { o.tell(e, options) })
	options.Target, options.Config, options.Broken = o.System.target(experiment.Events, dns.events), o.System.Config, experiment.Err
	finished, err = run.Play(ctx, options)
	err = errors.Join(err, experiment.Err())
	if finished.End.IsZero() {
		return finished, err
	}
	finished.OwnPrefix = options.Run
	finished.Notes = append(finished.Notes, o.notes(experiment)...)
	return finished, err
}

// stop is for every way out; the drill may have been interrupted.
func stop(ctx context.Context, experiment *faults.Experiment) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	return experiment.Stop(ctx)
}

// tell says what runs, before anything is waited for.
func (o Order) tell(experiment *faults.Experiment, options run.Options) {
	if id, status, _ := experiment.State(); id != "" {
		options.Progress("experiment %s in %s is %s; it ends with this drill, and after %s in any case", id, o.Region, status, stack.DrillDuration)
	}
}

// notes are where a drill with FIS differs from the loss of a Region.
func (o Order) notes(experiment *faults.Experiment) []string {
	id, status, reason := experiment.State()
	return []string{
		fmt.Sprintf("FIS experiment %s of template %s in %s, account %s: %s (%s).", id, o.Template, o.Region, o.Account, status, reason),
		"FIS cannot take a Region away: its control planes, its DNS and what AWS itself replicates (Aurora's storage) go on.",
		"A pause of replication may begin up to five minutes after its experiment: an interruption that began later than ten seconds after the fault counts as a further one.",
		"Other payers may use the system: only payments of this drill are judged for phantoms.",
	}
}
