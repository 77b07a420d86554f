package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/operate/operatetest"
	"github.com/paymentdr/paymentdr/internal/operate/reconcile"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Planted differences between the journal, two real ledgers and one restored from a snapshot are all found, what can be
// repaired is, and a repair in a term that is over posts nothing.
func TestReconcile(t *testing.T) {
	d := desk{operatetest.Start(t)}
	d.StartController(east)
	d.StartController(west)
	d.Await("first lease", d.LeaseIs(east, payment.LeaseActive))
	load := d.StartLoad("paid", 4, time.Millisecond)
	time.Sleep(500 * time.Millisecond) // some payments that are right
	receipts, failures := load.Stop()
	if len(failures) > 0 || len(receipts) < 10 {
		t.Fatalf("%d receipts, failures %v", len(receipts), failures)
	}
	d.CheckLedger(operatetest.EastCluster, receipts)
	// From here on nobody repairs what is planted.
	d.StopController(east)
	d.StopController(west)
	epoch := plant(t, d)
	report := d.report(t, ExitError, "reconcile", "--since", "30m", "--restored", "us-east-1:payment-old")
	expectFindings(t, report, map[string]string{
		"missing-completed payment-primary-test": "missing", "missing-pending payment-primary-test": "missing",
		"extra payment-primary-test": "extra", "extra payment-secondary-test": "extra", "only-old payment-old": "extra",
		"amount payment-primary-test": "mismatch", "amount payment-secondary-test": "mismatch",
		"transaction payment-primary-test": "mismatch", "transaction payment-secondary-test": "mismatch",
		"time payment-primary-test": "mismatch", "time payment-secondary-test": "mismatch",
		"lost-posting payment-primary-test": "missing",
	})
	if same := report.Ledgers[0].Same; same < len(receipts) {
		t.Errorf("%d payments are the same, want at least the %d paid: %+v", same, len(receipts), report.Ledgers)
	}
	if o := d.run(t.Context(), "reconcile", "--since", "30m"); o.code != ExitError || !strings.Contains(o.stdout, "missing-pending") || !strings.Contains(o.stdout, "PROBLEM") {
		t.Errorf("exit %d:\n%s%s", o.code, o.stdout, o.stderr)
	}
	d.refused(t, []string{"no-confirmation"}, "reconcile", "--repair")

	repaired := d.report(t, ExitError, "reconcile", "--since", "30m", "--repair", "--yes", "--by", "ann@desk")
	for _, finding := range repaired.Findings {
		if finding.Kind == reconcile.Missing && !finding.Repaired {
			t.Errorf("not repaired: %+v", finding)
		}
	}
	for _, id := range []string{"missing-completed", "missing-pending", "lost-posting"} {
		if found, err := d.Ledger(operatetest.EastCluster).Payment(t.Context(), id); err != nil || found.Epoch != epoch {
			t.Errorf("%s: the ledger has %+v, error %v", id, found, err)
		}
	}
	if o := d.ok(t, "history", "--kind", "repaired"); !strings.Contains(o.stdout, "by=ann@desk") || !strings.Contains(o.stdout, "posted=3") {
		t.Errorf("history:\n%s", o.stdout)
	}
	if o := d.ok(t, "history", "--kind", "late"); strings.Count(o.stdout, "from=") != 2 {
		t.Errorf("a takeover would not know of the repair:\n%s", o.stdout)
	}
	again := d.report(t, ExitError, "reconcile", "--since", "30m")
	for _, finding := range again.Findings {
		if finding.Kind == reconcile.Missing {
			t.Errorf("still missing: %+v", finding)
		}
	}
	fencedRepair(t, d, epoch)
	outOfReach(t, d)
}

// plant makes one of each difference. It returns the epoch that holds.
func plant(t *testing.T, d desk) int64 {
	t.Helper()
	lease, err := d.Store(west).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store, done, err := d.Access.Regions[0].Ledger(t.Context(), operatetest.EastCluster, true)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	post := func(id string, change func(*payment.Posting)) {
		record := operatetest.NewRecord(id)
		posting := payment.Posting{
			PaymentID: id, TransactionID: record.TransactionID, Money: record.Money, Region: record.Region, Epoch: lease.Epoch, AcceptedAt: record.CreatedAt,
		}
		if change != nil {
			change(&posting)
			if err := d.Journal(west).Begin(t.Context(), record); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := store.Post(t.Context(), posting); err != nil {
			t.Fatal(err)
		}
	}
	post("extra", nil)
	post("amount", func(p *payment.Posting) { p.Money.MinorUnits++ })
	post("transaction", func(p *payment.Posting) { p.TransactionID = uuid.NewString() })
	post("time", func(p *payment.Posting) { p.AcceptedAt = p.AcceptedAt.Add(-20 * time.Minute) }) // in another span
	d.CompleteWithoutLedger("missing-completed", "lost-posting")
	pending := operatetest.NewRecord("missing-pending")
	if err := d.Journal(west).Begin(t.Context(), pending); err != nil {
		t.Fatal(err)
	}
	plantOld(t, d, lease.Epoch)
	d.Await("replication", func(ctx context.Context) error {
		_, err := d.Ledger(operatetest.WestCluster).Payment(ctx, "time")
		return err
	})
	return lease.Epoch
}

// plantOld makes the snapshot of a primary that was lost: it has a payment that nobody else has, and one that the
// journal has and the active ledger has lost.
func plantOld(t *testing.T, d desk, epoch int64) {
	t.Helper()
	if _, err := d.RDS.CreateSnapshot(t.Context(), east, "before-the-loss", operatetest.EastCluster, nil); err != nil {
		t.Fatal(err)
	}
	d.Restore(east, "before-the-loss", "payment-old")
	store, done, err := d.Access.Regions[0].Ledger(t.Context(), "payment-old", true)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	lost, err := d.Journal(west).Get(t.Context(), "lost-posting")
	if err != nil {
		t.Fatal(err)
	}
	only := operatetest.NewRecord("only-old")
	for _, record := range []payment.Record{lost, only} {
		_, err := store.Post(t.Context(), payment.Posting{
			PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money, Region: record.Region, Epoch: epoch, AcceptedAt: record.CreatedAt,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// report runs a reconciliation as JSON.
func (d desk) report(t *testing.T, code int, arguments ...string) reconcile.Report {
	t.Helper()
	o := d.run(t.Context(), append(arguments, "--output", "json")...)
	var report reconcile.Report
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil || o.code != code {
		t.Fatalf("%v: exit %d, want %d, error %v\n%s\n%s", arguments, o.code, code, err, o.stdout, o.stderr)
	}
	for _, side := range report.Ledgers {
		if side.Problem != "" {
			t.Errorf("%s was not compared: %s", side.Name, side.Problem)
		}
	}
	return report
}

func expectFindings(t *testing.T, report reconcile.Report, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, finding := range report.Findings {
		key := finding.PaymentID + " " + finding.Ledger
		if got[key] != "" {
			t.Errorf("%s is found twice", key)
		}
		got[key] = string(finding.Kind)
	}
	for key, kind := range want {
		if got[key] != kind {
			t.Errorf("%s is %q, want %q", key, got[key], kind)
		}
		delete(got, key)
	}
	for key, kind := range got {
		if !strings.HasSuffix(key, "payment-old") { // it was made before some of the differences
			t.Errorf("%s is found as %s", key, kind)
		}
	}
}

// fencedRepair: the ledger has seen a newer term than the lease's, so a repair posts nothing.
func fencedRepair(t *testing.T, d desk, epoch int64) {
	d.CompleteWithoutLedger("too-late")
	store, done, err := d.Access.Regions[0].Ledger(t.Context(), operatetest.EastCluster, true)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if err := store.Fence(t.Context(), epoch+1, west); err != nil {
		t.Fatal(err)
	}
	d.refused(t, []string{"fenced"}, "reconcile", "--since", "30m", "--repair", "--yes")
	if _, err := store.Payment(t.Context(), "too-late"); err == nil {
		t.Error("a repair of an old term posted")
	}
}

// outOfReach: an operator outside the network is told so; with one ledger in reach, that one is compared.
func outOfReach(t *testing.T, d desk) {
	regions := d.Access.Regions
	closed := func(context.Context, string, bool) (*ledger.Store, func(), error) {
		return nil, nil, fmt.Errorf("no route")
	}
	west := regions[1].Ledger
	regions[0].Ledger, regions[1].Ledger = closed, nil
	d.refused(t, []string{"ledger-out-of-reach"}, "reconcile")
	regions[1].Ledger = west
	o := d.run(t.Context(), "reconcile", "--since", "30m")
	if o.code != ExitError || !strings.Contains(o.stderr, "was not compared: no route") || !strings.Contains(o.stdout, "payment-secondary-test") {
		t.Errorf("exit %d:\n%s%s", o.code, o.stdout, o.stderr)
	}
	d.refused(t, []string{"ledger-out-of-reach"}, "reconcile", "--repair", "--yes")
	for _, wrong := range [][]string{{"reconcile", "--since", "0s"}, {"reconcile", "--restored", "payment-old"}, {"reconcile", "--restored", "eu-west-1:x"}} {
		if o := d.run(t.Context(), wrong...); o.code != ExitRefused {
			t.Errorf("%v: exit %d", wrong, o.code)
		}
	}
}
