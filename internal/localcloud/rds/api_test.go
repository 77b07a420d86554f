package rds_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	local "github.com/paymentdr/paymentdr/internal/localcloud/rds"
)

func descriptions(t *testing.T, w *world) {
	clusters, err := w.client(east).DescribeDBClusters(t.Context(), &rds.DescribeDBClustersInput{})
	w.must(err)
	if len(clusters.DBClusters) != 1 {
		t.Fatalf("%d clusters in %s, want 1", len(clusters.DBClusters), east)
	}
	writer := clusters.DBClusters[0]
	if *writer.DBClusterArn != firstARN || *writer.Status != "available" || *writer.Endpoint != w.writer(first) ||
		*writer.DatabaseName != "paymentdb" || *writer.MasterUsername != master || *writer.GlobalClusterIdentifier != global ||
		writer.ReplicationSourceIdentifier != nil || len(writer.ReadReplicaIdentifiers) != 1 || writer.ReadReplicaIdentifiers[0] != secondARN ||
		len(writer.DBClusterMembers) != 1 || !*writer.DBClusterMembers[0].IsClusterWriter || *writer.BackupRetentionPeriod != 7 ||
		*writer.DBSubnetGroup != "subnets" || *writer.VpcSecurityGroups[0].VpcSecurityGroupId != "sg-1" || !*writer.IAMDatabaseAuthenticationEnabled {
		t.Errorf("writer described as %+v", writer)
	}
	clusters, err = w.client(west).DescribeDBClusters(t.Context(), &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String(secondARN)})
	w.must(err)
	if got := clusters.DBClusters[0]; *got.ReplicationSourceIdentifier != firstARN || *got.DBClusterMembers[0].IsClusterWriter || *got.DbClusterResourceId == *writer.DbClusterResourceId {
		t.Errorf("secondary described as %+v", got)
	}
	instances, err := w.client(west).DescribeDBInstances(t.Context(), &rds.DescribeDBInstancesInput{
		Filters: []types.Filter{{Name: aws.String("db-cluster-id"), Values: []string{second}}}})
	w.must(err)
	if got := instances.DBInstances; len(got) != 1 || *got[0].DBInstanceIdentifier != second+"-0" || *got[0].DBInstanceStatus != "available" || *got[0].Endpoint.Address != w.find(second+"-0.") {
		t.Errorf("instances described as %+v", got)
	}
	globals, err := w.client(west).DescribeGlobalClusters(t.Context(), &rds.DescribeGlobalClustersInput{})
	w.must(err)
	if got := globals.GlobalClusters; len(got) != 1 || *got[0].Endpoint != w.find(globalWriter) || len(got[0].GlobalClusterMembers) != 2 || got[0].GlobalClusterMembers[0].Readers[0] != secondARN {
		t.Errorf("global clusters described as %+v", got)
	}
	_, err = w.client(east).AddTagsToResource(t.Context(), &rds.AddTagsToResourceInput{ResourceName: aws.String(firstARN),
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("<payments>")}}})
	w.must(err)
	tags, err := w.client(east).ListTagsForResource(t.Context(), &rds.ListTagsForResourceInput{ResourceName: aws.String(firstARN)})
	w.must(err)
	if len(tags.TagList) != 1 || *tags.TagList[0].Key != "team" || *tags.TagList[0].Value != "<payments>" {
		t.Errorf("tags %+v", tags.TagList)
	}
}

func requestsThatAreRefused(t *testing.T, w *world) {
	ctx, client := context.Background(), w.client(east)
	var noCluster *types.DBClusterNotFoundFault
	var noInstance *types.DBInstanceNotFoundFault
	var noSnapshot *types.DBClusterSnapshotNotFoundFault
	var noGroup *types.DBClusterParameterGroupNotFoundFault
	var exists *types.DBClusterAlreadyExistsFault
	var state *types.InvalidDBClusterStateFault
	for name, test := range map[string]struct {
		call func() error
		want any
	}{
		"a cluster of another Region": {func() error {
			_, err := client.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String(second)})
			return err
		}, &noCluster},
		"an unknown instance": {func() error {
			_, err := client.DeleteDBInstance(ctx, &rds.DeleteDBInstanceInput{DBInstanceIdentifier: aws.String("none")})
			return err
		}, &noInstance},
		"an unknown snapshot": {func() error {
			_, err := client.RestoreDBClusterFromSnapshot(ctx, &rds.RestoreDBClusterFromSnapshotInput{
				DBClusterIdentifier: aws.String("copy"), SnapshotIdentifier: aws.String("none"), Engine: aws.String("aurora-postgresql")})
			return err
		}, &noSnapshot},
		"a name that is taken": {func() error {
			_, err := client.RestoreDBClusterToPointInTime(ctx, &rds.RestoreDBClusterToPointInTimeInput{
				DBClusterIdentifier: aws.String(first), SourceDBClusterIdentifier: aws.String(first), UseLatestRestorableTime: aws.Bool(true)})
			return err
		}, &exists},
		"an unknown parameter group": {func() error {
			_, err := client.RestoreDBClusterToPointInTime(ctx, &rds.RestoreDBClusterToPointInTimeInput{DBClusterIdentifier: aws.String("copy"),
				SourceDBClusterIdentifier: aws.String(first), UseLatestRestorableTime: aws.Bool(true), DBClusterParameterGroupName: aws.String("none")})
			return err
		}, &noGroup},
		"deleting a cluster with instances": {func() error {
			_, err := client.DeleteDBCluster(ctx, &rds.DeleteDBClusterInput{DBClusterIdentifier: aws.String(first), SkipFinalSnapshot: aws.Bool(true)})
			return err
		}, &state},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.call(); err == nil || !errors.As(err, test.want) {
				t.Errorf("error %v, want %T", err, test.want)
			}
		})
	}
	for action, want := range map[string]string{"RebootDBCluster": "InvalidAction", "": "InvalidAction"} {
		recorder := httptest.NewRecorder()
		form := url.Values{"Action": {action}, "Version": {"2014-10-31"}}
		w.service.Handler(east).ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode())))
		body, err := io.ReadAll(recorder.Body)
		if recorder.Code != http.StatusBadRequest || err != nil || !strings.Contains(string(body), "<Code>"+want+"</Code>") {
			t.Errorf("operation %q answers %d %s, want %s", action, recorder.Code, body, want)
		}
	}
	var refused *local.Fault
	for name, spec := range map[string]local.ClusterSpec{
		"a secondary with users of its own":    {Identifier: "third", Global: global, MasterUsername: master, MasterPassword: "x"},
		"a second secondary in a Region":       {Identifier: "third", Global: global},
		"a cluster without a master user":      {Identifier: "third"},
		"an identifier that RDS does not take": {Identifier: "no--name", MasterUsername: master, MasterPassword: "x"},
	} {
		if _, err := w.service.CreateCluster(ctx, west, spec); !errors.As(err, &refused) {
			t.Errorf("%s: error %v, want a fault", name, err)
		}
	}
	if err := w.service.CreateParameterGroup(ctx, east, "rpo", "aurora-postgresql17", map[string]string{"rds.global_db_rpo": "60"}); !errors.As(err, &refused) {
		t.Errorf("a parameter that is not modelled: error %v, want a fault", err)
	}
}

// membersLeave takes the pair apart as a destroy does.
func membersLeave(t *testing.T, w *world) {
	ctx := t.Context()
	_, err := w.service.RemoveFromGlobalCluster(ctx, global, firstARN)
	var refused *local.Fault
	if !errors.As(err, &refused) || refused.Code != "InvalidGlobalClusterStateFault" {
		t.Errorf("the writer left before its secondary: %v", err)
	}
	_, err = w.service.RemoveFromGlobalCluster(ctx, global, secondARN)
	w.must(err)
	w.must(w.add(w.writer(second), 5000)) // on its own now
	yes, no := true, false
	_, err = w.service.ModifyCluster(ctx, west, second, local.Changes{DeletionProtection: &yes})
	w.must(err)
	_, err = w.client(west).DeleteDBInstance(ctx, &rds.DeleteDBInstanceInput{DBInstanceIdentifier: aws.String(second + "-0")})
	w.must(err)
	if err := w.add(w.writer(second), 5001); err == nil {
		t.Error("a cluster without instances accepted a write")
	}
	if _, err := w.service.DeleteCluster(ctx, west, second, ""); !errors.As(err, &refused) {
		t.Errorf("a protected cluster was deleted: %v", err)
	}
	changed := "another"
	_, err = w.service.ModifyCluster(ctx, west, second, local.Changes{DeletionProtection: &no, MasterPassword: &changed})
	w.must(err)
	_, err = w.service.DeleteCluster(ctx, west, second, "")
	w.must(err)
	_, err = w.service.DeleteInstance(ctx, east, first+"-0")
	w.must(err)
	_, err = w.service.RemoveFromGlobalCluster(ctx, global, firstARN)
	w.must(err)
	_, err = w.service.DeleteGlobalCluster(ctx, global)
	w.must(err)
	_, err = w.service.DeleteCluster(ctx, east, first, "")
	w.must(err)
}
