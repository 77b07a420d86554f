package stack_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Each test is one way in which such a system is known to break at deploy or at failover.

func TestBothClustersIgnoreWhatAFailoverChanges(t *testing.T) {
	files := parse(t, build(t, nil))
	for _, root := range []string{"us-east-1", "us-west-2"} {
		lifecycle := nested(files.block(t, root, "aws_rds_cluster.payment"), "lifecycle")
		if len(lifecycle) != 1 {
			t.Fatalf("%s: %d lifecycle blocks, want 1", root, len(lifecycle))
		}
		text := files.source(lifecycle[0], "ignore_changes")
		for _, attribute := range []string{"replication_source_identifier", "global_cluster_identifier", "engine_version"} {
			if !strings.Contains(text, attribute) {
				t.Errorf("%s: ignore_changes = %s lacks %s", root, text, attribute)
			}
		}
	}
}

func TestOnlyThePrimaryClusterHasAnAdministrator(t *testing.T) {
	files := parse(t, build(t, nil))
	for _, attribute := range []string{"master_username", "master_password_wo", "database_name"} {
		if _, ok := files.block(t, "us-east-1", "aws_rds_cluster.payment").Body.Attributes[attribute]; !ok {
			t.Errorf("primary cluster lacks %s", attribute)
		}
		if _, ok := files.block(t, "us-west-2", "aws_rds_cluster.payment").Body.Attributes[attribute]; ok {
			t.Errorf("secondary cluster sets %s, which a global database's secondary must not", attribute)
		}
	}
}

func TestBothClustersAreEncryptedWithAKeyOfTheirRegion(t *testing.T) {
	files := parse(t, build(t, nil))
	for _, root := range []string{"us-east-1", "us-west-2"} {
		if got := files.source(files.block(t, root, "aws_rds_cluster.payment"), "kms_key_id"); got != "aws_kms_key.database.arn" {
			t.Errorf("%s: kms_key_id = %q; an encrypted cross-Region replica needs its own Region's key", root, got)
		}
	}
}

func TestSecondaryIsDeployedAfterThePrimary(t *testing.T) {
	system := build(t, nil)
	position := map[string]int{}
	for i, root := range system.Roots {
		position[root.Name] = i
		for _, before := range append(append([]string{}, root.Reads...), root.After...) {
			if at, ok := position[before]; !ok || at >= i {
				t.Errorf("%s needs %s, which is not deployed before it", root.Name, before)
			}
		}
	}
	if !slices.Contains(system.Root("us-west-2").After, "us-east-1") {
		t.Error("the secondary Region does not wait for the primary's instances")
	}
}

// A Region's root reads nothing but global, so that the other Region may be dark.
func TestARegionsRootKnowsOnlyItsOwnRegion(t *testing.T) {
	system := build(t, nil)
	files := parse(t, system)
	for region, other := range map[string]string{"us-east-1": "us-west-2", "us-west-2": "us-east-1"} {
		if reads := system.Root(region).Reads; !slices.Equal(reads, []string{stack.RootGlobal}) {
			t.Errorf("%s reads %v", region, reads)
		}
		for address, block := range files.roots[region] {
			if _, ok := block.Body.Attributes["region"]; ok && block.Type != "provider" {
				t.Errorf("%s: %s is in another Region", region, address)
			}
		}
		for name, content := range system.Root(region).Module.Files() {
			for _, line := range strings.Split(string(content), "\n") {
				if strings.Contains(line, other) && !strings.Contains(line, "PEER_REGION") {
					t.Errorf("%s/%s names %s: %s", region, name, other, strings.TrimSpace(line))
				}
			}
		}
		for _, typ := range []string{"aws_iam_role", "aws_iam_policy", "aws_route53_record", "aws_route53_zone"} {
			if found := files.ofType(region, typ); len(found) > 0 {
				t.Errorf("%s: %v would make its plan depend on a control plane in us-east-1", region, found)
			}
		}
	}
}

func TestStatesSurviveWithTheirRegion(t *testing.T) {
	system := build(t, variants()["state in s3"])
	files := parse(t, system)
	want := map[string]string{"global": "us-east-2", "link": "us-east-2", "us-east-1": "us-east-1", "us-west-2": "us-west-2"}
	for root, region := range want {
		backend := nested(files.block(t, root, "terraform"), "backend")[0]
		if backend.Labels[0] != "s3" {
			t.Fatalf("%s: backend %s", root, backend.Labels[0])
		}
		if got := literal(backend, "region"); got == cty.NilVal || got.AsString() != region {
			t.Errorf("%s: state in %v, want %s", root, got, region)
		}
		if lock := literal(backend, "use_lockfile"); lock == cty.NilVal || lock.False() {
			t.Errorf("%s: state is not locked", root)
		}
	}
}

func TestHealthChecksDoNotFollowTheFailover(t *testing.T) {
	system := build(t, nil)
	files := parse(t, system)
	for _, address := range files.ofType("link", "aws_route53_health_check") {
		if fqdn := literal(files.block(t, "link", address), "fqdn").AsString(); fqdn == system.Config.Names().FailoverDomain() {
			t.Errorf("%s asks the failover name, which follows what the check decides", address)
		}
	}
}

func TestFailoverRecordsHaveAChosenTTL(t *testing.T) {
	files := parse(t, build(t, nil))
	for _, role := range []string{"primary", "secondary"} {
		record := files.block(t, "link", "aws_route53_record."+role+"_failover")
		if ttl := literal(record, "ttl"); ttl == cty.NilVal || !ttl.RawEquals(cty.NumberIntVal(10)) {
			t.Errorf("%s: ttl %#v, want 10", role, ttl)
		}
		for _, attribute := range []string{"set_identifier", "health_check_id"} {
			if _, ok := record.Body.Attributes[attribute]; !ok {
				t.Errorf("%s: no %s", role, attribute)
			}
		}
	}
}

// An alarm that acts on another Region's topic is refused by CloudWatch; each root has its own topic and names no other.
func TestAlarmsActInTheirOwnRegion(t *testing.T) {
	for name, change := range variants() {
		system := build(t, change)
		files := parse(t, system)
		for _, root := range system.Roots {
			topics := files.ofType(root.Name, "aws_sns_topic")
			for _, address := range files.ofType(root.Name, "aws_cloudwatch_metric_alarm") {
				block := files.block(t, root.Name, address)
				missing := literal(block, "treat_missing_data")
				if missing == cty.NilVal {
					t.Errorf("%s: %s/%s does not say what silence means", name, root.Name, address)
				}
				if _, acts := block.Body.Attributes["alarm_actions"]; !acts {
					continue
				}
				if action := files.source(block, "alarm_actions"); action != "["+topics[0]+".arn]" {
					t.Errorf("%s: %s/%s acts on %s, its Region's topic is %s", name, root.Name, address, action, topics[0])
				}
			}
		}
	}
}

func TestRouteFiftyThreeAlarmsAreInUSEast1(t *testing.T) {
	for name, change := range variants() {
		provider := parse(t, build(t, change)).block(t, "link", "provider.aws")
		if got := literal(provider, "region").AsString(); got != "us-east-1" {
			t.Errorf("%s: the root link is in %s, where Route 53 has no metrics", name, got)
		}
	}
}

func TestReplicasKeepTheirOwnProtection(t *testing.T) {
	files := parse(t, build(t, variants()["production suffix"]))
	for _, table := range []string{"aws_dynamodb_table.sessions", "aws_dynamodb_table.control"} {
		block := files.block(t, "global", table)
		replica := nested(block, "replica")[0]
		for _, setting := range []string{"point_in_time_recovery", "deletion_protection_enabled"} {
			if value := literal(replica, setting); value == cty.NilVal || value.False() {
				t.Errorf("%s: the replica has no %s; it is not copied from the table", table, setting)
			}
		}
		if mode := literal(replica, "consistency_mode"); mode == cty.NilVal || mode.AsString() != "STRONG" {
			t.Errorf("%s: consistency mode %#v", table, mode)
		}
		if len(nested(block, "global_table_witness")) != 1 {
			t.Errorf("%s: no witness", table)
		}
	}
}

// A version that the files own would, once rotation has retired it, be written again and lock the application out.
func TestTheApplicationsSecretHasNoVersionInTheFiles(t *testing.T) {
	files := parse(t, build(t, nil))
	for root := range files.roots {
		for _, address := range files.ofType(root, "aws_secretsmanager_secret_version") {
			block := files.block(t, root, address)
			if id := files.source(block, "secret_id"); !strings.Contains(id, "admin") {
				t.Errorf("%s/%s writes %s", root, address, id)
			}
			for _, attribute := range []string{"secret_string", "secret_binary"} {
				if _, ok := block.Body.Attributes[attribute]; ok {
					t.Errorf("%s/%s keeps a secret in state by %s", root, address, attribute)
				}
			}
		}
	}
}

func TestTheFirstRotationWaitsForTheLedger(t *testing.T) {
	files := parse(t, build(t, nil))
	rotation := files.block(t, "us-east-1", "aws_secretsmanager_secret_rotation.app")
	if immediately := literal(rotation, "rotate_immediately"); immediately == cty.NilVal || immediately.True() {
		t.Error("rotates while it is created, before the database may be reachable")
	}
	if after := files.source(rotation, "depends_on"); !strings.Contains(after, "aws_lambda_invocation.ledger_migration") {
		t.Errorf("depends_on = %s", after)
	}
}

// With two Regions a bounded RPO would stop all writes once one of them is gone.
func TestNoGlobalRPOIsEnforced(t *testing.T) {
	files := parse(t, build(t, nil))
	for _, root := range []string{"us-east-1", "us-west-2"} {
		group := files.block(t, root, "aws_rds_cluster_parameter_group.payment")
		forced := false
		for _, parameter := range nested(group, "parameter") {
			switch literal(parameter, "name").AsString() {
			case "rds.global_db_rpo":
				t.Errorf("%s sets rds.global_db_rpo", root)
			case "rds.force_ssl":
				forced = literal(parameter, "value").AsString() == "1"
			}
		}
		if !forced {
			t.Errorf("%s: connections without TLS are accepted", root)
		}
	}
}

func TestProtectionFollowsTheSuffix(t *testing.T) {
	for suffix, protected := range map[string]bool{"dev": false, "dev-test": false, "prod": true, "device": true} {
		system := build(t, func(c *config.Config) { c.EnvironmentSuffix = suffix })
		cluster := parse(t, system).block(t, "us-east-1", "aws_rds_cluster.payment")
		if got := literal(cluster, "deletion_protection").True(); got != protected {
			t.Errorf("%s: deletion_protection = %v, want %v", suffix, got, protected)
		}
		if got := literal(cluster, "skip_final_snapshot").True(); got == protected {
			t.Errorf("%s: skip_final_snapshot = %v", suffix, got)
		}
	}
}

func TestEveryNameHasTheSuffix(t *testing.T) {
	system := build(t, func(c *config.Config) { c.EnvironmentSuffix = "x7" })
	named := []string{"name", "alarm_name", "function_name", "cluster_identifier", "identifier", "global_cluster_identifier", "dashboard_name"}
	for root, blocks := range parse(t, system).roots {
		for address, block := range blocks {
			if block.Type != "resource" {
				continue
			}
			for _, attribute := range named {
				value := literal(block, attribute)
				if value == cty.NilVal || value.Type() != cty.String || excused(address) {
					continue
				}
				if !strings.Contains(value.AsString(), "x7") {
					t.Errorf("%s/%s: %s = %q lacks the suffix", root, address, attribute, value.AsString())
				}
			}
		}
	}
}

// excused are names that live inside something that has the suffix.
func excused(address string) bool {
	for _, prefix := range []string{"aws_apigatewayv2_stage.", "aws_iam_role_policy."} {
		if strings.HasPrefix(address, prefix) {
			return true
		}
	}
	return false
}
