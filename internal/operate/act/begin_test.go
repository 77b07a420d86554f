package act_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/operate/act"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

const tick = 2 * time.Second

var errKilled = errors.New("killed")

// scene is a system in memory, whose controllers tick while an operator sleeps.
type scene struct {
	t     *testing.T
	world *failovertest.World
	runs  []*failover.Controller
	said  []string
	// fail decides about an operator's call, before (false) and after (true) it is carried out.
	fail func(call string, done bool) error
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, world: failovertest.New("east", "west"), fail: func(string, bool) error { return nil }}
	s.world.Before = func(_ context.Context, call failovertest.Call) failovertest.Way {
		return failovertest.Way{Err: s.operatorFault(call, false)}
	}
	s.world.After = func(_ context.Context, call failovertest.Call) error { return s.operatorFault(call, true) }
	for i, region := range []string{"east", "west"} {
		peer, place := []string{"west", "east"}[i], []payment.Place{payment.PlacePrimary, payment.PlaceSecondary}[i]
		settings := failover.Settings{Region: region, Peer: peer, Place: place, Run: region + "'s", TTL: 15 * time.Second, Tick: tick}
		controller, err := failover.New(s.world.Options(settings, func(pause time.Duration) error {
			s.world.Now = s.world.Now.Add(pause)
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		s.runs = append(s.runs, controller)
	}
	s.pass(tick)
	return s
}

func (s *scene) operatorFault(call failovertest.Call, done bool) error {
	if call.Actor != "operator" {
		return nil
	}
	return s.fail(call.Op.String(), done)
}

// pass lets time pass: each controller ticks once a tick.
func (s *scene) pass(length time.Duration) {
	for end := s.world.Now.Add(length); s.world.Now.Before(end); s.world.Now = s.world.Now.Add(tick) {
		for _, run := range s.runs {
			if _, err := run.Tick(context.Background()); err != nil {
				s.t.Logf("tick: %v", err)
			}
		}
	}
}

// table is the operator's; it is killed where the scene says so.
func (s *scene) table() failovertest.Control {
	return failovertest.Control{World: s.world, Region: "west", Actor: "operator"}
}

func (s *scene) look(context.Context) status.Snapshot {
	snapshot := status.Snapshot{At: s.world.Now, Intent: status.Intent{Reading: failover.LeaseAbsent}}
	for i, region := range []string{"east", "west"} {
		snapshot.Regions = append(snapshot.Regions, status.Region{
			Name: region, Place: []payment.Place{payment.PlacePrimary, payment.PlaceSecondary}[i], Controller: status.Controller{Heard: true},
			API: status.API{Code: 200, Journal: "ok"}, Lag: status.Lag{Known: true},
			Database: status.Database{Status: "available", Member: true, Sync: "connected", Instances: 1, Available: 1, Writer: s.world.Global.Writer == region},
		})
	}
	lease := *s.world.Lease
	snapshot.Lease = status.Lease{Reading: failover.LeaseRead, Region: lease.Region, Epoch: lease.Epoch, Seq: lease.Seq, State: lease.State, Version: lease.Version}
	if i := s.world.Intent; i != nil {
		snapshot.Intent = status.Intent{
			Reading: failover.LeaseRead, ID: i.ID, Kind: i.Kind, To: i.To, Epoch: i.Epoch, Until: i.Until, Since: i.Since, By: i.By, Why: i.Why, At: i.At,
			State: i.State, Version: i.Version, Running: plan.Occupies(*i, lease),
		}
	}
	return snapshot
}

func (s *scene) operator() *act.Operator {
	return &act.Operator{
		Look: s.look, Items: s.look, Tables: []act.Table{s.table()}, Tick: tick, Confirm: func(context.Context, status.Snapshot) error { return nil },
		Say: func(format string, arguments ...any) { s.said = append(s.said, fmt.Sprintf(format, arguments...)) },
		Now: func() time.Time { return s.world.Now }, Sleep: func(ctx context.Context, d time.Duration) error {
			s.pass(tick)
			return ctx.Err()
		},
	}
}

func switchover(by string) act.Order {
	return act.Order{Want: plan.Want{Kind: control.IntentSwitchover, To: "west", By: by}, Why: "patching", For: 10 * time.Minute}
}

// do is one command: begin, and watch to the end.
func do(t *testing.T, operator *act.Operator, order act.Order) (plan.Progress, error) {
	t.Helper()
	intent, err := operator.Begin(t.Context(), order)
	if err != nil {
		return plan.Progress{}, err
	}
	return operator.Await(t.Context(), intent)
}

func TestSwitchoverIsReachedAndTold(t *testing.T) {
	s := newScene(t)
	progress, err := do(t, s.operator(), switchover("ann"))
	if err != nil || progress.Phase != plan.Reached {
		t.Fatalf("%+v, %v", progress, err)
	}
	told := strings.Join(s.said, "\n")
	for _, part := range []string{"asked", "draining", "switchover-called", "released", "claimed", "active"} {
		if !strings.Contains(told, part) {
			t.Errorf("nothing was said of %q:\n%s", part, told)
		}
	}
	for _, event := range s.world.Events {
		if event.Kind == "asked" && (event.Detail["by"] != "ann" || event.Detail["why"] != "patching" || event.Detail["leaseRegion"] != "east" || event.Detail["lag"] == "") {
			t.Errorf("the history has %+v", event)
		}
	}
}

// An operator is killed at each call, before and after it is carried out, and runs the same command again: one intent
// is followed, nobody else's can come between, and it is reached.
func TestOperatorIsKilledAtEveryCall(t *testing.T) {
	for _, after := range []bool{false, true} {
		for at := 0; ; at++ {
			s := newScene(t)
			calls, killed := 0, false
			s.fail = func(_ string, done bool) error {
				if done == after && !killed {
					if calls++; calls > at {
						killed = true
						panic(errKilled)
					}
				}
				return nil
			}
			func() {
				defer func() {
					if got := recover(); got != nil && got != errKilled {
						panic(got)
					}
				}()
				_, _ = do(t, s.operator(), switchover("ann"))
			}()
			if !killed {
				t.Logf("%d calls (after: %t)", at, after)
				break
			}
			s.pass(10 * time.Second)
			order := switchover("ann")
			order.Resume = s.world.Intent != nil
			progress, err := do(t, s.operator(), order)
			if err != nil || progress.Phase != plan.Reached || s.world.Lease.Region != "west" || s.world.Lease.Epoch != 2 {
				t.Fatalf("killed at call %d (after: %t): %+v, %v; lease %+v", at, after, progress, err, *s.world.Lease)
			}
			asked := 0
			for _, event := range s.world.Events {
				if event.Kind == "asked" {
					asked++
				}
			}
			if asked != 1 || s.world.Intent.Version != 1 {
				t.Fatalf("killed at call %d (after: %t): asked %d times, intent version %d", at, after, asked, s.world.Intent.Version)
			}
		}
	}
}

func TestSecondOperatorIsRefused(t *testing.T) {
	s := newScene(t)
	first := s.operator()
	intent, err := first.Begin(t.Context(), switchover("ann"))
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, func() error { _, err := s.operator().Begin(t.Context(), switchover("ben")); return err }, plan.IntentRunning)
	failover := switchover("ann")
	failover.Kind = control.IntentFailover
	refusedWith(t, func() error { _, err := s.operator().Begin(t.Context(), failover); return err }, plan.IntentRunning)
	resumed := switchover("ben")
	resumed.Resume = true
	if again, err := s.operator().Begin(t.Context(), resumed); err != nil || again.ID != intent.ID {
		t.Errorf("resumed %+v, %v", again, err)
	}
}

// Two operators confirm at the same moment: one write wins, the other is told who won.
func TestTwoOperatorsConfirmAtOnce(t *testing.T) {
	s := newScene(t)
	slow := s.operator()
	items := slow.Items
	first := true
	slow.Items = func(ctx context.Context) status.Snapshot {
		seen := items(ctx)
		if first {
			first = false
			if _, err := s.operator().Begin(ctx, switchover("ann")); err != nil {
				t.Fatal(err)
			}
		}
		return seen
	}
	refusedWith(t, func() error { _, err := slow.Begin(t.Context(), switchover("ben")); return err }, plan.IntentRunning)
	if s.world.Intent.By != "ann" {
		t.Errorf("the intent is %s's", s.world.Intent.By)
	}
}

func refusedWith(t *testing.T, do func() error, want plan.Code) {
	t.Helper()
	var no act.Refused
	if err := do(); !errors.As(err, &no) || len(no) != 1 || no[0].Code != want {
		t.Errorf("error %v, want refusal %s", err, want)
	}
}

func TestNothingIsWrittenOnAStaleStatus(t *testing.T) {
	for name, test := range map[string]struct {
		confirm func(s *scene) error
		want    plan.Code
	}{
		"a person thinks for too long": {func(s *scene) error { s.pass(40 * time.Second); return nil }, plan.StaleStatus},
		"the lease moves meanwhile":    {func(s *scene) error { s.world.Lease.Region, s.world.Lease.Epoch = "west", 2; return nil }, plan.LeaseMoved},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			operator := s.operator()
			operator.Confirm = func(context.Context, status.Snapshot) error { return test.confirm(s) }
			refusedWith(t, func() error { _, err := operator.Begin(t.Context(), switchover("ann")); return err }, test.want)
			if s.world.Intent != nil {
				t.Errorf("wrote %+v", s.world.Intent)
			}
		})
	}
	s := newScene(t)
	operator := s.operator()
	no := errors.New("no")
	operator.Confirm = func(context.Context, status.Snapshot) error { return no }
	if _, err := operator.Begin(t.Context(), switchover("ann")); !errors.Is(err, no) || s.world.Intent != nil {
		t.Errorf("error %v, intent %+v", err, s.world.Intent)
	}
}

// The lease moves after the last check: the intent is of a term that is over, and nobody follows it.
func TestAnIntentOfAnOldTermIsNotFollowed(t *testing.T) {
	s := newScene(t)
	s.fail = func(call string, done bool) error {
		if call == "save-intent" && !done {
			s.world.Lease.Epoch, s.world.Lease.Version = 2, s.world.Lease.Version+1
		}
		return nil
	}
	progress, err := do(t, s.operator(), switchover("ann"))
	if err != nil || progress.Phase != plan.Overtaken {
		t.Fatalf("%+v, %v", progress, err)
	}
	s.pass(time.Minute)
	if s.world.Global.Switches != 0 || s.world.Lease.Region != "east" {
		t.Errorf("%d switchovers, lease %+v", s.world.Global.Switches, *s.world.Lease)
	}
}

func TestAnswersThatAreLost(t *testing.T) {
	for name, test := range map[string]struct {
		call string
		done bool
		err  error
	}{
		"the write did not arrive": {"save-intent", false, control.ErrAmbiguous}, "its answer was lost": {"save-intent", true, control.ErrAmbiguous},
		"refused for now": {"save-intent", false, control.ErrBusy}, "the history refuses": {"append", false, control.ErrBusy},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			failed := false
			s.fail = func(call string, done bool) error {
				if call == test.call && done == test.done && !failed {
					failed = true
					return test.err
				}
				return nil
			}
			progress, err := do(t, s.operator(), switchover("ann"))
			if err != nil || progress.Phase != plan.Reached || s.world.Intent.Version != 1 || !failed {
				t.Errorf("%+v, %v, version %d, failed %t", progress, err, s.world.Intent.Version, failed)
			}
		})
	}
	s := newScene(t)
	s.fail = func(call string, done bool) error {
		if call == "save-intent" {
			return control.ErrBusy
		}
		return nil
	}
	if _, err := s.operator().Begin(t.Context(), switchover("ann")); !errors.Is(err, control.ErrBusy) {
		t.Errorf("a table that refuses for ever: %v", err)
	}
}

func TestTakenBack(t *testing.T) {
	s := newScene(t)
	s.world.Global.Unusable["west"] = "creating"
	operator := s.operator()
	intent, err := operator.Begin(t.Context(), switchover("ann"))
	if err != nil {
		t.Fatal(err)
	}
	s.pass(tick)
	if s.world.Lease.State != payment.LeaseDraining {
		t.Fatalf("lease is %s", s.world.Lease.State)
	}
	if _, err := operator.Withdraw(t.Context(), control.IntentSwitchover, "west", "ben"); err != nil {
		t.Fatal(err)
	}
	if progress, err := operator.Await(t.Context(), intent); err != nil || progress.Phase != plan.Withdrawn {
		t.Errorf("%+v, %v", progress, err)
	}
	s.pass(3 * tick)
	if s.world.Lease.State != payment.LeaseActive || s.world.Lease.Region != "east" || s.world.Global.Switches != 0 {
		t.Errorf("lease %+v, %d switchovers", *s.world.Lease, s.world.Global.Switches)
	}
	refusedWith(t, func() error {
		_, err := operator.Withdraw(t.Context(), control.IntentSwitchover, "", "ben")
		return err
	}, plan.NothingToTake)
}

func TestAwaitBearsATableThatCannotBeRead(t *testing.T) {
	s := newScene(t)
	operator := s.operator()
	intent, err := operator.Begin(t.Context(), switchover("ann"))
	if err != nil {
		t.Fatal(err)
	}
	blind := 3
	operator.Items = func(ctx context.Context) status.Snapshot {
		if blind--; blind >= 0 {
			return status.Snapshot{Lease: status.Lease{Reading: failover.LeaseUnread, Problem: "no quorum"}}
		}
		return s.look(ctx)
	}
	if progress, err := operator.Await(t.Context(), intent); err != nil || progress.Phase != plan.Reached {
		t.Errorf("%+v, %v", progress, err)
	}
	if told := strings.Join(s.said, "\n"); strings.Count(told, "no quorum") != 1 {
		t.Errorf("said %s", told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := operator.Await(ctx, intent); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
