package dynamodb_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamolocal"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

func itoa(n int) string { return strconv.Itoa(n) }

func refusal(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return "no API error"
}

// TestStrongTableLifeAndRefusals goes through a table's life as the AWS provider does, with what is refused on the way.
func TestStrongTableLifeAndRefusals(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{})
	east, west := cluster.Client(t, clustertest.East), cluster.Client(t, clustertest.West)
	ctx, table := t.Context(), aws.String("control")
	if _, err := east.CreateTable(ctx, dynamolocal.ControlSchema("control")); err != nil {
		t.Fatal(err)
	}
	if _, err := west.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: table}); !strings.HasPrefix(refusal(err), "ResourceNotFoundException") {
		t.Errorf("describe in the West before there is a replica = %v", err)
	}
	alone := clustertest.Strong("control")
	alone.GlobalTableWitnessUpdates = nil
	if _, err := east.UpdateTable(ctx, alone); !strings.Contains(refusal(err), "exactly three Regions") {
		t.Errorf("strong table of two Regions = %v", err)
	}
	if _, err := east.UpdateTable(ctx, clustertest.Strong("control")); err != nil {
		t.Fatal(err)
	}
	for region, client := range map[string]*sdk.Client{clustertest.West: east, clustertest.East: west} {
		described, err := client.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: table})
		if err != nil {
			t.Fatal(err)
		}
		got := described.Table
		if got.TableStatus != types.TableStatusActive || got.MultiRegionConsistency != types.MultiRegionConsistencyStrong || len(got.Replicas) != 1 ||
			*got.Replicas[0].RegionName != region || len(got.GlobalTableWitnesses) != 1 || *got.GlobalTableWitnesses[0].RegionName != clustertest.Witness {
			t.Errorf("table beside %s is %+v", region, got)
		}
	}
	for what, call := range map[string]func() error{
		"Transactional": func() error {
			_, err := east.TransactWriteItems(ctx, &sdk.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: table, Item: key("t")}}}})
			return err
		},
		"Time to live": func() error {
			_, err := east.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{TableName: table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("x"), Enabled: aws.Bool(true)}})
			return err
		},
		"existing global table": func() error { _, err := east.UpdateTable(ctx, clustertest.Strong("control")); return err },
		"remove them together":  func() error { _, err := east.DeleteTable(ctx, &sdk.DeleteTableInput{TableName: table}); return err },
		"delete them together": func() error {
			_, err := east.UpdateTable(ctx, &sdk.UpdateTableInput{TableName: table, ReplicaUpdates: []types.ReplicationGroupUpdate{{Delete: &types.DeleteReplicationGroupMemberAction{RegionName: aws.String(clustertest.West)}}}})
			return err
		},
	} {
		if got := refusal(call()); !strings.HasPrefix(got, "ValidationException: ") || !strings.Contains(got, what) {
			t.Errorf("refusal is %q, want a ValidationException with %q", got, what)
		}
	}
	_, err := east.UpdateTable(ctx, &sdk.UpdateTableInput{
		TableName:                 table,
		ReplicaUpdates:            []types.ReplicationGroupUpdate{{Delete: &types.DeleteReplicationGroupMemberAction{RegionName: aws.String(clustertest.West)}}},
		GlobalTableWitnessUpdates: []types.GlobalTableWitnessGroupUpdate{{Delete: &types.DeleteGlobalTableWitnessGroupMemberAction{RegionName: aws.String(clustertest.Witness)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := east.DeleteTable(ctx, &sdk.DeleteTableInput{TableName: table}); err != nil {
		t.Fatal(err)
	}
	for _, client := range []*sdk.Client{east, west} {
		// The list is the local member's, which may be a moment behind.
		works(t, "empty list of tables after deletion", func() error {
			listed, err := client.ListTables(ctx, &sdk.ListTablesInput{})
			if err == nil && len(listed.TableNames) > 0 {
				return fmt.Errorf("there are %v", listed.TableNames)
			}
			return err
		})
	}
}

func TestLeaseBetweenRegions(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{})
	table := cluster.ControlTable(t, "control")
	const patience = 10 * time.Second
	east, west := control.New(cluster.Client(t, clustertest.East), table, patience), control.New(cluster.Client(t, clustertest.West), table, patience)
	if _, err := west.Load(t.Context()); !errors.Is(err, control.ErrNoLease) {
		t.Fatalf("load of nothing = %v", err)
	}
	first := control.Lease{Region: clustertest.East, Epoch: 1, Seq: 1, State: payment.LeaseActive, Holder: "run", UpdatedAt: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	saved, err := east.Save(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	claim := saved
	claim.Region, claim.Epoch, claim.State = clustertest.West, 2, payment.LeasePromoting
	claimed, err := west.Save(t.Context(), claim)
	if err != nil {
		t.Fatal(err)
	}
	renewal := saved
	renewal.Seq++
	if _, err := east.Save(t.Context(), renewal); !errors.Is(err, control.ErrLost) {
		t.Errorf("renewal on an old version = %v, want %v", err, control.ErrLost)
	}
	if read, err := east.Load(t.Context()); err != nil || read != claimed {
		t.Errorf("east loads %+v (%v), west saved %+v", read, err, claimed)
	}
}
