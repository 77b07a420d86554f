package resources_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/resourcestest"
)

// TestChanges: what an edit of the files makes of what is there.
func TestChanges(t *testing.T) {
	for name, test := range map[string]struct {
		file, old, by string
		// want are calls that must come, in this order; not are those that must not.
		want []string
		not  string
	}{
		"protection of the cluster": {"us-east-1/database.tf", "deletion_protection                 = false", "deletion_protection                 = true",
			[]string{`modify cluster us-east-1 payment-primary-dev-test protection true days same password same`}, "create cluster"},
		"retention": {"us-west-2/database.tf", "backup_retention_period             = 7", "backup_retention_period             = 14",
			[]string{`modify cluster us-west-2 payment-secondary-dev-test protection same days 14 password same`}, "create cluster"},
		"a new password": {"us-east-1/database.tf", "master_password_wo_version          = 1", "master_password_wo_version          = 2",
			[]string{`modify cluster us-east-1 payment-primary-dev-test protection same days same password Random`}, "create cluster"},
		"the cluster's tags": {"us-east-1/database.tf", `Name = "payment-primary-cluster-dev-test"`, `Name = "another"`,
			[]string{"tag us-east-1 arn:aws:rds:us-east-1:123456789012:cluster:payment-primary-dev-test 2"}, "modify cluster"},
		"the ledger's version": {"us-east-1/compute.tf", "version = 3", "version = 4",
			[]string{`invoke us-east-1 payment-ledger-migration-primary-dev-test {"version":4}`}, "put us-east-1 aws_lambda_function "},
		"a function's memory": {"us-east-1/compute.tf", "memory_size      = 512", "memory_size      = 1024",
			[]string{"put us-east-1 aws_lambda_function us-east-1/aws_lambda_function.payment_processor"}, "invoke us-"},
		"a table's protection": {"global/journal.tf", "deletion_protection_enabled = false\n  stream_enabled", "deletion_protection_enabled = true\n  stream_enabled",
			[]string{"update table us-east-1 payment-sessions-dev-test"}, "create table"},
		"a stage's name": {"us-east-1/api.tf", `name        = "$default"`, `name        = "v1"`,
			[]string{"delete us-east-1 aws_apigatewayv2_stage", "put us-east-1 aws_apigatewayv2_stage", "put us-east-1 aws_apigatewayv2_api_mapping"}, "put us-west-2"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.apply()
			w.record.Take()
			resourcestest.Edit(t, filepath.Join(w.folder, test.file), test.old, test.by)
			w.apply()
			calls := w.record.Take()
			at := 0
			for _, want := range test.want {
				i := slices.IndexFunc(calls[at:], func(call string) bool { return strings.HasPrefix(call, want) })
				if i < 0 {
					t.Fatalf("no call %q after call %d of %q", want, at, calls)
				}
				at += i + 1
			}
			if got := in(calls, test.not); len(got) > 0 {
				t.Errorf("called %q", got)
			}
		})
	}
}

// TestSecretStaysWhatItWas: a version that is put again for another reason keeps its value; a new number makes a new one.
func TestSecretStaysWhatItWas(t *testing.T) {
	w := newWorld(t)
	value := func() (value, id string) {
		version := w.record.Attributes(t, "us-east-1", "aws_secretsmanager_secret_version", "global/aws_secretsmanager_secret_version.admin")
		return version["secret_string_wo"].(string), version["version_id"].(string)
	}
	file := filepath.Join(w.folder, "global", "secrets.tf")
	w.apply()
	first, id := value()
	resourcestest.Edit(t, file, "secret_string_wo_version = 1", "secret_string_wo_version = 1\n  version_stages = [\"AWSCURRENT\"]")
	if report := w.apply(); report.Updated != 1 {
		t.Errorf("report = %+v, want one update", report)
	}
	if again, same := value(); again != first || same != id {
		t.Errorf("put again: the value or its id changed: %v, %v", again == first, same == id)
	}
	resourcestest.Edit(t, file, "secret_string_wo_version = 1", "secret_string_wo_version = 2")
	w.apply()
	if next, other := value(); next == first || other == id {
		t.Error("a new number did not make a new value and id")
	}
}

// TestRefused: what cannot be made real is an error that says so.
func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		file, old, by string
		say           string
	}{
		"a proof that is nowhere": {"global/dns.tf", "records = [local.validation_options[0].resource_record_value]", `records = ["nonsense."]`, "no zone has the record that proves"},
		"a certificate for another name": {"us-east-1/api.tf", `domain_name = "us-east-1.api.payment-dr-dev-test.pay.example.net"`,
			`domain_name = "us-east-1.other.pay.example.net"`, "not for us-east-1.other.pay.example.net"},
		"a certificate of the other Region": {"us-west-2/api.tf", "local.global.certificate_arns.secondary", "local.global.certificate_arns.primary", "needs one of its own Region"},
		"instance parameters": {"us-east-1/database.tf", `description = "Payment ledger instances, dev-test"`,
			"description = \"x\"\n  parameter {\n    name = \"log_connections\"\n    value = \"1\"\n  }", "parameters of instances are not modelled"},
		"a cluster from a snapshot": {"us-east-1/database.tf", "skip_final_snapshot                 = true", "skip_final_snapshot = true\n  snapshot_identifier = \"s\"", "snapshot_identifier is not modelled"},
		"MySQL":                     {"us-east-1/database.tf", "engine                              = \"aurora-postgresql\"", "engine                              = \"aurora-mysql\"", "engine aurora-mysql is not modelled"},
		"weighted records":          {"link/dns.tf", "  failover_routing_policy {\n    type = \"PRIMARY\"\n  }", "  weighted_routing_policy {\n    weight = 1\n  }", "weighted_routing_policy is not modelled"},
		"CRUD invocation":           {"us-east-1/compute.tf", "  input = jsonencode({\n    version = 3", "  lifecycle_scope = \"CRUD\"\n  input = jsonencode({\n    version = 3", "lifecycle_scope CRUD is not modelled"},
		"code in S3":                {"us-east-1/compute.tf", `filename         = "${path.module}/../lambda/payment-processor.zip"`, `s3_bucket = "x"`, "has no filename"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			resourcestest.Edit(t, filepath.Join(w.folder, test.file), test.old, test.by)
			w.fails(test.say)
		})
	}
}

// TestUnchangeable: no service here can change it, and saying nothing would leave another system than the files'.
func TestUnchangeable(t *testing.T) {
	for name, test := range map[string]struct{ file, old, by, say string }{
		"parameter group":  {"us-east-1/database.tf", `value = "10000"`, `value = "20000"`, "parameter"},
		"instance class":   {"us-east-1/database.tf", "db.r6g.large", "db.r6g.xlarge", "instance_class"},
		"an index":         {"global/journal.tf", `name            = "pending"`, `name            = "open"`, "global_secondary_index"},
		"global's version": {"global/database.tf", "17.7", "17.8", "engine_version"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.apply()
			resourcestest.Edit(t, filepath.Join(w.folder, test.file), test.old, test.by)
			w.fails("a change of "+test.say, "down and up")
		})
	}
}

// TestFunctionFails: the resource fails with what the function said, and the next Apply runs it again.
func TestFunctionFails(t *testing.T) {
	w := newWorld(t)
	w.record.Answer, w.record.Failed = `{"errorMessage":"the ledger has version 9","errorType":"NewerLedger"}`, "Unhandled"
	w.fails("aws_lambda_invocation.ledger_migration", "payment-ledger-migration-primary-dev-test", "NewerLedger: the ledger has version 9")
	w.record.Answer, w.record.Failed = `{"version":3}`, ""
	w.record.Take()
	w.apply()
	if got := in(w.record.Take(), "invoke us-"); len(got) != 1 {
		t.Errorf("after the failure: %q, want one invocation", got)
	}
}

// TestSecondaryWaitsForTheWriter: its instance is made in another root, at the same time.
func TestSecondaryWaitsForTheWriter(t *testing.T) {
	w := newWorld(t)
	refusals := 3
	w.record.Fail = func(call string) error {
		if strings.HasPrefix(call, "create cluster us-west-2") && refusals > 0 {
			refusals--
			return &rds.Fault{Code: "InvalidDBClusterStateFault", Status: 400, Message: "not valid for physical replication"}
		}
		return nil
	}
	w.apply()
	if got := in(w.record.Take(), "create cluster us-west-2"); len(got) != 4 {
		t.Errorf("%d tries, want 4", len(got))
	}
}

// TestHalfMadeClusterIsRemoved: so that the next Apply can make it.
func TestHalfMadeClusterIsRemoved(t *testing.T) {
	w := newWorld(t)
	failures := 1
	w.record.Fail = func(call string) error {
		if strings.HasPrefix(call, "create cluster us-east-1") && failures > 0 {
			failures--
			return errors.New("no space left")
		}
		return nil
	}
	w.fails("no space left")
	if got := in(w.record.Take(), "delete cluster us-east-1 payment-primary-dev-test"); len(got) != 1 {
		t.Errorf("calls %q, want the half made cluster removed", got)
	}
	w.apply()
}
