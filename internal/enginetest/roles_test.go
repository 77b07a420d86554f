package enginetest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/enginetest"
)

// TestRolesIgnored is invariant I6 in small: with the two ignores on both
// clusters, neither a failover nor a failback shows a change.
func TestRolesIgnored(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	directory := fixture(t, "roles")
	applied(t, engine, directory)
	wantChanges(t, engine, directory)
	wantWriter(t, engine, directory, "payment-primary-x7")

	engine.SetWriter("us-west-2")
	wantChanges(t, engine, directory)
	wantWriter(t, engine, directory, "payment-secondary-x7")

	engine.SetWriter("us-east-1")
	wantChanges(t, engine, directory)
	wantWriter(t, engine, directory, "payment-primary-x7")
	if err := engine.Destroy(directory); err != nil {
		t.Error(err)
	}
}

// wantWriter refreshes the state and compares the global cluster's writer.
func wantWriter(t *testing.T, engine *enginetest.Engine, directory, cluster string) {
	t.Helper()
	if err := engine.Apply(directory); err != nil {
		t.Fatal(err)
	}
	state, err := engine.Show(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range state.Values.RootModule.Resources {
		if resource.Address != "aws_rds_global_cluster.ledger" {
			continue
		}
		members, _ := resource.AttributeValues["global_cluster_members"].([]any)
		if len(members) != 2 {
			t.Errorf("members of the global cluster: %v, want 2", members)
		}
		for _, each := range members {
			member, _ := each.(map[string]any)
			arn, _ := member["db_cluster_arn"].(string)
			if writer := member["is_writer"] == true; writer != strings.HasSuffix(arn, ":"+cluster) {
				t.Errorf("member %s is writer: %v, want the writer %s", arn, writer, cluster)
			}
		}
	}
}

// TestRolesNotIgnored shows that the same configuration without the ignores
// would detach, re-attach or promote: the test above can fail.
func TestRolesNotIgnored(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	directory := fixture(t, "roles")
	file := filepath.Join(directory, "main.tf")
	configuration, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const both = "ignore_changes = [global_cluster_identifier, replication_source_identifier]"
	applied(t, engine, directory)

	write(t, file, strings.ReplaceAll(string(configuration), both, "ignore_changes = [global_cluster_identifier]"))
	wantChanges(t, engine, directory, "aws_rds_cluster.secondary: update replication_source_identifier")
	engine.SetWriter("us-west-2")
	wantChanges(t, engine, directory, "aws_rds_cluster.primary: update replication_source_identifier")

	write(t, file, strings.ReplaceAll(string(configuration), both, "ignore_changes = [replication_source_identifier]"))
	wantChanges(t, engine, directory,
		"aws_rds_cluster.primary: update global_cluster_identifier",
		"aws_rds_cluster.secondary: update global_cluster_identifier")
	const refusal = "existing RDS Clusters cannot be added to an existing RDS Global Cluster"
	if err := engine.Apply(directory); err == nil || !strings.Contains(err.Error(), refusal) {
		t.Errorf("apply: got %v, want %q in it", err, refusal)
	}
}
