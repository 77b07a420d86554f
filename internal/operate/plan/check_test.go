package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

const east, west = "us-east-1", "us-west-2"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// well is a system of which nothing can be said: the east is active, nobody asks for anything.
func well() status.Snapshot {
	region := func(name string, place payment.Place, cluster string) status.Region {
		return status.Region{
			Name: name, Place: place, Controller: status.Controller{Heard: true, HeardSeconds: 20}, API: status.API{Code: 200, Journal: "ok"},
			Route53:  status.Route53{Healthy: true},
			Database: status.Database{Cluster: cluster, Status: "available", Member: true, Sync: "connected", Instances: 2, Available: 2},
		}
	}
	s := status.Snapshot{
		At:      noon,
		Lease:   status.Lease{Reading: failover.LeaseRead, Region: east, Epoch: 7, Seq: 100, State: payment.LeaseActive, Version: 900},
		Intent:  status.Intent{Reading: failover.LeaseAbsent},
		Regions: []status.Region{region(east, payment.PlacePrimary, "payment-primary"), region(west, payment.PlaceSecondary, "payment-secondary")},
	}
	s.Regions[0].Database.Writer = true
	s.Regions[1].Lag = status.Lag{Known: true, ReplicationSeconds: 0.3, AgeSeconds: 30}
	return s
}

func asks(kind control.IntentKind, by string) status.Intent {
	return status.Intent{Reading: failover.LeaseRead, Running: true, ID: "0199", Kind: kind, To: west, Epoch: 7, Until: 500, By: by, At: noon, State: control.IntentOpen, Version: 3}
}

// Each row is a change of a system that is well, and the codes that it gives for a failover, a switchover and a drain.
func TestEveryRefusal(t *testing.T) {
	r := func(codes ...plan.Code) []plan.Code { return codes }
	for _, row := range []struct {
		name                        string
		change                      func(s *status.Snapshot)
		failover, switchover, drain []plan.Code
	}{
		{"nothing", func(*status.Snapshot) {}, nil, nil, nil},
		{"target is active", func(s *status.Snapshot) { s.Lease.Region = west }, r(plan.AlreadyActive), r(plan.AlreadyActive), nil},
		{"lease of another system", func(s *status.Snapshot) { s.Lease.Region = "eu-west-1" }, r(plan.UnknownRegion), r(plan.UnknownRegion), r(plan.UnknownRegion)},
		{"no lease", func(s *status.Snapshot) { s.Lease = status.Lease{Reading: failover.LeaseAbsent} }, r(plan.LeaseMissing), r(plan.LeaseMissing), r(plan.LeaseMissing)},
		{"corrupt lease", func(s *status.Snapshot) { s.Lease = status.Lease{Reading: failover.LeaseCorrupt} }, r(plan.LeaseCorrupt), r(plan.LeaseCorrupt), r(plan.LeaseCorrupt)},
		{"newer lease", func(s *status.Snapshot) { s.Lease = status.Lease{Reading: failover.LeaseNewer} }, r(plan.LeaseNewer), r(plan.LeaseNewer), r(plan.LeaseNewer)},
		{"nothing is readable", func(s *status.Snapshot) {
			s.Lease, s.Intent = status.Lease{Reading: failover.LeaseUnread}, status.Intent{Reading: failover.LeaseUnread}
		},
			r(plan.LeaseUnreadable), r(plan.LeaseUnreadable), r(plan.LeaseUnreadable)},
		{"corrupt intent", func(s *status.Snapshot) { s.Intent.Reading = failover.LeaseCorrupt }, r(plan.IntentCorrupt), r(plan.IntentCorrupt), r(plan.IntentCorrupt)},
		{"newer intent", func(s *status.Snapshot) { s.Intent.Reading = failover.LeaseNewer }, r(plan.IntentNewer), r(plan.IntentNewer), r(plan.IntentNewer)},
		{"unread intent", func(s *status.Snapshot) { s.Intent.Reading = failover.LeaseUnread }, r(plan.IntentUnreadable), r(plan.IntentUnreadable), r(plan.IntentUnreadable)},
		{"another operator", func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "ben@desk") }, r(plan.IntentRunning), r(plan.IntentRunning), r(plan.IntentRunning)},
		{"a drain", func(s *status.Snapshot) {
			s.Intent = asks(control.IntentDrain, "ben@desk")
			s.Lease.State = payment.LeaseDraining
		},
			r(plan.IntentRunning), r(plan.IntentRunning), r(plan.IntentRunning)},
		{"an intent that is over", func(s *status.Snapshot) {
			s.Intent = asks(control.IntentSwitchover, "ben@desk")
			s.Intent.Running = false
		}, nil, nil, nil},
		{"released", func(s *status.Snapshot) { s.Lease.State = payment.LeaseReleased }, r(plan.TakeoverRunning), r(plan.TakeoverRunning), r(plan.TakeoverRunning)},
		{"a takeover of minutes", func(s *status.Snapshot) { s.Lease.State, s.Recent = payment.LeasePromoting, claimed(9*time.Minute) },
			r(plan.TakeoverRunning), r(plan.TakeoverRunning), r(plan.TakeoverRunning)},
		{"a takeover that is stuck", func(s *status.Snapshot) { s.Lease.State, s.Recent = payment.LeasePromoting, claimed(10*time.Minute) },
			nil, r(plan.TakeoverRunning), r(plan.TakeoverRunning)},
		{"a takeover since yesterday", func(s *status.Snapshot) { s.Lease.State = payment.LeasePromoting }, nil, r(plan.TakeoverRunning), r(plan.TakeoverRunning)},
		{"still draining", func(s *status.Snapshot) { s.Lease.State = payment.LeaseDraining }, nil, r(plan.NotActive), r(plan.NotActive)},
		{"database moves", func(s *status.Snapshot) { s.Regions[0].Database.MovingTo = "payment-secondary" }, r(plan.TakeoverRunning), r(plan.TakeoverRunning), nil},
		{"target's tables", func(s *status.Snapshot) { s.Regions[1].Tables.Problem = "no answer" }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target's journal", func(s *status.Snapshot) { s.Regions[1].API.Journal = "failed" }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target's journal wavers", func(s *status.Snapshot) { s.Regions[1].API.Journal = "degraded" }, nil, r(plan.HalfUp), nil},
		{"target's API unseen", func(s *status.Snapshot) { s.Regions[1].API = status.API{Problem: "no answer"} }, nil, r(plan.HalfUp), nil},
		{"target's database unseen", func(s *status.Snapshot) { s.Regions[1].Database.Problem = "no answer" }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target is no member", func(s *status.Snapshot) { s.Regions[1].Database.Member = false }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target is stopped", func(s *status.Snapshot) { s.Regions[1].Database.Status = "stopped" }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target is being modified", func(s *status.Snapshot) { s.Regions[1].Database.Status = "modifying" }, nil, r(plan.HalfUp), nil},
		{"target has no instance", func(s *status.Snapshot) { s.Regions[1].Database.Available = 0 }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target lacks an instance", func(s *status.Snapshot) { s.Regions[1].Database.Available = 1 }, nil, r(plan.HalfUp), nil},
		{"target is copied", func(s *status.Snapshot) { s.Regions[1].Database.Sync = "pending-resync" }, r(plan.NotCapable), r(plan.HalfUp), nil},
		{"target's controller is silent", func(s *status.Snapshot) { s.Regions[1].Controller = status.Controller{} }, r(plan.TargetSilent), r(plan.HalfUp), nil},
		{"target's controller was heard long ago", func(s *status.Snapshot) { s.Regions[1].Controller.HeardSeconds = 200 }, r(plan.TargetSilent), r(plan.HalfUp), nil},
		{"target's controller is unseen", func(s *status.Snapshot) { s.Regions[1].Controller = status.Controller{Problem: "denied"} }, nil, r(plan.HalfUp), nil},
		{"source's tables", func(s *status.Snapshot) { s.Regions[0].Tables.Problem = "no answer" }, nil, r(plan.HalfUp), nil},
		{"source is dark", func(s *status.Snapshot) {
			s.Regions[0].Tables.Problem, s.Regions[0].API.Problem, s.Regions[0].Controller.Problem, s.Regions[0].Database.Problem = "x", "x", "x", "x"
		}, nil, r(plan.HalfUp, plan.HalfUp, plan.HalfUp, plan.HalfUp), nil},
		{"source does not write", func(s *status.Snapshot) { s.Regions[0].Database.Writer = false }, nil, r(plan.HalfUp), nil},
		{"lag", func(s *status.Snapshot) { s.Regions[1].Lag.RPOSeconds = 5.1 }, r(plan.LagTooLong), r(plan.LagTooLong), nil},
		{"lag at the limit", func(s *status.Snapshot) { s.Regions[1].Lag.RPOSeconds = 5 }, nil, nil, nil},
		{"lag unknown", func(s *status.Snapshot) { s.Regions[1].Lag = status.Lag{} }, r(plan.LagTooLong), r(plan.LagTooLong), nil},
		{"lag unseen", func(s *status.Snapshot) { s.Regions[1].Lag.Problem = "denied" }, r(plan.LagTooLong), r(plan.LagTooLong), nil},
		{"lag of long ago", func(s *status.Snapshot) { s.Regions[1].Lag.AgeSeconds = 200 }, r(plan.LagTooLong), r(plan.LagTooLong), nil},
		{"target writes already", func(s *status.Snapshot) { s.Regions[1].Database.Writer, s.Regions[1].Lag = true, status.Lag{} }, nil, r(plan.LagTooLong), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := well()
			row.change(&s)
			expect(t, plan.Check(s, plan.Want{Kind: control.IntentFailover, To: west, By: "ann@desk"}), row.failover)
			expect(t, plan.Check(s, plan.Want{Kind: control.IntentSwitchover, To: west, By: "ann@desk"}), row.switchover)
			expect(t, plan.Check(s, plan.Want{Kind: control.IntentDrain, To: s.Lease.Region, By: "ann@desk"}), row.drain)
		})
	}
}

func claimed(ago time.Duration) []status.Event {
	return []status.Event{{Kind: "active", Epoch: 6, At: noon.Add(-time.Hour)}, {Kind: "claimed", Epoch: 7, At: noon.Add(-ago)}, {Kind: "promoting", Epoch: 7, At: noon}}
}

func expect(t *testing.T, got []plan.Reason, want []plan.Code) {
	t.Helper()
	var codes []plan.Code
	for _, reason := range got {
		codes = append(codes, reason.Code)
		if len(reason.Text) < 20 {
			t.Errorf("%s says only %q", reason.Code, reason.Text)
		}
	}
	if !slices.Equal(codes, want) {
		t.Errorf("codes %v, want %v: %v", codes, want, got)
	}
}

func TestDataLossIsSaidAloud(t *testing.T) {
	s := well()
	s.Regions[1].Lag = status.Lag{}
	want := plan.Want{Kind: control.IntentFailover, To: west, AllowDataLoss: true}
	expect(t, plan.Check(s, want), nil)
	s.Regions[1].Lag = status.Lag{Known: true, RPOSeconds: 60, AgeSeconds: 1}
	want.AllowDataLoss = false
	want.MaxLag = time.Minute
	expect(t, plan.Check(s, want), nil)
	expect(t, plan.Check(s, plan.Want{Kind: control.IntentFailover, To: "us-west-1"}), []plan.Code{plan.UnknownRegion})
}

func TestAnOperatorGoesOnWithTheirOwn(t *testing.T) {
	want := plan.Want{Kind: control.IntentSwitchover, To: west, By: "ann@desk"}
	for name, test := range map[string]struct {
		change func(s *status.Snapshot)
		resume bool
		want   bool
	}{
		"own":                      {func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "ann@desk") }, false, true},
		"another's":                {func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "ben@desk") }, false, false},
		"another's, with leave":    {func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "ben@desk") }, true, true},
		"own, of another kind":     {func(s *status.Snapshot) { s.Intent = asks(control.IntentFailover, "ann@desk") }, true, false},
		"own, to the other region": {func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "ann@desk"); s.Intent.To = east }, true, false},
		"own, over": {func(s *status.Snapshot) {
			s.Intent = asks(control.IntentSwitchover, "ann@desk")
			s.Intent.Running = false
		}, false, false},
		"own, over, asked for": {func(s *status.Snapshot) {
			s.Intent = asks(control.IntentSwitchover, "ann@desk")
			s.Intent.Running = false
		}, true, true},
		"none": {func(*status.Snapshot) {}, true, false},
		"corrupt": {func(s *status.Snapshot) {
			s.Intent = asks(control.IntentSwitchover, "ann@desk")
			s.Lease.Reading = failover.LeaseCorrupt
		}, true, false},
	} {
		s := well()
		test.change(&s)
		want.Resume = test.resume
		if got := plan.Continues(s, want); got != test.want {
			t.Errorf("%s: continues %t, want %t", name, got, test.want)
		}
	}
}

func TestConfirmedIsStillSo(t *testing.T) {
	for name, test := range map[string]struct {
		change func(s *status.Snapshot)
		want   []plan.Code
	}{
		"unchanged":     {func(s *status.Snapshot) { s.Lease.Seq, s.Lease.Version, s.At = 110, 910, noon.Add(30*time.Second) }, nil},
		"too old":       {func(s *status.Snapshot) { s.At = noon.Add(31 * time.Second) }, []plan.Code{plan.StaleStatus}},
		"next epoch":    {func(s *status.Snapshot) { s.Lease.Epoch = 8 }, []plan.Code{plan.LeaseMoved}},
		"other region":  {func(s *status.Snapshot) { s.Lease.Region = west }, []plan.Code{plan.LeaseMoved}},
		"other state":   {func(s *status.Snapshot) { s.Lease.State = payment.LeaseReleased }, []plan.Code{plan.LeaseMoved}},
		"another asked": {func(s *status.Snapshot) { s.Intent = asks(control.IntentDrain, "ben@desk") }, []plan.Code{plan.IntentRunning}},
		"corrupt":       {func(s *status.Snapshot) { s.Lease = status.Lease{Reading: failover.LeaseCorrupt} }, []plan.Code{plan.LeaseCorrupt}},
	} {
		t.Run(name, func(t *testing.T) {
			after := well()
			test.change(&after)
			expect(t, plan.Confirmed(well(), after), test.want)
		})
	}
}

func TestTakeBack(t *testing.T) {
	for name, test := range map[string]struct {
		change func(s *status.Snapshot)
		want   []plan.Code
	}{
		"runs": {func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "ben@desk") }, nil},
		"drains": {func(s *status.Snapshot) {
			s.Intent = asks(control.IntentSwitchover, "x")
			s.Lease.State = payment.LeaseDraining
		}, nil},
		"nothing":      {func(*status.Snapshot) {}, []plan.Code{plan.NothingToTake}},
		"another kind": {func(s *status.Snapshot) { s.Intent = asks(control.IntentDrain, "x") }, []plan.Code{plan.NothingToTake}},
		"another way":  {func(s *status.Snapshot) { s.Intent = asks(control.IntentSwitchover, "x"); s.Intent.To = east }, []plan.Code{plan.NothingToTake}},
		"released": {func(s *status.Snapshot) {
			s.Intent = asks(control.IntentSwitchover, "x")
			s.Lease.State = payment.LeaseReleased
		}, []plan.Code{plan.TakeoverRunning}},
		"newer program": {func(s *status.Snapshot) { s.Intent.Reading = failover.LeaseNewer }, []plan.Code{plan.IntentNewer}},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			test.change(&s)
			expect(t, plan.TakeBack(s, control.IntentSwitchover, west), test.want)
		})
	}
}

func TestProgress(t *testing.T) {
	lease := func(region string, epoch, seq int64, state payment.LeaseState) control.Lease {
		return control.Lease{Region: region, Epoch: epoch, Seq: seq, State: state}
	}
	intent := func(kind control.IntentKind, to string, state control.IntentState) control.Intent {
		return control.Intent{Kind: kind, To: to, Epoch: 7, Until: 500, State: state}
	}
	move := intent(control.IntentSwitchover, west, control.IntentOpen)
	drain := intent(control.IntentDrain, east, control.IntentOpen)
	for name, test := range map[string]struct {
		intent  control.Intent
		lease   control.Lease
		want    plan.Phase
		running bool
	}{
		"asked":                  {move, lease(east, 7, 101, payment.LeaseActive), plan.Asked, true},
		"draining":               {move, lease(east, 7, 102, payment.LeaseDraining), plan.Draining, true},
		"released":               {move, lease(east, 7, 103, payment.LeaseReleased), plan.Released, true},
		"released at its end":    {move, lease(east, 7, 500, payment.LeaseReleased), plan.Released, true},
		"taking over":            {move, lease(west, 8, 0, payment.LeasePromoting), plan.TakingOver, true},
		"reached":                {move, lease(west, 8, 5, payment.LeaseActive), plan.Reached, false},
		"reached, then raised":   {move, lease(west, 12, 5, payment.LeaseActive), plan.Reached, false},
		"the holder again":       {move, lease(east, 8, 5, payment.LeaseActive), plan.Overtaken, false},
		"expired":                {move, lease(east, 7, 500, payment.LeaseActive), plan.Expired, false},
		"expired while draining": {move, lease(east, 7, 500, payment.LeaseDraining), plan.Expired, false},
		"withdrawn":              {intent(control.IntentSwitchover, west, control.IntentWithdrawn), lease(east, 7, 101, payment.LeaseActive), plan.Withdrawn, false},
		"drain asked":            {drain, lease(east, 7, 101, payment.LeaseActive), plan.Asked, true},
		"drained":                {drain, lease(east, 7, 101, payment.LeaseDraining), plan.Reached, false},
		"drain over":             {drain, lease(east, 7, 500, payment.LeaseActive), plan.Expired, false},
		"drain, next term":       {drain, lease(east, 8, 5, payment.LeaseActive), plan.Overtaken, false},
		"replay":                 {intent(control.IntentReplay, east, control.IntentOpen), lease(east, 7, 5, payment.LeaseActive), plan.Asked, true},
		"replayed":               {intent(control.IntentReplay, east, control.IntentDone), lease(east, 7, 5, payment.LeaseActive), plan.Reached, false},
	} {
		got := plan.Judge(test.intent, test.lease)
		if got.Phase != test.want || got.Running() != test.running || !strings.Contains(got.Fact, test.lease.Region) {
			t.Errorf("%s: %+v running %t, want %s", name, got, got.Running(), test.want)
		}
	}
	if !plan.Occupies(drain, lease(east, 7, 101, payment.LeaseDraining)) || plan.Occupies(move, lease(west, 8, 5, payment.LeaseActive)) {
		t.Error("a standing drain occupies, a switchover that was reached does not")
	}
	if until := plan.Until(control.Lease{Seq: 100}, time.Minute, 7*time.Second); until != 109 {
		t.Errorf("a minute of ticks of 7s ends at seq %d, want 109", until)
	}
}
