package failover_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// What an operator asked for comes true although a controller crashes between any two calls, before or after the call
// was carried out, and the next run of its Region starts a moment later.
func TestIntentsSurviveACrashAtEveryCall(t *testing.T) {
	for _, test := range []struct {
		kind       control.IntentKind
		to         string
		promotions int // failovers of the database that are asked for, at most
	}{
		{control.IntentSwitchover, "west", 0},
		{control.IntentFailover, "west", 2},
		{control.IntentReplay, "east", 0},
	} {
		for _, region := range []string{"east", "west"} {
			for _, kind := range []string{"crash", "crash-done"} {
				crashed := 0
				for skip := 0; crashAt(t, test.kind, test.to, test.promotions, region, kind, skip); skip++ {
					crashed++
				}
				t.Logf("%s, %s in %s: %d crashes", test.kind, kind, region, crashed)
				if crashed < 20 {
					t.Errorf("%s, %s in %s: %d calls are too few to show anything", test.kind, kind, region, crashed)
				}
			}
		}
	}
}

// crashAt plays one intent with a crash of a Region's run at one call; false: nothing was left to crash.
func crashAt(t *testing.T, kind control.IntentKind, to string, promotions int, region, how string, skip int) bool {
	t.Helper()
	s := newStage(t)
	s.world.Global.Takes = 5 * time.Second
	start := func(run string) { s.start(&datadriven.TestData{CmdArgs: []datadriven.CmdArg{{Key: run}}}) }
	runs := map[string]string{"east": "e1", "west": "w1"}
	for _, run := range runs {
		start(run)
	}
	s.tickOne("e1")
	s.tickOne("w1")
	s.pay(&datadriven.TestData{CmdArgs: []datadriven.CmdArg{{Key: "east"}, {Key: "a"}, {Key: "b"}, {Key: "c"}}})
	if kind == control.IntentReplay {
		s.world.Books["east"].Lose(2)
	}
	operator := failovertest.Control{World: s.world, Region: "east", Actor: "ann"}
	intent := control.Intent{ID: "asked", Kind: kind, To: to, By: "ann", Epoch: s.world.Lease.Epoch, Until: 1000, State: control.IntentOpen}
	if kind == control.IntentReplay {
		intent.Since = s.world.Now.Add(-time.Hour)
	}
	if _, err := operator.SaveIntent(t.Context(), intent); err != nil {
		t.Fatal(err)
	}
	crash := &fault{actor: runs[region], call: "any", kind: how, skip: skip, times: 1}
	s.faults = append(s.faults, crash)
	back := time.Time{}
	for round := range 40 {
		for _, region := range []string{"east", "west"} {
			s.tickOne(runs[region])
			if s.runs[runs[region]] == nil && back.IsZero() {
				back = s.world.Now.Add(5 * time.Second)
			}
			if s.runs[runs[region]] == nil && !s.world.Now.Before(back) {
				runs[region] = fmt.Sprintf("%c%d", region[0], 2+round)
				start(runs[region])
			}
		}
		s.pay(&datadriven.TestData{CmdArgs: []datadriven.CmdArg{{Key: []string{"east", "west"}[round%2]}, {Key: fmt.Sprint("p", round)}}})
		s.world.Now = s.world.Now.Add(2 * time.Second)
	}
	where := fmt.Sprintf("%s, %s at call %d of %s", kind, how, skip, region)
	if lease := s.world.Lease; lease.Region != to || lease.State != payment.LeaseActive {
		t.Fatalf("%s: lease is %+v\n%s", where, *lease, s.out.String())
	}
	if s.world.Global.Calls > promotions || kind == control.IntentSwitchover && s.world.Global.Switches == 0 {
		t.Fatalf("%s: %d promotions and %d switchovers were asked for\n%s", where, s.world.Global.Calls, s.world.Global.Switches, s.out.String())
	}
	if err := s.world.Check(); err != nil || len(s.world.Lost()) > 1 { // the last one may be waiting for the sweep
		t.Fatalf("%s: lost %v, error %v\n%s", where, s.world.Lost(), err, s.out.String())
	}
	if kind == control.IntentReplay && s.world.Intent.State != control.IntentDone {
		t.Fatalf("%s: the replay is %s", where, s.world.Intent.State)
	}
	return crash.times == 0
}
