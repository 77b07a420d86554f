package resources_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExampleIsMadeOnceAndTakenAway: the generated files become resources, a second time nothing happens, and in the end
// nothing is left.
func TestExampleIsMadeOnceAndTakenAway(t *testing.T) {
	w := newWorld(t)
	report := w.apply()
	if report.Created == 0 || report.Meaningless == 0 {
		t.Errorf("report = %+v", report)
	}
	calls := w.record.Take()
	for _, want := range []string{"create global cluster", "create table", "invoke us-east-1", "put us-west-2 aws_lambda_function"} {
		if len(in(calls, want)) == 0 {
			t.Errorf("nobody called %q", want)
		}
	}
	if second := w.apply(); second.Created+second.Updated+second.Deleted != 0 {
		t.Errorf("a second Apply changed something: %+v", second)
	}
	// Ephemeral values are read at every run, and nothing else.
	for _, call := range w.record.Take() {
		if !strings.HasPrefix(call, "random password") && !strings.HasPrefix(call, "get secret") {
			t.Errorf("a second Apply called %q", call)
		}
	}
	if err := w.engine.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := w.record.There(); len(left) != 0 {
		t.Errorf("left in the Regions: %q", left)
	}
	if zones, checks := w.names.Zones(), w.names.HealthChecks(); len(zones)+len(checks) != 0 {
		t.Errorf("left in Route 53: %v, %v", zones, checks)
	}
	if facts := w.cloud.Network().Facts(); len(facts.VPCs)+len(facts.Functions)+len(facts.Groups)+len(facts.Routes) != 0 {
		t.Errorf("left in the network: %+v", facts)
	}
	calls = w.record.Take()
	for _, want := range []string{"delete cluster us-east-1", "delete global cluster", "delete table us-east-1"} {
		if len(in(calls, want)) == 0 {
			t.Errorf("Destroy did not call %q", want)
		}
	}
}

// TestNamesLeadToTheRegions: from the payers' name to the address of the Region's APIs.
func TestNamesLeadToTheRegions(t *testing.T) {
	w := newWorld(t)
	w.apply()
	for _, name := range []string{"api.payment-dr-dev-test.pay.example.net", "us-east-1.api.payment-dr-dev-test.pay.example.net",
		"us-west-2.api.payment-dr-dev-test.pay.example.net", w.output("us-east-1", "failover_target", "domain_name")} {
		if got := w.resolve(name); !slices.Equal(got, []string{"127.0.0.1"}) {
			t.Errorf("%s leads to %q", name, got)
		}
	}
	if got := w.output("us-west-2", "regional_target", "domain_name"); !strings.HasPrefix(got, "d-") || !strings.HasSuffix(got, ".execute-api.us-west-2.amazonaws.com") {
		t.Errorf("a domain's target is %q", got)
	}
	checks := w.names.HealthChecks()
	if len(checks) != 2 {
		t.Fatalf("%d health checks, want 2", len(checks))
	}
	for _, check := range checks {
		config := check.Config()
		if config.Path != "/health" || config.Port != 443 || config.FailureThreshold != 2 || config.Interval.Seconds() != 10 || !config.EnableSNI ||
			!strings.HasSuffix(config.FQDN, ".api.payment-dr-dev-test.pay.example.net") {
			t.Errorf("health check %+v", config)
		}
	}
	servers := w.names.Zones()[0].NameServers()
	if got := w.engine.Outputs("global")["name_servers"].AsValueSlice(); len(got) != 4 || got[0].AsString()+"." != servers[0] {
		t.Errorf("name_servers = %v, the zone has %q", got, servers)
	}
}

// TestRegionsGetWholeResources: evaluated arguments, computed values of AWS's shape, default tags.
func TestRegionsGetWholeResources(t *testing.T) {
	code := filepath.Join(t.TempDir(), "code")
	w := newWorld(t, keepCode(code))
	w.apply()
	function := w.record.Attributes(t, "us-east-1", "aws_lambda_function", "us-east-1/aws_lambda_function.payment_processor")
	if got := function["arn"]; got != "arn:aws:lambda:us-east-1:123456789012:function:payment-processor-primary-dev-test" {
		t.Errorf("arn = %v", got)
	}
	path, _ := function["filename"].(string)
	if filepath.Dir(path) != code {
		t.Errorf("filename = %q, want a copy in %s", path, code)
	}
	if err := os.Remove(filepath.Join(w.folder, "lambda", "payment-processor.zip")); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "PK\x03\x04 code" {
		t.Errorf("the kept code is %q, %v", content, err)
	}
	tags, _ := function["tags_all"].(map[string]any)
	if tags["Environment"] != "dev-test" || tags["Name"] != "payment-processor-primary-dev-test" {
		t.Errorf("tags_all = %v", tags)
	}
	environment := fmt.Sprint(function["environment"])
	for _, want := range []string{"LEDGER_HOST:payment-primary-dev-test.cluster.test", "LEDGER_GLOBAL_HOST:payment-global-dev-test.global.test", "LEASE_TTL:15s"} {
		if !strings.Contains(environment, want) {
			t.Errorf("environment %s has no %s", environment, want)
		}
	}
	secret := w.output("global", "secret_arns", "app", "secondary")
	if !strings.HasPrefix(secret, "arn:aws:secretsmanager:us-west-2:123456789012:secret:payment-app-db-creds-dev-test-") || !strings.Contains(environment, "DB_SECRET_ARN:"+strings.Replace(secret, "us-west-2", "us-east-1", 1)) {
		t.Errorf("secret %s, environment %s", secret, environment)
	}
	version := w.record.Attributes(t, "us-east-1", "aws_secretsmanager_secret_version", "global/aws_secretsmanager_secret_version.admin")
	if value, _ := version["secret_string_wo"].(string); !strings.Contains(value, `"password":"Random`) {
		t.Errorf("the secret's value is %q", value)
	}
	if secret := w.record.Attributes(t, "us-east-1", "aws_secretsmanager_secret", "global/aws_secretsmanager_secret.admin"); version["secret_id"] != "arn:aws:secretsmanager:us-east-1:123456789012:secret:payment-admin-db-creds-dev-test-AbCdEf" || secret["arn"] != nil || len(version["version_id"].(string)) != 36 {
		t.Errorf("version %v of %v", version["secret_id"], secret)
	}
	for _, region := range []string{"us-east-1", "us-west-2"} {
		route := w.record.Attributes(t, region, "aws_apigatewayv2_route", region+"/aws_apigatewayv2_route.pay")
		integration := w.record.Attributes(t, region, "aws_apigatewayv2_integration", region+"/aws_apigatewayv2_integration.payment")
		if route["target"] != "integrations/"+integration["id"].(string) {
			t.Errorf("route of %s: target %v, integration %v", region, route["target"], integration["id"])
		}
	}
	// What the files leave open is open, not made up: services have their own defaults.
	if alarm := w.record.Attributes(t, "us-east-1", "aws_cloudwatch_metric_alarm", "us-east-1/aws_cloudwatch_metric_alarm.db_cpu"); alarm["evaluate_low_sample_count_percentiles"] != nil || alarm["threshold"] != 80.0 {
		t.Errorf("alarm %v", alarm)
	}
}

// TestOrder: what the files' references cannot say, and the cluster's writer.
func TestOrder(t *testing.T) {
	w := newWorld(t)
	w.apply()
	calls := w.record.Take()
	before := func(first, second string) {
		t.Helper()
		i, j := slices.IndexFunc(calls, func(c string) bool { return strings.HasPrefix(c, first) }), slices.IndexFunc(calls, func(c string) bool { return strings.HasPrefix(c, second) })
		if i < 0 || j < 0 || i > j {
			t.Errorf("%q is call %d, %q call %d", first, i, second, j)
		}
	}
	before("create cluster us-east-1", "create cluster us-west-2")
	before("create instance us-east-1 payment-primary-instance-1", "invoke us-east-1")
	before("put us-east-1 aws_secretsmanager_secret_version", "create cluster us-east-1")
	if got := in(calls, "create cluster us-east-1"); !strings.Contains(got[0], `user "dbadmin" password "Random`) {
		t.Errorf("the writer: %q", got)
	}
	if got := in(calls, "create cluster us-west-2"); !strings.Contains(got[0], `user "" password ""`) {
		t.Errorf("the secondary: %q", got)
	}
	if got := in(calls, "invoke us-"); len(got) != 1 || !strings.HasSuffix(got[0], `payment-ledger-migration-primary-dev-test {"version":3}`) {
		t.Errorf("invocations: %q", got)
	}
	for _, table := range []string{"payment-sessions-dev-test", "payment-control-dev-test"} {
		want := []string{"create table us-east-1 " + table, "update table us-east-1 " + table, "recovery us-east-1 " + table + " true",
			"tag table arn:aws:dynamodb:us-east-1:123456789012:table/" + table + " 2", "recovery us-west-2 " + table + " true",
			"tag table arn:aws:dynamodb:us-west-2:123456789012:table/" + table + " 2", "update table us-west-2 " + table}
		if got := in(calls, table); !slices.Equal(got, want) {
			t.Errorf("table calls %q, want %q", got, want)
		}
	}
}
