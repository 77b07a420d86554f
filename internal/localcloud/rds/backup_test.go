package rds_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/backup/restore"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	local "github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// single gives the ledger one connection.
type single struct{ conn *pgx.Conn }

func (s single) Do(ctx context.Context, use func(context.Context, *pgx.Conn) error) error {
	return use(ctx, s.conn)
}

// checker is restore.LedgerChecks without its name resolution: the names here are in no DNS.
type checker struct{ w *world }

func (c checker) Check(ctx context.Context, target restore.Target) (restore.Findings, error) {
	conn, err := c.w.dial(target.Host)
	if err != nil {
		return restore.Findings{}, err
	}
	defer conn.Close(context.Background())
	store := ledger.New(single{conn})
	totals, err := store.TrialBalance(ctx)
	if err != nil {
		return restore.Findings{}, err
	}
	findings := restore.Findings{TrialBalance: map[string]int64{}}
	for _, total := range totals {
		findings.TrialBalance[string(total.Money.Currency)] = total.Money.MinorUnits
		findings.Payments += total.Payments
	}
	newest, err := store.NewestPayment(ctx)
	findings.NewestPayment = newest.AcceptedAt
	return findings, err
}

// outcomes counts what the machine reports.
type outcomes struct{ successes int }

func (o *outcomes) Emit(_ time.Time, metrics []telemetry.Metric, _ map[string]string, _ map[string]any) error {
	for _, metric := range metrics {
		if metric.Name == telemetry.BackupVerificationSuccess {
			o.successes += int(metric.Value)
		}
	}
	return nil
}

func backupIsJudgedRestoredAndChecked(t *testing.T, w *world) {
	ctx := t.Context()
	w.postPayments(3)
	_, err := w.service.CreateAutomatedSnapshot(ctx, east, first)
	w.must(err)
	client := w.client(east)
	observation, err := backup.Observe(ctx, client, first)
	w.must(err)
	if verdict := backup.Judge(observation, time.Now(), backup.DefaultPolicy()); verdict.Level != backup.Success {
		t.Errorf("verdict %s on %+v: %+v", verdict.Level, observation, verdict)
	}
	reported := &outcomes{}
	policy := restore.DefaultPolicy()
	policy.PollInterval, policy.Margin = 50*time.Millisecond, 10*time.Millisecond
	for _, method := range []restore.Method{restore.MethodLatest, restore.MethodSnapshot} {
		policy.Method = method
		machine := &restore.Machine{Environment: "test", Source: first, RDS: client, Checks: checker{w}, Policy: policy, Now: time.Now,
			Sleep: pause.For, Emitter: reported, Logger: slog.New(slog.DiscardHandler)}
		limited, cancel := context.WithTimeout(ctx, 2*patience)
		defer cancel()
		began := time.Now()
		state, err := machine.Advance(limited, true)
		w.must(err)
		if state.Verdict != restore.VerdictPassed {
			t.Errorf("restore of %s ended with %+v", method, state)
		}
		t.Logf("restore of %s took %s: %s", method, time.Since(began), state.Detail)
	}
	if reported.successes != 2 {
		t.Errorf("%d successes reported, want 2", reported.successes)
	}
	left, err := client.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{})
	w.must(err)
	if len(left.DBClusters) != 1 {
		t.Errorf("%d clusters are left, want the source alone", len(left.DBClusters))
	}
}

// postPayments makes a ledger with payments.
func (w *world) postPayments(count int) {
	w.t.Helper()
	ctx := w.t.Context()
	config := w.config(w.writer(first), master, password)
	_, err := migrations.Migrate(ctx, config, 0)
	w.must(err)
	conn, err := pgx.ConnectConfig(ctx, config)
	w.must(err)
	defer conn.Close(context.Background())
	store := ledger.New(single{conn})
	w.must(store.Fence(ctx, 1, east))
	for i := range count {
		_, err := store.Post(ctx, payment.Posting{PaymentID: fmt.Sprintf("payment-%d", i), TransactionID: uuid.NewString(),
			Money: payment.Money{MinorUnits: int64(100 + i), Currency: "USD"}, Region: east, Epoch: 1, AcceptedAt: time.Now()})
		w.must(err)
	}
}

// snapshotsAreRestored takes one of a secondary at work by the API, and one of a cluster that is deleted.
func snapshotsAreRestored(t *testing.T, w *world) {
	ctx, client := t.Context(), w.client(west)
	total, err := w.count(w.writer(first))
	w.must(err)
	w.eventuallyRows(w.writer(second), total)
	_, err = client.CreateDBClusterSnapshot(ctx, &rds.CreateDBClusterSnapshotInput{
		DBClusterIdentifier: aws.String(second), DBClusterSnapshotIdentifier: aws.String("kept")})
	w.must(err)
	waiter := rds.NewDBClusterSnapshotAvailableWaiter(client, func(o *rds.DBClusterSnapshotAvailableWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 100*time.Millisecond
	})
	w.must(waiter.Wait(ctx, &rds.DescribeDBClusterSnapshotsInput{DBClusterSnapshotIdentifier: aws.String("kept")}, patience))
	for _, name := range []string{"kept", "final"} { // the second is the first restored, deleted with a final snapshot
		_, err := w.service.RestoreFromSnapshot(ctx, west, name, local.RestoreSpec{Identifier: "copy"})
		w.must(err)
		_, err = w.service.CreateInstance(ctx, west, local.InstanceSpec{Identifier: "copy-0", Cluster: "copy"})
		w.must(err)
		w.eventuallyRows(w.writer("copy"), total)
		w.must(w.add(w.writer("copy"), 3000+total))
		total++
		_, err = w.service.DeleteInstance(ctx, west, "copy-0")
		w.must(err)
		final := map[string]string{"kept": "final"}[name]
		_, err = w.service.DeleteCluster(ctx, west, "copy", final)
		w.must(err)
	}
	for _, name := range []string{"kept", "final"} {
		_, err := client.DeleteDBClusterSnapshot(ctx, &rds.DeleteDBClusterSnapshotInput{DBClusterSnapshotIdentifier: aws.String(name)})
		w.must(err)
	}
}
