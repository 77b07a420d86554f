package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/operate/operatetest"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

const east, west = operatetest.East, operatetest.West

// desk is where operators of a running system sit.
type desk struct{ *operatetest.World }

type outcome struct {
	code           int
	stdout, stderr string
}

// run runs one command as somebody who types yes to nothing.
func (d desk) run(ctx context.Context, arguments ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := Run(ctx, Process{
		Args: arguments, Environment: []string{"USER=ann"}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		System: func(context.Context, config.Config) (*observe.Observer, error) { return d.Observer(), nil },
	})
	return outcome{code, stdout.String(), stderr.String()}
}

// ok expects success.
func (d desk) ok(t *testing.T, arguments ...string) outcome {
	t.Helper()
	began := time.Now()
	o := d.run(t.Context(), arguments...)
	if o.code != ExitOK {
		t.Fatalf("%v: exit %d\n%s\n%s", arguments, o.code, o.stdout, o.stderr)
	}
	t.Logf("%v: %s", arguments, time.Since(began).Round(10*time.Millisecond))
	return o
}

// refused expects exit code 2, these codes as JSON and as text, and that neither control item has changed.
func (d desk) refused(t *testing.T, codes []string, arguments ...string) {
	t.Helper()
	before := d.Observer().Items(t.Context())
	o := d.run(t.Context(), append(arguments, "--output", "json")...)
	var said struct {
		Refused bool
		Reasons []struct{ Name, Text string }
	}
	if o.code != ExitRefused || json.Unmarshal([]byte(o.stdout), &said) != nil || !said.Refused {
		t.Errorf("%v: exit %d\n%s\n%s", arguments, o.code, o.stdout, o.stderr)
		return
	}
	found := map[string]bool{}
	for _, reason := range said.Reasons {
		found[reason.Name] = true
		if !strings.Contains(o.stderr, reason.Name+": ") {
			t.Errorf("%v: %s is not told to people: %s", arguments, reason.Name, o.stderr)
		}
	}
	for _, code := range codes {
		if !found[code] {
			t.Errorf("%v: no reason %s in %s", arguments, code, o.stdout)
		}
	}
	if len(found) != len(codes) {
		t.Errorf("%v: reasons %v, want %v", arguments, found, codes)
	}
	after := d.Observer().Items(t.Context())
	// What was asked for before is followed meanwhile, which may change the term's state.
	sameState := before.Lease.State == after.Lease.State || before.Intent.Running
	if before.Intent != after.Intent || before.Lease.Region != after.Lease.Region || before.Lease.Epoch != after.Lease.Epoch || !sameState {
		t.Errorf("%v changed %+v %+v to %+v %+v", arguments, before.Lease, before.Intent, after.Lease, after.Intent)
	}
}

// planned waits until a planned move would not be refused for what is not yet up.
func (d desk) planned(to string) {
	d.Await("a system that is wholly up", func(ctx context.Context) error {
		seen := d.Observer().Look(ctx)
		target, _ := seen.Of(to)
		source := seen.Peer(to)
		if target.Database.Sync != "connected" || target.Database.Available == 0 || !target.Lag.Known || target.Lag.ReplicationSeconds > 1 ||
			target.Controller.HeardSeconds > 60 || !target.Controller.Heard || target.API.Journal != "ok" || source.API.Journal != "ok" || target.Database.MovingTo != "" || target.Database.Status != "available" || source.Database.Status != "available" {
			return fmt.Errorf("target %+v, source %+v", target, source)
		}
		return nil
	})
}

// One system of real parts, moved there and back by its operators.
func TestOperatorsMoveTheSystem(t *testing.T) {
	d := desk{operatetest.Start(t)}
	d.StartController(east)
	d.StartController(west)
	d.Await("first lease", d.LeaseIs(east, payment.LeaseActive))
	d.planned(west)
	for _, step := range []struct {
		name string
		run  func(*testing.T, desk)
	}{
		{"status and history", seeStatus},
		{"switchover under load", switchOverUnderLoad},
		{"refusals of a running system", refuseOnRunningSystem},
		{"failback", failBack},
		{"drain", drainAndUndrain},
		{"replay", replayAsked},
		{"two operators at once", twoOperators},
		{"a killed operator", killedOperator},
		{"failover under load", failOverUnderLoad},
		{"a dark region comes back", darkRegion},
		{"control items of other programs", spoiltItems},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.run(t, d) }) {
			return // the next step begins where this one should have ended
		}
	}
}

func seeStatus(t *testing.T, d desk) {
	o := d.ok(t, "status")
	for _, part := range []string{"us-east-1 holds epoch 1 (active)", "REGION", "writer, available", "replica, connected", "DNS "} {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("status lacks %q:\n%s", part, o.stdout)
		}
	}
	var seen status.Snapshot
	if err := json.Unmarshal([]byte(d.ok(t, "status", "--output", "json").stdout), &seen); err != nil || seen.Lease.Epoch != 1 || len(seen.Regions) != 2 {
		t.Errorf("JSON %+v, error %v", seen, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	if o := d.run(ctx, "status", "--watch", "--every", "1s", "--output", "json"); o.code != ExitOK || strings.Count(o.stdout, "\n") != 2 {
		t.Errorf("watch: exit %d, want two lines:\n%s%s", o.code, o.stdout, o.stderr)
	}
	if o := d.ok(t, "history", "--kind", "active", "--kind", "created"); !strings.Contains(o.stdout, "us-east-1  1") || strings.Contains(o.stdout, "promoting") {
		t.Errorf("history:\n%s", o.stdout)
	}
	for _, wrong := range [][]string{{"status", "--every", "0s"}, {"history", "--since", "-1h"}, {"history", "--since", "100000h"}} {
		if o := d.run(t.Context(), wrong...); o.code != ExitRefused {
			t.Errorf("%v: exit %d", wrong, o.code)
		}
	}
}

// A planned change under payers who know both Regions: no request fails, nothing is lost or doubled.
func switchOverUnderLoad(t *testing.T, d desk) {
	load := d.StartLoad("switchover", 4, 5*time.Millisecond)
	time.Sleep(500 * time.Millisecond) // the load is the subject
	o := d.ok(t, "switchover", "--to", west, "--yes", "--reason", "patching", "--output", "json")
	time.Sleep(500 * time.Millisecond)
	receipts, failures := load.Stop()
	var result askedResult
	if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || result.Phase != "reached" || result.To != west {
		t.Errorf("result %+v, error %v", result, err)
	}
	if len(failures) > 0 || len(receipts) < 50 {
		t.Errorf("%d receipts, %d failures: %v", len(receipts), len(failures), failures)
	}
	t.Logf("%d receipts, %d failures", len(receipts), len(failures))
	d.CheckLedger(operatetest.WestCluster, receipts)
	history := d.ok(t, "history", "--since", "1h").stdout
	for _, part := range []string{"asked", "by=ann@", "why=patching", "draining", "switchover-called", "released", "claimed"} {
		if !strings.Contains(history, part) {
			t.Errorf("history lacks %q:\n%s", part, history)
		}
	}
	if strings.Contains(history, "promote-called") {
		t.Errorf("the database was failed over, not switched over:\n%s", history)
	}
}

func refuseOnRunningSystem(t *testing.T, d desk) {
	d.planned(east)
	d.refused(t, []string{"already-active"}, "failover", "--to", west, "--yes")
	d.refused(t, []string{"already-active"}, "switchover", "--to", west, "--yes")
	d.refused(t, []string{"unknown-region"}, "failover", "--to", "eu-west-1", "--yes")
	d.refused(t, []string{"no-confirmation"}, "failover", "--to", east)
	d.refused(t, []string{"no-confirmation"}, "failback")
	d.refused(t, []string{"nothing-to-take-back"}, "undrain")
	d.refused(t, []string{"nothing-to-take-back"}, "switchover", "--to", east, "--cancel")
	d.Clouds[east].Set("AuroraGlobalDBRPOLag", 0, 9000)
	d.refused(t, []string{"lag"}, "failback", "--yes")
	d.refused(t, []string{"lag"}, "failover", "--to", east, "--yes")
	d.Clouds[east].Set("LeaseHeld", 10*time.Minute, 0)
	d.refused(t, []string{"lag", "half-up"}, "failback", "--yes")
	d.refused(t, []string{"target-silent"}, "failover", "--to", east, "--yes", "--allow-data-loss")
	d.Clouds[east].Free()
	d.planned(east)
	for _, wrong := range [][]string{{"failover"}, {"switchover", "--to", east, "--max-lag", "0s"}, {"failback", "--for", "0s"}, {"failback", "--by", ""},
		{"failback", "--resume", "--cancel"}, {"replay", "--since", "0s"}, {"replay", "--since", "10000h"}, {"drain", "--timeout", "0s"}} {
		if o := d.run(t.Context(), wrong...); o.code != ExitRefused {
			t.Errorf("%v: exit %d: %s", wrong, o.code, o.stderr)
		}
	}
}

func failBack(t *testing.T, d desk) {
	d.planned(east)
	d.ok(t, "failback", "--yes")
	d.refused(t, []string{"already-active"}, "failback", "--yes")
}

func drainAndUndrain(t *testing.T, d desk) {
	d.ok(t, "drain", "--yes", "--for", "10m", "--by", "ann@desk")
	time.Sleep(1100 * time.Millisecond) // processors use a reading of the lease for a second
	load := d.StartLoad("drained", 1, 10*time.Millisecond)
	time.Sleep(300 * time.Millisecond)
	receipts, failures := load.Stop()
	if len(receipts) == 0 || len(failures) > 0 {
		t.Errorf("%d receipts, failures %v", len(receipts), failures)
	}
	for _, receipt := range receipts {
		if receipt.Status != "processing" {
			t.Errorf("answered %s while drained", receipt.Status)
		}
	}
	d.refused(t, []string{"intent-running"}, "failover", "--to", west, "--yes")
	d.refused(t, []string{"intent-running"}, "drain", "--yes", "--by", "ben@desk")
	d.ok(t, "drain", "--yes", "--by", "ann@desk") // again: it is so
	d.ok(t, "undrain")
	if err := d.LeaseIs(east, payment.LeaseActive)(t.Context()); err != nil {
		t.Error(err)
	}
	d.CheckLedger(operatetest.EastCluster, receipts)
}

func replayAsked(t *testing.T, d desk) {
	d.CompleteWithoutLedger("restored-1", "restored-2", "restored-3")
	o := d.ok(t, "replay", "--since", "30m", "--yes", "--output", "json")
	var result askedResult
	if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || result.Posted != "3" {
		t.Errorf("result %+v, error %v", result, err)
	}
	if found, err := d.Ledger(operatetest.EastCluster).Payment(t.Context(), "restored-2"); err != nil || found.Money.MinorUnits != 1234 {
		t.Errorf("the ledger has %+v, error %v", found, err)
	}
	if o := d.ok(t, "replay", "--since", "30m", "--yes"); !strings.Contains(o.stdout, "POSTED") {
		t.Errorf("a second replay says %s", o.stdout)
	}
}

// Two operators ask at the same moment for different things: one is followed, the other refused.
func twoOperators(t *testing.T, d desk) {
	d.planned(west)
	outcomes := make([]outcome, 2)
	var group sync.WaitGroup
	for i, arguments := range [][]string{{"switchover", "--to", west, "--yes", "--by", "ann"}, {"drain", "--yes", "--by", "ben"}} {
		group.Go(func() { outcomes[i] = d.run(t.Context(), arguments...) })
	}
	group.Wait()
	switch {
	case outcomes[0].code == ExitOK && outcomes[1].code == ExitRefused:
	case outcomes[1].code == ExitOK && outcomes[0].code == ExitRefused:
		d.ok(t, "undrain")
		d.ok(t, "switchover", "--to", west, "--yes")
	default:
		t.Fatalf("exits %d and %d:\n%s\n%s", outcomes[0].code, outcomes[1].code, outcomes[0].stderr, outcomes[1].stderr)
	}
	if !strings.Contains(outcomes[0].stderr+outcomes[1].stderr, "intent-running") {
		t.Errorf("nobody was told why:\n%s\n%s", outcomes[0].stderr, outcomes[1].stderr)
	}
}

// The operator's terminal dies when the intent is written. The controllers go on; another operator watches the end.
func killedOperator(t *testing.T, d desk) {
	d.planned(east)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan outcome, 1)
	go func() { done <- d.run(ctx, "failback", "--yes", "--by", "ann") }()
	d.Await("the intent", func(ctx context.Context) error {
		intent, err := d.Store(west).LoadIntent(ctx)
		if err == nil && (intent.Kind != control.IntentSwitchover || intent.To != east || intent.State != control.IntentOpen) {
			err = fmt.Errorf("intent %+v", intent)
		}
		return err
	})
	cancel()
	killed := <-done
	if killed.code != ExitError || !strings.Contains(killed.stderr, "paymentdr switchover --to us-east-1 --resume") || !strings.Contains(killed.stderr, "--cancel") {
		t.Errorf("exit %d: %s", killed.code, killed.stderr)
	}
	d.refused(t, []string{"intent-running"}, "drain", "--yes", "--by", "ben")
	d.ok(t, "failback", "--resume", "--by", "ben")
	if err := d.LeaseIs(east, payment.LeaseActive)(t.Context()); err != nil {
		t.Error(err)
	}
}

// An ill Region is failed over by an operator under load: no acknowledged payment is lost or doubled.
func failOverUnderLoad(t *testing.T, d desk) {
	load := d.StartLoad("failover", 4, 5*time.Millisecond)
	time.Sleep(500 * time.Millisecond)
	d.ok(t, "failover", "--to", west, "--yes", "--allow-data-loss")
	time.Sleep(500 * time.Millisecond)
	receipts, failures := load.Stop()
	if len(failures) > 0 || len(receipts) < 50 {
		t.Errorf("%d receipts, failures %v", len(receipts), failures)
	}
	t.Logf("%d receipts, %d failures", len(receipts), len(failures))
	d.CheckLedger(operatetest.WestCluster, receipts)
}

// The Region that was active dies and comes back half: failback is refused until it is wholly up.
func darkRegion(t *testing.T, d desk) {
	d.planned(east)
	d.ok(t, "failback", "--yes")
	d.Dark(east)
	d.Await("takeover", d.LeaseIs(west, payment.LeaseActive))
	if o := d.ok(t, "status"); !strings.Contains(o.stdout, "us-west-2 holds epoch") {
		t.Errorf("status:\n%s", o.stdout)
	}
	d.refused(t, []string{"half-up", "lag"}, "failback", "--yes")
	d.refused(t, []string{"not-capable", "target-silent"}[:1], "failover", "--to", east, "--yes", "--allow-data-loss")
	d.Light(east)
	d.Clouds[east].Set("LeaseHeld", 10*time.Minute, 0)
	d.Await("the old cluster as a replica", func(ctx context.Context) error {
		if old, _ := d.Observer().Look(ctx).Of(east); old.Database.Sync != "connected" || old.Tables.Problem != "" || old.API.Journal != "ok" {
			return fmt.Errorf("%+v", old)
		}
		return nil
	})
	o := d.run(t.Context(), "failback", "--yes")
	if o.code != ExitRefused || !strings.Contains(o.stderr, "half-up") {
		t.Errorf("without a controller: exit %d: %s", o.code, o.stderr)
	}
	d.Clouds[east].Free()
	d.StartController(east)
	d.planned(east)
	d.ok(t, "failback", "--yes")
}

// A control item that this program did not write, or that is not there, is left alone by every command.
func spoiltItems(t *testing.T, d desk) {
	d.StopController(east)
	d.StopController(west)
	commands := [][]string{{"failover", "--to", west, "--yes", "--allow-data-loss"}, {"switchover", "--to", west, "--yes"}, {"failback", "--yes"}, {"drain", "--yes"},
		{"undrain"}, {"replay", "--yes"}, {"switchover", "--to", west, "--resume"}, {"switchover", "--to", west, "--cancel"}}
	number := func(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }
	next := 0
	for _, item := range []string{"intent", "lease"} {
		for _, spoil := range []struct{ attribute, bad, good, code string }{{"schema", "2", "1", item + "-newer"}, {"epoch", "-1", "99", item + "-corrupt"}} {
			d.Spoil(item, spoil.attribute, number(spoil.bad))
			for range 3 { // each command meets one; package plan's tests have all of each
				d.refused(t, []string{spoil.code}, commands[next%len(commands)]...)
				next++
			}
			d.Spoil(item, spoil.attribute, number(spoil.good))
		}
	}
	d.Remove("lease")
	for _, command := range commands[:4] {
		d.refused(t, []string{"lease-missing"}, command...)
	}
	if _, err := d.Store(west).Load(t.Context()); !errors.Is(err, control.ErrNoLease) {
		t.Errorf("a command made a lease: %v", err)
	}
}
