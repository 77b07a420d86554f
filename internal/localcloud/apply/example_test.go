package apply

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

var (
	blockHead = regexp.MustCompile(`^(resource|data|ephemeral) "([a-z0-9_]+)" "([a-z0-9_]+)"`)
	mention   = regexp.MustCompile(`\b(aws_[a-z0-9_]+)\.([a-z0-9_]+)`)
)

// textual reads the example's files as text, without any of this package: every block, and what it mentions.
func textual(t *testing.T, folder string) map[string][]string {
	t.Helper()
	blocks := map[string][]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		root, current := filepath.Base(filepath.Dir(file)), ""
		for line := range strings.Lines(string(content)) {
			if head := blockHead.FindStringSubmatch(line); head != nil {
				prefix := map[string]string{"resource": "", "data": "data.", "ephemeral": "ephemeral."}[head[1]]
				current = root + "/" + prefix + head[2] + "." + head[3]
				blocks[current] = nil
				continue
			}
			if strings.HasPrefix(line, "}") {
				current = ""
			}
			if current == "" || strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			for _, found := range mention.FindAllStringSubmatchIndex(line, -1) {
				before := line[:found[0]]
				if strings.HasSuffix(before, "data.") || strings.HasSuffix(before, "ephemeral.") {
					continue
				}
				blocks[current] = append(blocks[current], root+"/"+line[found[2]:found[3]]+"."+line[found[4]:found[5]])
			}
		}
	}
	return blocks
}

func TestExampleIsMadeInTheOrderOfItsReferences(t *testing.T) {
	folder := example(t)
	cloud, engine := newCloud()
	report := mustApply(t, engine, folder)
	calls := cloud.take()

	place := map[string]int{}
	for i, call := range calls {
		_, address, _ := strings.Cut(call, " ")
		if _, twice := place[address]; twice {
			t.Errorf("%s was called twice", address)
		}
		place[address] = i
	}
	managed := 0
	for block, mentions := range textual(t, folder) {
		if strings.Contains(block, "/data.terraform_remote_state.") {
			continue
		}
		if !strings.Contains(block, "/data.") && !strings.Contains(block, "/ephemeral.") {
			managed++
		}
		own, called := place[block]
		if !called {
			t.Errorf("%s was never made", block)
			continue
		}
		for _, other := range mentions {
			if place[other] > own {
				t.Errorf("%s was made before %s, to which it refers", block, other)
			}
		}
	}
	if report.Created != managed || report.Updated+report.Unchanged+report.Deleted+report.Meaningless != 0 {
		t.Errorf("report %+v, want %d created and nothing else", report, managed)
	}
	if want := [][]string{{"global"}, {"us-east-1", "us-west-2"}, {"link"}}; !cmp.Equal(report.Roots, want) {
		t.Errorf("order of roots %v, want %v", report.Roots, want)
	}
	rootOrder := map[string]int{"global": 0, "us-east-1": 1, "us-west-2": 1, "link": 2}
	last := 0
	for _, call := range calls {
		_, address, _ := strings.Cut(call, " ")
		root, _, _ := strings.Cut(address, "/")
		if rootOrder[root] < last {
			t.Errorf("%s was called after a root that reads its root's state had begun", address)
		}
		last = max(last, rootOrder[root])
	}
	if len(report.Resources) != len(calls) {
		t.Errorf("%d timings for %d calls", len(report.Resources), len(calls))
	}
}

func TestExampleValuesReachTheHandlers(t *testing.T) {
	folder := example(t)
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	wantText := func(root, address string, path cty.Path, want string) {
		t.Helper()
		value, err := path.Apply(cloud.find(t, root, address).Config)
		if err != nil {
			t.Fatalf("%s/%s: %v", root, address, err)
		}
		if text(value) != want {
			t.Errorf("%s/%s.%s = %#v, want %q", root, address, pathText(path), value, want)
		}
	}
	variable := func(name string) cty.Path {
		return cty.GetAttrPath("environment").IndexInt(0).GetAttr("variables").IndexString(name)
	}
	// Inside a root, and through locals.
	wantText("us-east-1", "aws_subnet.private_0", cty.GetAttrPath("vpc_id"), "us-east-1/aws_vpc.payment.id")
	wantText("us-east-1", "aws_lambda_function.payment_processor", cty.GetAttrPath("vpc_config").IndexInt(0).GetAttr("subnet_ids").Index(cty.StringVal("us-east-1/aws_subnet.private_1.id")), "us-east-1/aws_subnet.private_1.id")
	wantText("global", "aws_route53_record.certificate", cty.GetAttrPath("name"), "global/aws_acm_certificate.primary.domain_validation_options.0.resource_record_name")
	// Between roots, renamed on the way.
	wantText("us-east-1", "aws_lambda_function.payment_processor", variable("LEDGER_GLOBAL_HOST"), "global/aws_rds_global_cluster.payment.endpoint")
	wantText("us-west-2", "aws_lambda_function.payment_processor", variable("DB_SECRET_ARN"), "arn:aws:secretsmanager:us-west-2:123456789012:secret:payment-app-db-creds-dev-test")
	wantText("link", "aws_route53_record.secondary_failover", cty.GetAttrPath("records").Index(cty.StringVal("us-west-2/aws_apigatewayv2_domain_name.failover.domain_name_configuration.0.target_domain_name")), "us-west-2/aws_apigatewayv2_domain_name.failover.domain_name_configuration.0.target_domain_name")
	wantText("link", "aws_vpc_peering_connection.payment", cty.GetAttrPath("peer_vpc_id"), "us-west-2/aws_vpc.payment.id")
	// Functions and data sources.
	policy := text(cloud.find(t, "us-east-1", "aws_sns_topic_policy.alerts").Config.GetAttr("policy"))
	if !strings.Contains(policy, `"aws:SourceAccount":"123456789012"`) || !strings.Contains(policy, `"Resource":"us-east-1/aws_sns_topic.alerts.arn"`) {
		t.Errorf("policy of the topic: %s", policy)
	}
	wantText("us-east-1", "aws_lambda_function.payment_processor", cty.GetAttrPath("filename"), filepath.Join(folder, "us-east-1")+"/../lambda/payment-processor.zip")
	// Types are the schema's.
	timeout := cloud.find(t, "us-east-1", "aws_lambda_function.payment_processor").Config.GetAttr("timeout")
	if !timeout.RawEquals(cty.NumberIntVal(30)) {
		t.Errorf("timeout %#v, want the number 30", timeout)
	}
	for _, call := range cloud.calls {
		if !call.Config.IsWhollyKnown() || call.Config.ContainsMarked() {
			t.Errorf("%s got unknown or marked values", call)
		}
	}
}

func TestExampleRegionsAndTags(t *testing.T) {
	cloud, engine := newCloud()
	mustApply(t, engine, example(t))
	for address, want := range map[string]string{
		"global/aws_kms_key.data": "us-east-1", "global/aws_kms_replica_key.data": "us-west-2",
		"us-west-2/aws_vpc.payment": "us-west-2", "link/aws_vpc_peering_connection_accepter.payment": "us-west-2",
		"global/aws_iam_role.payment_processor_primary": "us-east-1",
	} {
		root, name, _ := strings.Cut(address, "/")
		r := cloud.find(t, root, name)
		if r.Region != want || r.Defaults["Environment"] != "dev-test" {
			t.Errorf("%s is in %s with default tags %v, want %s and Environment", address, r.Region, r.Defaults, want)
		}
	}
	for _, instance := range engine.Resources() {
		if instance.Address == "aws_vpc.payment" && instance.Root == "us-west-2" {
			want := mapOf(map[string]string{"Environment": "dev-test", "Name": "payment-secondary-vpc-dev-test"})
			if got := instance.Prior.GetAttr("tags_all"); !got.RawEquals(want) {
				t.Errorf("tags_all %#v, want %#v", got, want)
			}
			if got := text(instance.Prior.GetAttr("region")); got != "us-west-2" {
				t.Errorf("region attribute %q, want us-west-2", got)
			}
		}
	}
}

func TestExampleTwiceDoesNothing(t *testing.T) {
	folder := example(t)
	cloud, engine := newCloud()
	first := mustApply(t, engine, folder)
	cloud.take()
	second := mustApply(t, engine, folder)
	for _, call := range cloud.take() {
		if !strings.HasPrefix(call, "read ") {
			t.Errorf("the second apply did: %s", call)
		}
	}
	if second.Unchanged != first.Created || second.Created+second.Updated+second.Deleted != 0 {
		t.Errorf("second report %+v, want all %d unchanged", second, first.Created)
	}
}

func TestExampleOutputs(t *testing.T) {
	_, engine := newCloud()
	mustApply(t, engine, example(t))
	if got := text(engine.Outputs("link")["dns_failover_domain"]); got != "api.payment-dr-dev-test.pay.example.net" {
		t.Errorf("dns_failover_domain %q", got)
	}
	if got := text(engine.Outputs("us-east-1")["function_names"].GetAttr("secret_rotation")); got != "payment-secret-rotation-primary-dev-test" {
		t.Errorf("function_names.secret_rotation %q", got)
	}
	if engine.Outputs("nowhere") != nil {
		t.Error("a root that is not there has outputs")
	}
}

// What a change leads to: the resource itself, and those that use what changed with it.
func TestExampleOneChange(t *testing.T) {
	folder := example(t)
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	cloud.answers = map[string]map[string]cty.Value{"aws_sns_topic.alerts": {"arn": cty.StringVal("arn:new")}}
	edit(t, filepath.Join(folder, "us-west-2", "alerts.tf"), "Payment System Alerts", "Alerts")
	report := mustApply(t, engine, folder)
	var changed []string
	for _, call := range cloud.take() {
		if !strings.HasPrefix(call, "read ") {
			changed = append(changed, call)
		}
	}
	if len(changed) < 3 || changed[0] != "update us-west-2/aws_sns_topic.alerts" {
		t.Fatalf("changes %v, want the topic first", changed)
	}
	if !slices.Contains(changed, "update us-west-2/aws_sns_topic_policy.alerts") || !slices.Contains(changed, "update us-west-2/aws_cloudwatch_metric_alarm.db_cpu") {
		t.Errorf("changes %v lack what uses the topic's ARN", changed)
	}
	for _, call := range changed {
		if strings.HasPrefix(call, "update us-east-1/") {
			t.Errorf("%s: the other Region did not change", call)
		}
	}
	if report.Updated != len(changed) {
		t.Errorf("report says %d updated, want %d", report.Updated, len(changed))
	}
}
