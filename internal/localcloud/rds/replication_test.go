package rds_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	local "github.com/paymentdr/paymentdr/internal/localcloud/rds"
)

// writeUntil adds rows over the global name until ctx ends and returns how many were acknowledged, with all numbers that
// were tried once only.
func (w *world) writeUntil(ctx context.Context, name string) (acknowledged []int) {
	for number := 0; ; {
		conn, err := w.dial(name)
		for err == nil {
			if _, err = conn.Exec(ctx, fmt.Sprintf("INSERT INTO counted VALUES (%d)", number)); err == nil {
				acknowledged = append(acknowledged, number)
			}
			number++
		}
		if conn != nil {
			conn.Close(context.Background())
		}
		if ctx.Err() != nil {
			return acknowledged
		}
	}
}

func TestSwitchoverUnderLoadLosesNothing(t *testing.T) {
	w := newWorld(t)
	w.pair()
	globalName := w.find(globalWriter)
	load, stop := context.WithCancel(t.Context())
	defer stop()
	result := make(chan []int, 1)
	go func() { result <- w.writeUntil(load, globalName) }()
	w.eventually(func() error {
		if rows, err := w.count(w.writer(second)); err != nil || rows < 50 {
			return fmt.Errorf("%d rows, error %w", rows, err)
		}
		return nil
	})
	client := w.client(east)
	began := time.Now()
	_, err := client.SwitchoverGlobalCluster(t.Context(), &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String(global), TargetDbClusterIdentifier: aws.String(secondARN)})
	w.must(err)
	before := 0
	w.eventually(func() error {
		if writer, _ := w.member(client, secondARN); !writer {
			return fmt.Errorf("the target is not the writer yet")
		}
		rows, err := w.count(w.writer(second))
		before = rows
		return err
	})
	t.Logf("the target is the writer %s after the call", time.Since(began))
	w.eventually(func() error {
		if rows, err := w.count(w.writer(second)); err != nil || rows < before+50 {
			return fmt.Errorf("%d rows, %d before, error %w", rows, before, err)
		}
		return nil
	})
	stop()
	acknowledged := <-result
	conn, err := w.dial(globalName)
	w.must(err)
	defer conn.Close(context.Background())
	var missing int
	w.must(conn.QueryRow(t.Context(), "SELECT count(*) FROM unnest($1::int[]) number WHERE number NOT IN (SELECT number FROM counted)",
		acknowledged).Scan(&missing))
	if missing > 0 {
		t.Errorf("%d of %d acknowledged rows are lost", missing, len(acknowledged))
	}
	t.Logf("%d rows acknowledged, %d lost", len(acknowledged), missing)
	total, err := w.count(globalName)
	w.must(err)
	w.eventuallyRows(w.writer(first), total)
}

func lagGrowsWhileTheLinkIsCut(t *testing.T, w *world) {
	total, err := w.count(w.writer(first))
	w.must(err)
	w.eventuallyRows(w.writer(second), total)
	value := func(name string, since time.Time) (float64, error) {
		metric, ok := w.lastMetric(name, since)
		if !ok {
			return 0, fmt.Errorf("no %s since %s", name, since)
		}
		if metric.Region != west || metric.Unit != "Milliseconds" || metric.Dimensions["DBClusterIdentifier"] != second {
			return 0, fmt.Errorf("metric %+v is not the secondary's", metric)
		}
		return metric.Value, nil
	}
	expect := func(name string, good func(float64) bool) {
		t.Helper()
		since := time.Now()
		took := w.eventually(func() error {
			lag, err := value(name, since)
			if err == nil && !good(lag) {
				err = fmt.Errorf("%s is %.1f ms", name, lag)
			}
			return err
		})
		lag, _ := value(name, since)
		t.Logf("%s is %.1f ms after %s", name, lag, took)
	}
	low, high := func(lag float64) bool { return lag < 200 }, func(lag float64) bool { return lag > 1500 }
	expect(local.MetricRPOLag, low)
	expect(local.MetricReplicationLag, low)
	w.link.setCut(true)
	w.must(w.add(w.writer(first), 2000))
	expect(local.MetricRPOLag, high)
	expect(local.MetricReplicationLag, high)
	if age := time.Since(w.restorable()); age < 1500*time.Millisecond {
		t.Errorf("the secondary's latest restorable time is %s old, and it lags more", age)
	}
	w.link.setCut(false)
	expect(local.MetricRPOLag, low)
	expect(local.MetricReplicationLag, low)
	w.eventuallyRows(w.writer(second), total+1)
	stood := time.Now().Add(-2 * time.Hour).UTC().Truncate(time.Second)
	w.must(w.service.StallBackups(west, stood))
	if latest := w.restorable(); !latest.Equal(stood) {
		t.Errorf("backups that stand still are whole until %s, want %s", latest, stood)
	}
	w.must(w.service.StallBackups(west, time.Time{}))
	if age := time.Since(w.restorable()); age > time.Minute {
		t.Errorf("backups that go on are %s old", age)
	}
	if err := w.service.StallBackups("mars", stood); err == nil {
		t.Error("a Region that is not there was stalled")
	}
}

// restorable is until when the second cluster could be restored.
func (w *world) restorable() time.Time {
	w.t.Helper()
	clusters, err := w.client(west).DescribeDBClusters(w.t.Context(), &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String(second)})
	w.must(err)
	return *clusters.DBClusters[0].LatestRestorableTime
}
