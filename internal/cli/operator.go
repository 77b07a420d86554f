package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/act"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// askOptions are those of every command that asks the controllers for something.
type askOptions struct {
	yes, resume, cancel bool
	by, why             string
	length, timeout     time.Duration
}

func (o *askOptions) register(flags *pflag.FlagSet, a *app, length time.Duration) {
	a.registerSystem(flags)
	flags.BoolVar(&o.yes, "yes", false, "do not ask for a confirmation")
	flags.StringVar(&o.by, "by", a.operator(), "`who` asks, for the history")
	flags.StringVar(&o.why, "reason", "", "`why`, for the history")
	flags.DurationVar(&o.length, "for", length, "the controllers give up after this `time`")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Minute, "stop watching after this `time`; the controllers go on")
}

func (o *askOptions) registerResume(flags *pflag.FlagSet) {
	flags.BoolVar(&o.resume, "resume", false, "watch what was asked for before, by whomever")
	flags.BoolVar(&o.cancel, "cancel", false, "take back what was asked for")
}

func (o *askOptions) check() error {
	switch {
	case o.length <= 0 || o.timeout <= 0:
		return refusef("--for %s and --timeout %s must be above zero", o.length, o.timeout)
	case o.resume && o.cancel:
		return refusef("--resume and --cancel exclude each other")
	case o.by == "":
		return refusef("--by is empty: the history must say who asked")
	}
	return nil
}

// newOperator acts through the table of the Region to first, then the others.
func (a *app) newOperator(observer *observe.Observer, to string, options askOptions, question func(status.Snapshot) (text, answer string)) *act.Operator {
	operator := &act.Operator{
		Look: observer.Look, Items: observer.Items, Tick: observer.Access.Tick, Now: observer.Now, Sleep: failover.SystemClock().Sleep,
		Say: func(format string, arguments ...any) {
			fmt.Fprintf(a.process.Stderr, "paymentdr: "+format+"\n", arguments...)
		},
		Confirm: func(ctx context.Context, seen status.Snapshot) error {
			return a.confirmAsk(ctx, seen, options, question)
		},
	}
	for _, first := range []bool{true, false} {
		for i, region := range observer.Access.Regions {
			if (region.Name == to) == first {
				operator.Tables = append(operator.Tables, observer.Clients[i].Control)
			}
		}
	}
	return operator
}

// confirmAsk shows what the decision is about and goes on only after the typed answer.
func (a *app) confirmAsk(ctx context.Context, seen status.Snapshot, options askOptions, question func(status.Snapshot) (string, string)) error {
	text, answer := question(seen)
	if !options.yes && !a.process.Interactive {
		return act.Refused{plan.Because(plan.NotConfirmed, "standard input is not a terminal, so nobody can be asked: use --yes")}
	}
	for _, rows := range [][][]string{seen.System(), seen.PerRegion()} {
		if err := writeTable(a.process.Stderr, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.process.Stderr)
	}
	fmt.Fprintln(a.process.Stderr, text)
	if options.yes {
		return nil
	}
	return a.ask(ctx, fmt.Sprintf("Type %s to go on: ", answer), answer)
}

// askedResult is the result, as JSON, of a command that asked for something.
type askedResult struct {
	Kind   control.IntentKind `json:"kind"`
	To     string             `json:"to"`
	Intent string             `json:"intent"`
	Epoch  int64              `json:"epoch"`
	Phase  plan.Phase         `json:"phase"`
	Fact   string             `json:"fact"`
	// TookSeconds is since the intent was written.
	TookSeconds float64 `json:"tookSeconds"`
	// Posted is a replay's.
	Posted string `json:"posted,omitempty"`
}

func (r askedResult) rows() [][]string {
	rows := [][]string{{"KIND", "TO", "OUTCOME", "LEASE", "TOOK"}, {
		string(r.Kind), r.To, string(r.Phase), r.Fact, time.Duration(r.TookSeconds * float64(time.Second)).Round(100 * time.Millisecond).String(),
	}}
	if r.Posted != "" {
		rows[0], rows[1] = append(rows[0], "POSTED"), append(rows[1], r.Posted)
	}
	return rows
}

// pursue begins what is ordered, watches it and says what became of it.
func (a *app) pursue(ctx context.Context, operator *act.Operator, order act.Order, options askOptions, what string) error {
	intent, err := operator.Begin(ctx, order)
	var no act.Refused
	switch {
	case errors.As(err, &no):
		return a.refuse(what, no)
	case err != nil && intent.ID == "":
		return err
	}
	watched, cancel := context.WithTimeout(ctx, options.timeout)
	defer cancel()
	progress, err := operator.Await(watched, intent)
	if err != nil {
		asked := status.Intent{Kind: intent.Kind, To: intent.To}
		fmt.Fprintf(a.process.Stderr, "paymentdr: no longer watching; the intent stands and the controllers go on with it.\n  watch it again: %s\n  take it back:   %s\n",
			a.here(plan.Command(asked, "--resume")), a.here(plan.Command(asked, "--cancel")))
		return fmt.Errorf("%s: not watched to its end: %w", what, err)
	}
	result := askedResult{
		Kind: intent.Kind, To: intent.To, Intent: intent.ID, Epoch: intent.Epoch, Phase: progress.Phase, Fact: progress.Fact,
		TookSeconds: operator.Now().Sub(intent.At).Seconds(),
	}
	if intent.Kind == control.IntentReplay && progress.Phase == plan.Reached {
		if result.Posted, err = operator.Posted(ctx, intent); err != nil {
			return err
		}
	}
	if err := a.result(result, result.rows()); err != nil {
		return err
	}
	return judgeProgress(what, progress)
}

// judgeProgress is nil for the good end only.
func judgeProgress(what string, progress plan.Progress) error {
	switch progress.Phase {
	case plan.Reached:
		return nil
	case plan.Expired:
		return fmt.Errorf("%s: its time is over and it has not come true: %s; see why with paymentdr history, then ask again", what, progress.Fact)
	case plan.Withdrawn:
		return fmt.Errorf("%s: it was taken back: %s", what, progress.Fact)
	}
	return fmt.Errorf("%s: another term began instead: %s; see why with paymentdr history", what, progress.Fact)
}

// refuse says every reason, as deploy does.
func (a *app) refuse(what string, no act.Refused) error {
	var reasons []reason
	for _, r := range no {
		reasons = append(reasons, newReason(string(r.Code), "%s", a.here(r.Text)))
	}
	return a.judge(what, reasons)
}

// takenBackWithin bounds the wait for an active term: a ledger that is away may keep it draining, which is the
// controllers' to judge.
const takenBackWithin = 3 * time.Minute

// takeBack withdraws an intent, and waits until the term is active.
func (a *app) takeBack(ctx context.Context, operator *act.Operator, kind control.IntentKind, to, by string) error {
	intent, err := operator.Withdraw(ctx, kind, to, by)
	var no act.Refused
	if errors.As(err, &no) {
		return a.refuse("taking the "+string(kind)+" back", no)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, takenBackWithin)
	defer cancel()
	lease, err := operator.AwaitActive(ctx)
	if err != nil {
		return fmt.Errorf("wait until the term is active again: %w", err)
	}
	result := askedResult{
		Kind: kind, To: intent.To, Intent: intent.ID, Epoch: intent.Epoch, Phase: plan.Withdrawn,
		Fact: fmt.Sprintf("%s holds epoch %d (%s)", lease.Region, lease.Epoch, lease.State), TookSeconds: operator.Now().Sub(intent.At).Seconds(),
	}
	return a.result(result, result.rows())
}
