package rds_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/jackc/pgx/v5/pgconn"

	local "github.com/paymentdr/paymentdr/internal/localcloud/rds"
)

func readOnly(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == "25006"
}

func failover(target string) *rds.FailoverGlobalClusterInput {
	return &rds.FailoverGlobalClusterInput{GlobalClusterIdentifier: aws.String(global), TargetDbClusterIdentifier: &target, AllowDataLoss: aws.Bool(true)}
}

// A Region dies, the other takes over, and the lost one comes back as its secondary.
func TestRegionDiesAndReturns(t *testing.T) {
	w := newWorld(t)
	began := time.Now()
	w.pair()
	t.Logf("pair from nothing: %s", time.Since(began))
	w.must(w.add(w.writer(first), 1))
	t.Logf("row on the secondary after %s", w.eventuallyRows(w.writer(second), 1))
	if err := w.add(w.writer(second), 2); !readOnly(err) {
		t.Fatalf("write on the secondary: %v, want SQLSTATE 25006", err)
	}
	globalName, client := w.find(globalWriter), w.client(west)
	w.must(w.add(globalName, 2))
	w.eventuallyRows(w.writer(second), 2)
	held, err := w.dial(w.writer(first))
	w.must(err)
	defer held.Close(context.Background())

	w.must(w.service.KillRegion(east))
	if _, err := held.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("a session outlived its Region")
	}
	if err := w.add(w.writer(first), 3); err == nil {
		t.Error("a dead Region accepted a write")
	}
	if _, err := w.client(east).DescribeDBClusters(t.Context(), &rds.DescribeDBClustersInput{}); err == nil {
		t.Error("a dead Region's API answered")
	}
	began = time.Now()
	answer, err := client.FailoverGlobalCluster(t.Context(), failover(secondARN))
	w.must(err)
	if state := answer.GlobalCluster.FailoverState; state == nil || *state.ToDbClusterArn != secondARN || *state.FromDbClusterArn != firstARN || !*state.IsDataLossAllowed {
		t.Errorf("failover state %+v", state)
	}
	w.eventually(func() error { return w.add(globalName, 3) })
	t.Logf("first write through the global name %s after FailoverGlobalCluster was called", time.Since(began))
	w.must(w.add(w.writer(second), 4))
	if writer, _ := w.member(client, secondARN); !writer {
		t.Error("the promoted cluster is not the writer")
	}
	if _, status := w.member(client, firstARN); status != "pending-resync" {
		t.Errorf("the lost cluster is %s", status)
	}

	began = time.Now()
	w.must(w.service.StartRegion(t.Context(), east))
	w.eventually(func() error {
		if _, status := w.member(client, firstARN); status != "connected" {
			return fmt.Errorf("the old writer is %s", status)
		}
		return nil
	})
	w.eventuallyRows(w.writer(first), 4)
	t.Logf("old writer is a secondary %s after its Region started", time.Since(began))
	if err := w.add(w.writer(first), 5); !readOnly(err) {
		t.Errorf("write on the old writer: %v, want SQLSTATE 25006", err)
	}
	w.must(w.add(w.writer(second), 5))
	w.eventuallyRows(w.writer(first), 5)
	snapshots, err := w.client(east).DescribeDBClusterSnapshots(t.Context(), &rds.DescribeDBClusterSnapshotsInput{DBClusterIdentifier: aws.String(first)})
	w.must(err)
	if len(snapshots.DBClusterSnapshots) != 1 || !strings.HasPrefix(*snapshots.DBClusterSnapshots[0].DBClusterSnapshotIdentifier, "rds:unplanned-global-failover-"+first+"-") {
		t.Errorf("snapshots of the old volume: %+v", snapshots.DBClusterSnapshots)
	}
	// And back again, so that both have had both roles.
	_, err = w.service.SwitchoverGlobalCluster(t.Context(), west, global, firstARN)
	w.must(err)
	w.must(w.add(globalName, 6))
	w.eventuallyRows(w.writer(second), 6)
}

// A cut link leaves two writers; what the old one alone accepted is in the snapshot of its volume.
func TestSplitBrainEndsWhenTheLinkHeals(t *testing.T) {
	w := newWorld(t)
	w.pair()
	w.must(w.add(w.writer(first), 1))
	w.eventuallyRows(w.writer(second), 1)
	oldWriter := w.writer(first)
	w.link.setCut(true)
	w.must(w.add(oldWriter, 2))
	_, err := w.service.FailoverGlobalCluster(t.Context(), west, global, secondARN)
	w.must(err)
	w.must(w.add(w.writer(second), 3))
	w.must(w.add(oldWriter, 4)) // nobody could tell it
	w.link.setCut(false)
	w.eventually(func() error {
		if err := w.add(oldWriter, 5); !readOnly(err) {
			return fmt.Errorf("write on the old writer: %w, want SQLSTATE 25006", err)
		}
		return nil
	})
	w.eventually(func() error {
		if rows, err := w.count(oldWriter); err != nil || rows < 2 {
			return fmt.Errorf("%d rows, error %w", rows, err)
		}
		return nil
	})
	snapshots, err := w.client(east).DescribeDBClusterSnapshots(t.Context(), &rds.DescribeDBClusterSnapshotsInput{})
	w.must(err)
	if len(snapshots.DBClusterSnapshots) != 1 {
		t.Fatalf("%d snapshots, want the old volume's", len(snapshots.DBClusterSnapshots))
	}
	_, err = w.service.RestoreFromSnapshot(t.Context(), east, *snapshots.DBClusterSnapshots[0].DBClusterSnapshotIdentifier,
		local.RestoreSpec{Identifier: "old-volume"})
	w.must(err)
	_, err = w.service.CreateInstance(t.Context(), east, local.InstanceSpec{Identifier: "old-volume-0", Cluster: "old-volume"})
	w.must(err)
	conn, err := w.dial(w.writer("old-volume"))
	w.must(err)
	defer conn.Close(context.Background())
	var lost int
	w.must(conn.QueryRow(t.Context(), "SELECT count(*) FROM counted WHERE number IN (2, 4)").Scan(&lost))
	if lost != 2 {
		t.Errorf("%d of 2 lost rows are in the old volume", lost)
	}
}

// A writer that hangs can neither be reached nor fenced; resumed, it writes until it is found.
func TestHangingWriterIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.pair()
	w.must(w.service.SuspendRegion(east))
	if err := w.add(w.writer(first), 1); err == nil {
		t.Error("a hanging Region accepted a write")
	}
	began := time.Now()
	client := w.client(west)
	_, err := client.FailoverGlobalCluster(t.Context(), failover(secondARN))
	w.must(err)
	w.eventually(func() error { // a client that asked the hanging one would wait for its own timeout
		if writer, _ := w.member(client, secondARN); !writer {
			return errors.New("the target is not the writer yet")
		}
		return nil
	})
	w.must(w.add(w.find(globalWriter), 1))
	t.Logf("first write %s after the failover from a hanging Region, 300ms of it for the try to fence", time.Since(began))
	w.must(w.service.ResumeRegion(east))
	w.eventuallyRows(w.writer(first), 1)
	w.eventually(func() error {
		if err := w.add(w.writer(first), 2); !readOnly(err) {
			return fmt.Errorf("write on the old writer: %w, want SQLSTATE 25006", err)
		}
		return nil
	})
}

func handoversThatAreRefused(t *testing.T, w *world) {
	eastern, western := w.client(east), w.client(west)
	var noCluster *types.DBClusterNotFoundFault
	var noGlobal *types.GlobalClusterNotFoundFault
	var clusterState *types.InvalidDBClusterStateFault
	var globalState *types.InvalidGlobalClusterStateFault
	for name, test := range map[string]struct {
		client *rds.Client
		change func(*rds.FailoverGlobalClusterInput)
		want   any
	}{
		"failover asked in the writer's Region":      {client: eastern, want: &globalState},
		"switchover asked in the secondary's Region": {client: western, change: func(i *rds.FailoverGlobalClusterInput) { i.AllowDataLoss = nil }, want: &globalState},
		"to the writer":         {client: eastern, change: func(i *rds.FailoverGlobalClusterInput) { i.TargetDbClusterIdentifier = aws.String(firstARN) }, want: &clusterState},
		"to an unknown cluster": {client: western, change: func(i *rds.FailoverGlobalClusterInput) { i.TargetDbClusterIdentifier = aws.String(secondARN + "x") }, want: &noCluster},
		"of an unknown global":  {client: western, change: func(i *rds.FailoverGlobalClusterInput) { i.GlobalClusterIdentifier = aws.String("x") }, want: &noGlobal},
	} {
		t.Run(name, func(t *testing.T) {
			input := failover(secondARN)
			if test.change != nil {
				test.change(input)
			}
			if _, err := test.client.FailoverGlobalCluster(t.Context(), input); err == nil || !errors.As(err, test.want) {
				t.Errorf("error %v, want %T", err, test.want)
			}
		})
	}
	// A secondary that does not follow cannot take over without loss, and the writer goes on.
	w.link.setCut(true)
	w.eventually(func() error {
		_, err := eastern.SwitchoverGlobalCluster(t.Context(), &rds.SwitchoverGlobalClusterInput{
			GlobalClusterIdentifier: aws.String(global), TargetDbClusterIdentifier: aws.String(secondARN)})
		if !errors.As(err, &clusterState) {
			return fmt.Errorf("switchover over a cut link: %w", err)
		}
		return nil
	})
	w.must(w.add(w.writer(first), 1000))
	w.link.setCut(false)
}
