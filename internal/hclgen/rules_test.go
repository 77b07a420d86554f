package hclgen

import (
	"math"
	"strings"
	"testing"
)

func inf() float64 { return math.Inf(1) }

func table(m *Module) *Block {
	b := m.Resource("main.tf", "aws_dynamodb_table", "t").Set("name", "t").Set("billing_mode", "PAY_PER_REQUEST").Set("hash_key", "id")
	b.Block("attribute").Set("name", "id").Set("type", "S")
	return b
}

func record(m *Module) *Block {
	return m.Resource("main.tf", "aws_route53_record", "r").Set("zone_id", "Z").Set("name", "api.a.b").Set("type", "CNAME").Set("records", []string{"x.y"})
}

func alarm(m *Module, threshold any) *Block {
	return m.Resource("main.tf", "aws_cloudwatch_metric_alarm", "a").Set("alarm_name", "a").Set("metric_name", "Errors").Set("namespace", "AWS/Lambda").
		Set("period", 60).Set("statistic", "Sum").Set("comparison_operator", "GreaterThanThreshold").Set("evaluation_periods", 2).Set("threshold", threshold)
}

func policy(m *Module, action, resource any) *Block {
	return m.Resource("main.tf", "aws_iam_policy", "p").Set("name", "p").Set("policy", JSON(Object(F("Version", "2012-10-17"),
		F("Statement", List(Object(F("Effect", "Allow"), F("Action", List(action)), F("Resource", resource)))))))
}

func function(m *Module) *Block {
	return m.Resource("main.tf", "aws_lambda_function", "f").Set("function_name", "f").Set("role", "arn:aws:iam::1:role/x")
}

func zipped(m *Module) *Block {
	return function(m).Set("filename", "f.zip").Set("handler", "bootstrap").Set("runtime", "provided.al2023")
}

func check(m *Module) *Block {
	return m.Resource("main.tf", "aws_route53_health_check", "h").Set("type", "HTTPS").Set("port", 443)
}

// set sets an attribute unless its value is nil.
func set(b *Block, name string, value any) {
	if value != nil {
		b.Set(name, value)
	}
}

// TestRules plants each rule's fault, and proves that the twin without it is clean.
func TestRules(t *testing.T) {
	tested := map[string]bool{}
	for _, group := range [][]faultCase{dnsCases(), databaseCases(), journalCases(), strongCases(), networkCases(), computeCases(), apiCases(), alarmCases(), secretCases(), policyCases(), valueCases()} {
		runCases(t, group)
		for _, test := range group {
			name, _, _ := strings.Cut(test.name, "/")
			tested[name] = true
		}
	}
	for _, r := range allRules() {
		if !tested[r.name] && !strings.HasPrefix(r.name, "enumeration ") {
			t.Errorf("rule %s has no test", r.name)
		}
		if r.source == "" {
			t.Errorf("rule %s has no source", r.name)
		}
	}
}

// TestEnumerations refuses a wrong word at every enumerated argument, allows each
// right one, and proves that the schema has the argument.
func TestEnumerations(t *testing.T) {
	s := schemaForTest(t)
	at := func(e enumeration, value string) []Fault {
		m := NewModule("m")
		b := m.Resource("main.tf", e.typ, "x")
		path := strings.Split(e.path, ".")
		for _, kind := range path[:len(path)-1] {
			b = b.Block(kind)
		}
		b.Set(path[len(path)-1], either(e.path == "architectures", []string{value}, value))
		return m.Check(s)
	}
	for _, e := range enumerations {
		t.Run(e.typ+"."+e.path, func(t *testing.T) {
			wrong := 0
			for _, fault := range at(e, "no-such-word") {
				if strings.Contains(fault.What, "there is no") {
					t.Errorf("schema: %s", fault)
				}
				if strings.Contains(fault.What, `is "no-such-word", allowed are`) {
					wrong++
				}
			}
			if wrong != 1 {
				t.Errorf("a wrong word gave %d faults, want 1", wrong)
			}
			for _, value := range e.values {
				for _, fault := range at(e, value) {
					if strings.Contains(fault.What, "allowed are") {
						t.Errorf("allowed value: %s", fault)
					}
				}
			}
		})
	}
}

func dnsCases() []faultCase {
	failover := func(m *Module) *Block {
		r := record(m).Set("ttl", 10)
		r.Block("failover_routing_policy").Set("type", "PRIMARY")
		return r
	}
	return []faultCase{
		{"record-set-identifier", "set_identifier: is not set, and failover_routing_policy requires it", func(m *Module, broken bool) {
			set(failover(m), "set_identifier", either(broken, nil, "east"))
		}},
		{"record-set-identifier/without policy", "set_identifier: is set without a routing policy", func(m *Module, broken bool) {
			set(record(m).Set("ttl", 10), "set_identifier", either(broken, "east", nil))
		}},
		{"record-one-policy", "failover_routing_policy and weighted_routing_policy exclude each other", func(m *Module, broken bool) {
			if r := failover(m).Set("set_identifier", "east"); broken {
				r.Block("weighted_routing_policy").Set("weight", 1)
			}
		}},
		{"record-target/both", "2 of records, alias are set (records, alias), exactly 1 required", func(m *Module, broken bool) {
			r := m.Resource("main.tf", "aws_route53_record", "r").Set("zone_id", "Z").Set("name", "n").Set("type", "A")
			r.Block("alias").Set("name", "x").Set("zone_id", "Z").Set("evaluate_target_health", true)
			if broken {
				r.Set("records", []string{"1.2.3.4"})
			}
		}},
		{"record-target", "0 of records, alias are set (none), exactly 1 required", func(m *Module, broken bool) {
			r := m.Resource("main.tf", "aws_route53_record", "r").Set("zone_id", "Z").Set("name", "n").Set("type", "A")
			if !broken {
				r.Set("records", []string{"1.2.3.4"}).Set("ttl", 5)
			}
		}},
		{"record-ttl", "ttl: is not set on a record with records", func(m *Module, broken bool) {
			set(record(m), "ttl", either(broken, nil, 5))
		}},
		{"record-ttl/alias", "ttl: is set on an alias", func(m *Module, broken bool) {
			r := m.Resource("main.tf", "aws_route53_record", "r").Set("zone_id", "Z").Set("name", "n").Set("type", "A")
			r.Block("alias").Set("name", "x").Set("zone_id", "Z").Set("evaluate_target_health", true)
			set(r, "ttl", either(broken, 5, nil))
		}},
		{"health-check-own-name", "health_check_id: the check aws_route53_health_check.h asks the failover name itself", func(m *Module, broken bool) {
			h := check(m).Set("request_interval", 10).Set("fqdn", either(broken, "api.a.b", "east.api.a.b"))
			failover(m).Set("set_identifier", "east").Set("health_check_id", h.Ref("id"))
		}},
		{"health-check-endpoint", "fqdn: a check of type HTTPS has neither fqdn nor ip_address", func(m *Module, broken bool) {
			set(check(m).Set("request_interval", 10), "fqdn", either(broken, nil, "a.b"))
		}},
		{"health-check-endpoint/interval", "request_interval: is not set", func(m *Module, broken bool) {
			set(check(m).Set("fqdn", "a.b"), "request_interval", either(broken, nil, 30))
		}},
		{"health-check-interval", "request_interval: is 20, allowed is 10 or 30", func(m *Module, broken bool) {
			check(m).Set("fqdn", "a.b").Set("request_interval", either(broken, 20, 10))
		}},
		{"health-check-threshold", "failure_threshold: is 11, allowed is 1 to 10", func(m *Module, broken bool) {
			check(m).Set("fqdn", "a.b").Set("request_interval", 10).Set("failure_threshold", either(broken, 11, 2))
		}},
	}
}
