package restore_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/backup/backuptest"
	"github.com/paymentdr/paymentdr/internal/backup/restore"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

const (
	environment = "dev"
	source      = "payment-primary-dev"
	today       = "payment-restore-test-dev-20261123"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock is a fake that moves only when someone sleeps.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) Sleep(_ context.Context, duration time.Duration) error {
	c.now = c.now.Add(duration)
	return nil
}

// checker answers the ledger's checks and remembers where it was asked.
type checker struct {
	findings restore.Findings
	err      error
	asked    []string
}

func (c *checker) Check(_ context.Context, target restore.Target) (restore.Findings, error) {
	c.asked = append(c.asked, fmt.Sprintf("%s:%d/%s", target.Host, target.Port, target.Database))
	return c.findings, c.err
}

// world is one Region with a healthy source, and clusters that nobody may touch.
type world struct {
	server  *backuptest.RDS
	clock   *clock
	checks  *checker
	emitted []float64 // successes as 1, failures as -1
	machine *restore.Machine
}

var foreign = []backuptest.Cluster{
	{DBClusterIdentifier: source, Engine: "aurora-postgresql", GlobalClusterIdentifier: "payment-global-dev",
		LatestRestorableTime: at(-2 * time.Minute), DBSubnetGroup: "payment-primary-subnets-dev",
		DBClusterParameterGroup: "payment-primary-tls-dev", SecurityGroups: []string{"sg-1", "sg-2"}, DeletionProtection: true},
	// Our tag, another's name; our name without the tag; another environment whose name begins like ours.
	{DBClusterIdentifier: "copy-of-a-test", Tags: backuptest.Tags{restore.TagTest: environment, restore.TagStarted: "2020-01-01T00:00:00Z"}},
	{DBClusterIdentifier: "payment-restore-test-dev-20200101", Tags: backuptest.Tags{"Name": "mine"}},
	{DBClusterIdentifier: "payment-restore-test-dev-2-20200101", Tags: backuptest.Tags{restore.TagTest: "dev-2", restore.TagStarted: "2020-01-01T00:00:00Z"}},
	{DBClusterIdentifier: "payment-restore-test-dev-20200102", Tags: backuptest.Tags{restore.TagTest: "dev-20200102"}},
}

func at(offset time.Duration) *time.Time {
	moment := noon.Add(offset)
	return &moment
}

func newWorld(t *testing.T) *world {
	w := &world{
		clock:  &clock{now: noon},
		checks: &checker{findings: restore.Findings{TrialBalance: map[string]int64{"USD": 0}, Payments: 3, NewestPayment: noon.Add(-time.Minute)}},
	}
	w.server = &backuptest.RDS{Now: w.clock.Now, CreateTime: 25 * time.Second, DeleteTime: 25 * time.Second, PageSize: 2}
	for _, cluster := range foreign {
		cluster.Status = "available"
		w.server.PutCluster(cluster)
	}
	for i, status := range []string{"available", "available", "creating"} {
		w.server.PutSnapshot(backuptest.Snapshot{DBClusterSnapshotIdentifier: fmt.Sprintf("rds:%s-%d", source, i), DBClusterIdentifier: source,
			SnapshotType: "automated", Status: status, SnapshotCreateTime: at(time.Duration(i-3) * 24 * time.Hour)})
	}
	w.machine = &restore.Machine{
		Environment: environment, Source: source, RDS: w.server.Client(t), Checks: w.checks, Policy: restore.DefaultPolicy(),
		Now: w.clock.Now, Sleep: w.clock.Sleep, Logger: slog.New(slog.DiscardHandler),
		Emitter: w,
	}
	return w
}

// Emit implements backup.Emitter.
func (w *world) Emit(_ time.Time, metrics []telemetry.Metric, extra map[string]string, _ map[string]any) error {
	if extra[telemetry.DimensionCluster] != w.machine.Source {
		return fmt.Errorf("metrics of cluster %q, want those of the source", extra[telemetry.DimensionCluster])
	}
	for _, one := range metrics {
		switch {
		case one.Value == 1 && one.Name == telemetry.BackupVerificationSuccess:
			w.emitted = append(w.emitted, 1)
		case one.Value == 1 && one.Name == telemetry.BackupVerificationFailure:
			w.emitted = append(w.emitted, -1)
		}
	}
	return nil
}

// assertClean checks that no cluster of ours is left, and that nothing else was touched.
func (w *world) assertClean(t *testing.T) {
	t.Helper()
	left := w.server.Clusters()
	for _, cluster := range foreign {
		now, ok := left[cluster.DBClusterIdentifier]
		if !ok || now.Status != "available" || fmt.Sprint(now.Tags) != fmt.Sprint(cluster.Tags) {
			t.Errorf("foreign cluster %s was touched: %+v", cluster.DBClusterIdentifier, now)
		}
		delete(left, cluster.DBClusterIdentifier)
	}
	if len(left) > 0 {
		t.Errorf("clusters left behind: %v", left)
	}
}

func (w *world) assertCalls(t *testing.T, want ...string) {
	t.Helper()
	if got := w.server.Calls(); !slices.Equal(got, want) {
		t.Errorf("changes in RDS:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// lifeOf lists the changes of one whole test.
func lifeOf(name, from string) []string {
	return []string{from + " " + name, "CreateDBInstance " + name + "-0", "AddTagsToResource " + name,
		"DeleteDBInstance " + name + "-0", "DeleteDBCluster " + name}
}

// TestAdvanceToTheEnd runs a whole test as the CLI does.
func TestAdvanceToTheEnd(t *testing.T) {
	w := newWorld(t)
	var restored backuptest.Cluster
	w.server.SetHooks(func(action string, _ url.Values) error {
		if action == "CreateDBInstance" {
			restored = w.server.Clusters()[today]
		}
		return nil
	}, nil)
	state, err := w.machine.Advance(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	want := backup.RestoreState{Cluster: today, Step: "idle", Verdict: "passed",
		Detail: "trial balance is zero over 3 payments; the newest is 1m0s older than the test"}
	if state != want {
		t.Errorf("state %+v, want %+v", state, want)
	}
	w.assertCalls(t, lifeOf(today, "RestoreDBClusterToPointInTime")...)
	w.assertClean(t)
	if !slices.Equal(w.checks.asked, []string{today + ".cluster-test.invalid:5432/paymentdb"}) {
		t.Errorf("checked %v", w.checks.asked)
	}
	if !slices.Equal(w.emitted, []float64{1}) {
		t.Errorf("outcomes %v, want one success", w.emitted)
	}
	if restored.DBSubnetGroup != "payment-primary-subnets-dev" || restored.DBClusterParameterGroup != "payment-primary-tls-dev" ||
		!slices.Equal(restored.SecurityGroups, []string{"sg-1", "sg-2"}) || restored.DeletionProtection {
		t.Errorf("restored cluster is not placed like its source: %+v", restored)
	}
}

// TestAdvanceStepByStep gives each invocation time for one step, as a short Lambda would have.
func TestAdvanceStepByStep(t *testing.T) {
	w := newWorld(t)
	var steps []string
	for start := true; len(steps) < 60; start = false {
		ctx, cancel := context.WithTimeout(t.Context(), w.machine.Policy.PollInterval)
		state, err := w.machine.Advance(ctx, start)
		cancel()
		if err != nil {
			t.Fatalf("after %v: %v", steps, err)
		}
		if len(steps) == 0 || steps[len(steps)-1] != state.Step {
			steps = append(steps, state.Step)
		}
		if state.Step == "idle" {
			break
		}
		_ = w.clock.Sleep(ctx, time.Minute) // until the schedule's next time; never fails
	}
	want := []string{"restore", "create-instance", "check", "delete-instance", "delete-cluster", "idle"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	w.assertClean(t)
}

// TestAdvanceWithoutStart leaves everything alone when nothing has begun.
func TestAdvanceWithoutStart(t *testing.T) {
	w := newWorld(t)
	state, err := w.machine.Advance(t.Context(), false)
	if err != nil || state.Step != "idle" {
		t.Errorf("state %+v, error %v", state, err)
	}
	w.assertCalls(t)
}

// TestSecondaryRestoresSnapshot takes the newest usable snapshot, not the one that is being made.
func TestSecondaryRestoresSnapshot(t *testing.T) {
	w := newWorld(t)
	secondary := foreign[0]
	secondary.Status, secondary.ReplicationSourceIdentifier = "available", "arn:aws:rds:us-east-1:1:cluster:p"
	w.server.PutCluster(secondary)
	from := ""
	w.server.SetHooks(nil, func(action string, form url.Values) error {
		if action == "RestoreDBClusterFromSnapshot" {
			from = form.Get("SnapshotIdentifier")
		}
		return nil
	})
	if _, err := w.machine.Advance(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if want := "rds:" + source + "-1"; from != want {
		t.Errorf("restored %q, want %q", from, want)
	}
	w.assertClean(t)
}

// TestFailedChecks decides against the backup, says so on every channel, and cleans up all the same.
func TestFailedChecks(t *testing.T) {
	w := newWorld(t)
	w.checks.findings.TrialBalance = map[string]int64{"USD": 0, "EUR": -250, "CHF": 1}
	state, err := w.machine.Advance(t.Context(), true)
	var failed *restore.FailedError
	if !errors.As(err, &failed) || failed.Reason != "trial balance is not zero, in minor units: CHF +1, EUR -250" {
		t.Errorf("error %v", err)
	}
	if state.Verdict != "failed" || !slices.Equal(w.emitted, []float64{-1}) {
		t.Errorf("state %+v, outcomes %v", state, w.emitted)
	}
	w.assertClean(t)
}

// TestUnreachableLedger is tried until the test's deadline and then failed and removed.
func TestUnreachableLedger(t *testing.T) {
	w := newWorld(t)
	w.checks.err = errors.New("connection refused")
	w.machine.Policy.Deadline = 5 * time.Minute
	_, err := w.machine.Advance(t.Context(), true)
	if err == nil || !strings.Contains(err.Error(), "not decided within 5m0s") {
		t.Errorf("error %v", err)
	}
	if len(w.checks.asked) < 10 {
		t.Errorf("checked %d times only", len(w.checks.asked))
	}
	w.assertClean(t)
}

// TestUnreachableLedgerShowsInShortRuns: an invocation that runs out of time returns why.
func TestUnreachableLedgerShowsInShortRuns(t *testing.T) {
	w := newWorld(t)
	w.checks.err = errors.New("connection refused")
	var last error
	for start := true; last == nil; start = false {
		ctx, cancel := context.WithTimeout(t.Context(), w.machine.Policy.PollInterval)
		_, last = w.machine.Advance(ctx, start)
		cancel()
		_ = w.clock.Sleep(ctx, time.Minute) // never fails
	}
	if !strings.Contains(last.Error(), "check ledger restored into "+today+": connection refused") {
		t.Errorf("error %v", last)
	}
}
