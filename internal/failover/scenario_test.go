package failover_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// A scenario is a list of commands with the expected transcript: what a run decided, wrote and changed. Nothing is
// timed by a clock; "go test -rewrite" writes the transcripts anew, to be read as a diff.
func TestController(t *testing.T) {
	datadriven.Walk(t, "testdata/controller", func(t *testing.T, path string) {
		stage := newStage(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			stage.out.Reset()
			stage.play(d)
			if err := stage.world.Check(); err != nil {
				fmt.Fprintf(&stage.out, "INVARIANT: %v\n", err)
			}
			return stage.out.String()
		})
	})
}

// stage is one scenario's world and its runs.
type stage struct {
	t      *testing.T
	world  *failovertest.World
	runs   map[string]*failover.Controller
	faults []*fault
	out    strings.Builder
	nextID int
}

// fault is one planned failure of a call.
type fault struct {
	actor, call, kind string
	skip, times       int
	takes             time.Duration
	// then are runs that tick meanwhile, before and after the time that it takes.
	then []string
}

var errCrash = errors.New("crash")

func newStage(t *testing.T) *stage {
	s := &stage{t: t, world: failovertest.New("east", "west"), runs: map[string]*failover.Controller{}}
	s.world.Trace = func(format string, arguments ...any) { fmt.Fprintf(&s.out, "  "+format+"\n", arguments...) }
	s.world.Before = func(_ context.Context, call failovertest.Call) failovertest.Way {
		return failovertest.Way{Err: s.fail(call, false)}
	}
	s.world.After = func(_ context.Context, call failovertest.Call) error { return s.fail(call, true) }
	return s
}

// fail looks for a planned failure of the call. Kinds that end with "-done" strike after the call was carried out.
func (s *stage) fail(call failovertest.Call, done bool) error {
	for _, f := range s.faults {
		if f.times == 0 || f.actor != call.Actor && f.actor != call.Region || f.call != call.Op.String() && f.call != "any" ||
			strings.HasSuffix(f.kind, "-done") != done {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		f.times--
		s.meanwhile(f.then)
		if s.world.Now = s.world.Now.Add(f.takes); f.takes > 0 {
			s.meanwhile(f.then)
		}
		switch strings.TrimSuffix(f.kind, "-done") {
		case "slow":
			return nil
		case "crash":
			panic(errCrash)
		case "busy":
			return control.ErrBusy
		case "unavailable":
			return payment.ErrLedgerUnavailable
		case "old-lease":
			return errOldLease
		}
		return control.ErrAmbiguous
	}
	return nil
}

// meanwhile lets other runs tick within a call.
func (s *stage) meanwhile(runs []string) {
	for _, run := range runs {
		s.out.WriteString("  meanwhile ")
		s.tickOne(run)
	}
}

func (s *stage) play(d *datadriven.TestData) {
	switch d.Cmd {
	case "start":
		s.start(d)
	case "tick":
		s.tick(d)
	case "advance":
		s.world.Now = s.world.Now.Add(age(s.t, d.CmdArgs[0].Key))
	case "wall":
		s.world.Wall[d.CmdArgs[0].Key] = age(s.t, d.CmdArgs[1].Key)
	case "fault":
		s.plan(d)
	case "heal":
		s.faults = nil
	case "database":
		s.database(d)
	case "replicate":
		s.world.Replicate(0)
	case "pay":
		s.pay(d)
	case "lease":
		s.lease(d)
	case "ask":
		s.ask(d)
	case "ledger": // ledger east loses=n
		s.world.Books[d.CmdArgs[0].Key].Lose(int(whole(s.t, d.CmdArgs[1].Vals[0])))
	case "show":
		s.show()
	default:
		d.Fatalf(s.t, "unknown command %q", d.Cmd)
	}
}

// start makes runs: their Region is east if their name begins with e.
func (s *stage) start(d *datadriven.TestData) {
	for _, argument := range d.CmdArgs {
		region, run := "west", argument.Key
		if run[0] == 'e' {
			region = "east"
		}
		controller, err := failover.New(failover.Options{
			Settings: settings(region, run),
			Control:  failovertest.Control{World: s.world, Region: region, Actor: run},
			Journal:  failovertest.Journal{World: s.world, Region: region, Actor: run},
			Ledger:   failovertest.Ledger{World: s.world, Region: region, Actor: run},
			Database: failovertest.Database{World: s.world, Region: region, Actor: run},
			Switcher: failovertest.Database{World: s.world, Region: region, Actor: run},
			Intents:  failovertest.Control{World: s.world, Region: region, Actor: run},
			Metrics:  printer{s, run},
			Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
			Limits:   failover.Limits{Workers: 1},
			Clock: failover.Clock{
				Now: func() time.Time { return s.world.Now }, Wall: func() time.Time { return s.world.WallTime(region) },
				Sleep:       func(ctx context.Context, d time.Duration) error { s.world.Now = s.world.Now.Add(d); return ctx.Err() },
				WithTimeout: context.WithTimeout,
			},
		})
		if err != nil {
			s.t.Fatal(err)
		}
		s.runs[run] = controller
	}
}

// printer shows the metrics that tell of an event.
type printer struct {
	stage *stage
	run   string
}

func (p printer) Emit(_ time.Time, metrics []telemetry.Metric, _ map[string]string, _ map[string]any) error {
	for _, metric := range metrics {
		switch metric.Name {
		case telemetry.LeaseLost, telemetry.FailoverStarted:
			fmt.Fprintf(&p.stage.out, "  %s: metric %s %g\n", p.run, metric.Name, metric.Value)
		}
	}
	return nil
}

// tick ticks runs in turn, count rounds, with time between the rounds: tick e1 w1 count=3 every=2s quiet.
func (s *stage) tick(d *datadriven.TestData) {
	count, every, quiet := 1, 2*time.Second, false
	var runs []string
	for _, argument := range d.CmdArgs {
		switch argument.Key {
		case "count":
			count = int(whole(s.t, argument.Vals[0]))
		case "every":
			every = age(s.t, argument.Vals[0])
		case "quiet":
			quiet = true
		default:
			runs = append(runs, argument.Key)
		}
	}
	for round := range count {
		if round > 0 {
			s.world.Now = s.world.Now.Add(every)
		}
		for _, run := range runs {
			before := s.out.String()
			s.tickOne(run)
			if quiet && round < count-1 {
				s.out.Reset()
				s.out.WriteString(before)
			}
		}
	}
}

func (s *stage) tickOne(run string) {
	controller := s.runs[run]
	if controller == nil {
		fmt.Fprintf(&s.out, "%s: gone\n", run)
		return
	}
	mark := s.out.Len()
	defer func() {
		if crashed := recover(); crashed != nil {
			if crashed != errCrash {
				panic(crashed)
			}
			delete(s.runs, run)
			fmt.Fprintf(&s.out, "  %s: crashed\n", run)
		}
	}()
	decision, err := controller.Tick(s.t.Context())
	traced := s.out.String()[mark:]
	head := s.out.String()[:mark]
	s.out.Reset()
	fmt.Fprintf(&s.out, "%s%s: %s", head, run, decision.Action)
	if decision.Fenced {
		s.out.WriteString(" (fenced)")
	}
	fmt.Fprintf(&s.out, ": %s\n%s", decision.Reason, traced)
	if err != nil {
		fmt.Fprintf(&s.out, "  %s: error: %s\n", run, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// plan reads: fault <actor or region> <call> <kind> [skip=n] [times=n|-1] [takes=duration] [then=run|(run,run)].
func (s *stage) plan(d *datadriven.TestData) {
	f := &fault{actor: d.CmdArgs[0].Key, call: d.CmdArgs[1].Key, kind: d.CmdArgs[2].Key, times: 1}
	for _, argument := range d.CmdArgs[3:] {
		switch argument.Key {
		case "skip":
			f.skip = int(whole(s.t, argument.Vals[0]))
		case "times":
			f.times = int(whole(s.t, argument.Vals[0]))
		case "takes":
			f.takes = age(s.t, argument.Vals[0])
		case "then":
			f.then = argument.Vals
		}
	}
	s.faults = append(s.faults, f)
}

// database reads: database takes=30s | severed | joined | <region> down|up|unusable=reason.
func (s *stage) database(d *datadriven.TestData) {
	global := &s.world.Global
	for i, argument := range d.CmdArgs {
		switch argument.Key {
		case "takes":
			global.Takes = age(s.t, argument.Vals[0])
		case "severed":
			global.Severed = true
		case "joined":
			global.Severed = false
			s.world.Settle()
			for region := range s.world.Books {
				if region != global.Writer {
					s.world.Rejoin(region)
				}
			}
		case "down":
			s.world.Books[d.CmdArgs[i-1].Key].Down = true
		case "up":
			s.world.Books[d.CmdArgs[i-1].Key].Down = false
		case "unusable":
			global.Unusable[d.CmdArgs[i-1].Key] = argument.Vals[0]
		}
	}
}

// pay lets a Region's real processor take payments: pay east a b c.
func (s *stage) pay(d *datadriven.TestData) {
	region := d.CmdArgs[0].Key
	processor, err := payment.NewProcessor(payment.Options{
		Journal: failovertest.Journal{World: s.world, Region: region, Actor: "processor"},
		Ledger:  failovertest.Ledger{World: s.world, Region: region, Actor: "processor", Follow: true},
		Lease:   oldReading{failovertest.Control{World: s.world, Region: region, Actor: "processor"}},
		Region:  region, Observer: ignore{}, Now: func() time.Time { return s.world.WallTime(region) },
		NewID: func() (string, error) { s.nextID++; return fmt.Sprintf("transaction-%d", s.nextID), nil }, Random: func() float64 { return 0 },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, argument := range d.CmdArgs[1:] {
		result, err := processor.Pay(s.t.Context(), payment.Payment{ID: argument.Key, Money: payment.Money{MinorUnits: 500, Currency: "USD"}})
		if err != nil {
			fmt.Fprintf(&s.out, "%s: %v\n", argument.Key, err)
			continue
		}
		fmt.Fprintf(&s.out, "%s: %s\n", argument.Key, result.Status)
	}
}

var errOldLease = errors.New("first term")

// oldReading is a lease that remembers the first term when told so by a fault.
type oldReading struct{ failovertest.Control }

func (o oldReading) Current(ctx context.Context) (payment.Term, error) {
	term, err := o.Control.Current(ctx)
	if errors.Is(err, errOldLease) {
		return payment.Term{Region: "east", Epoch: 1, State: payment.LeaseActive}, nil
	}
	return term, err
}

type ignore struct{}

func (ignore) Observe(context.Context, payment.Observation) {}

// lease changes the item as an operator or another program would: lease state=draining | fault=corrupt|newer | gone.
func (s *stage) lease(d *datadriven.TestData) {
	for _, argument := range d.CmdArgs {
		switch argument.Key {
		case "state":
			s.world.Lease.State = payment.LeaseState(argument.Vals[0])
			s.world.Lease.Version++
		case "gone":
			s.world.Lease = nil
		case "fault":
			s.world.LeaseFault = map[string]error{"corrupt": control.ErrCorrupt, "newer": control.ErrNewerSchema}[argument.Vals[0]]
		}
	}
}

// ask writes an intent of the present term: ask switchover|failover|drain to=west [until=seq] [epoch=n]; ask
// replay since=age; ask withdrawn.
func (s *stage) ask(d *datadriven.TestData) {
	operator := failovertest.Control{World: s.world, Region: "east", Actor: "ann"}
	intent := control.Intent{Kind: control.IntentKind(d.CmdArgs[0].Key), To: "west", By: "ann", Epoch: s.world.Lease.Epoch, Until: 1000, State: control.IntentOpen}
	if before := s.world.Intent; before != nil {
		intent.Version = before.Version
	}
	if intent.Kind == control.IntentKind(control.IntentWithdrawn) {
		intent = *s.world.Intent
		intent.State = control.IntentWithdrawn
	} else {
		s.nextID++
		intent.ID = fmt.Sprintf("intent-%d", s.nextID)
	}
	for _, argument := range d.CmdArgs[1:] {
		switch argument.Key {
		case "to":
			intent.To = argument.Vals[0]
		case "until":
			intent.Until = whole(s.t, argument.Vals[0])
		case "epoch":
			intent.Epoch = whole(s.t, argument.Vals[0])
		case "since":
			intent.Since = s.world.Now.Add(-age(s.t, argument.Vals[0]))
		}
	}
	if _, err := operator.SaveIntent(s.t.Context(), intent); err != nil {
		fmt.Fprintf(&s.out, "  ann: %v\n", err)
	}
}

func (s *stage) show() {
	if lease := s.world.Lease; lease != nil {
		fmt.Fprintf(&s.out, "lease: %s epoch %d seq %d %s by %s\n", lease.Region, lease.Epoch, lease.Seq, lease.State, lease.Holder)
	}
	for _, region := range []string{"east", "west"} {
		book := s.world.Books[region]
		fmt.Fprintf(&s.out, "ledger of %s: %d payments, epoch %d, writable %t\n", region, book.Len(), book.Term().Epoch, book.Writable && !book.Down)
	}
	all, pending := s.world.Recorded()
	fmt.Fprintf(&s.out, "journal: %d payments, %d pending, %d not in the writer's ledger; promotions asked for: %d\n",
		all, pending, len(s.world.Lost()), s.world.Global.Calls)
}
