package observe_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/operate/operatetest"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

const east, west = operatetest.East, operatetest.West

// text is the whole screen.
func text(snapshot status.Snapshot) string {
	var lines []string
	for _, row := range append(snapshot.System(), snapshot.PerRegion()...) {
		lines = append(lines, strings.Join(row, " | "))
	}
	return strings.Join(lines, "\n")
}

func want(t *testing.T, snapshot status.Snapshot, parts ...string) {
	t.Helper()
	shown := text(snapshot)
	for _, part := range parts {
		if !strings.Contains(shown, part) {
			t.Errorf("the screen does not have %q:\n%s", part, shown)
		}
	}
}

// One system, looked at while it is well, while a Region hangs, while it is dark, and with items of other programs.
func TestLook(t *testing.T) {
	w := operatetest.Start(t)
	w.StartController(east)
	w.StartController(west)
	w.Await("first lease", w.LeaseIs(east, payment.LeaseActive))
	w.Clouds[west].Alarm("payment-secondary-api-5xx-test", "payment-secondary-db-replication-missing-test", "payment-secondary-lease-held-test")
	w.Clouds[east].Alarm("payment-secondary-unhealthy-test")
	observer := w.Observer()
	w.Await("a sample of the lag", func(ctx context.Context) error { return lagKnown(observer.Look(ctx)) })
	t.Run("well", func(t *testing.T) { lookWell(t, observer) })
	t.Run("asked", func(t *testing.T) { lookAsked(t, w, observer) })
	for _, item := range []string{"lease", "intent"} {
		t.Run(item+" of another program", func(t *testing.T) { lookSpoilt(t, w, observer, item) })
	}
	t.Run("a region hangs", func(t *testing.T) { lookHalf(t, observer, func() { w.Hang(west, true) }) })
	w.Hang(west, false)
	t.Run("a region is dark", func(t *testing.T) { lookHalf(t, observer, func() { w.Dark(west) }) })
}

func lagKnown(snapshot status.Snapshot) error {
	if replica, _ := snapshot.Of(west); !replica.Lag.Known {
		return errors.New("lag is not known")
	}
	return nil
}

func lookWell(t *testing.T, observer *observe.Observer) {
	snapshot := observer.Look(t.Context())
	want(t, snapshot, "us-east-1 holds epoch 1 (active)", "INTENT | none", "JOURNAL | nothing pending",
		"DNS | api.payment-dr-test.pay.example.net -> us-east-1; alarms: payment-secondary-unhealthy-test",
		"role | active | standby", "health | 200, journal ok | 200, journal ok", "route 53 | healthy, 15 of 15 checkers",
		"database | writer, available, 1 of 1 instances | replica, connected, available, 1 of 1 instances",
		"lag | - | 0s (rpo 0s)", "alarms | none | payment-secondary-api-5xx-test", "us-east-1 active epoch 1")
	for _, region := range snapshot.Regions {
		if !region.Controller.Heard || region.Controller.HeardSeconds > 30 || region.Tables.Problem != "" || region.Tables.Millis <= 0 {
			t.Errorf("%s: controller %+v, tables %+v", region.Name, region.Controller, region.Tables)
		}
	}
	if snapshot.Lease.Reading != failover.LeaseRead || snapshot.Lease.Version < 2 || snapshot.Lease.AgeSeconds > 30 || len(snapshot.Recent) == 0 {
		t.Errorf("lease %+v, events %v", snapshot.Lease, snapshot.Recent)
	}
}

func lookAsked(t *testing.T, w *operatetest.World, observer *observe.Observer) {
	lease, err := w.Store(east).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Store(west).SaveIntent(t.Context(), control.Intent{
		ID: "asked", Kind: control.IntentDrain, To: east, Epoch: lease.Epoch, Until: lease.Seq + 1000, By: "ann@desk", Why: "patching", At: time.Now(), State: control.IntentOpen,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Await("drained lease", w.LeaseIs(east, payment.LeaseDraining))
	snapshot := observer.Look(t.Context())
	want(t, snapshot, "us-east-1 holds epoch 1 (draining)", "INTENT | drain to us-east-1, by ann@desk", ": patching", "role | active | standby")
	if !snapshot.Intent.Running {
		t.Error("the intent stands and is not said to run")
	}
}

// lookSpoilt: what a newer program wrote is named as that, and what nobody can have written as corrupt.
func lookSpoilt(t *testing.T, w *operatetest.World, observer *observe.Observer, item string) {
	read := func() (failover.Reading, string) {
		snapshot := observer.Look(t.Context())
		if snapshot.Journal.Problem != "" || len(snapshot.Recent) == 0 {
			t.Errorf("the tables answered, and journal is %+v, events %v", snapshot.Journal, snapshot.Recent)
		}
		if item == "intent" {
			return snapshot.Intent.Reading, snapshot.Intent.Problem
		}
		return snapshot.Lease.Reading, snapshot.Lease.Problem
	}
	for _, change := range []struct {
		attribute   string
		bad, good   types.AttributeValue
		want        failover.Reading
		wantProblem string
	}{
		{"schema", number("9"), number("1"), failover.LeaseNewer, "it has 9"},
		{"version", number("-3"), number("70000"), failover.LeaseCorrupt, "version"},
	} {
		w.Spoil(item, change.attribute, change.bad)
		if got, problem := read(); got != change.want || !strings.Contains(problem, change.wantProblem) {
			t.Errorf("%s %s: reading %s (%s), want %s", item, change.attribute, got, problem, change.want)
		}
		w.Spoil(item, change.attribute, change.good)
		if got, problem := read(); got != failover.LeaseRead {
			t.Errorf("%s: reading %s (%s) of a good item", item, got, problem)
		}
	}
}

func number(value string) types.AttributeValue { return &types.AttributeValueMemberN{Value: value} }

// lookHalf: a Region that cannot be seen costs about one timeout, says why, and hides nothing of the other.
func lookHalf(t *testing.T, observer *observe.Observer, lose func()) {
	lose()
	began := time.Now()
	snapshot := observer.Look(t.Context())
	took := time.Since(began)
	t.Logf("took %s", took)
	if limit := 3 * observer.Access.Timeout; took > limit {
		t.Errorf("took %s, want less than %s", took, limit)
	}
	// The journal may be degraded for a moment: its leader may have been in the lost Region.
	want(t, snapshot, "us-east-1 holds epoch 1", "health | 200, journal ", "database | writer, available, 1 of 1 instances | ?", "lag | - |")
	lost, _ := snapshot.Of(west)
	if lost.Tables.Problem == "" || lost.API.Problem == "" || lost.Database.Problem == "" {
		t.Errorf("the lost region has no problem: %+v", lost)
	}
	if snapshot.Lease.ReadIn != east || snapshot.Journal.Problem != "" {
		t.Errorf("lease was read in %s, journal %+v", snapshot.Lease.ReadIn, snapshot.Journal)
	}
}
