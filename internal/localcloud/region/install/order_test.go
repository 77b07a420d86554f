package install_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
	"github.com/paymentdr/paymentdr/internal/localcloud/events"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/install"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager"
	"github.com/paymentdr/paymentdr/internal/localcloud/sns"
)

// stores are real services without others around them.
type stores struct {
	alarms  *cloudwatch.Service
	rules   *events.Service
	secrets *secretsmanager.Service
	topics  *sns.Service
}

func newStores(t *testing.T) (stores, *install.Installer) {
	t.Helper()
	const region, account = "us-east-1", "123456789012"
	var s stores
	var err error
	if s.alarms, err = cloudwatch.New(cloudwatch.Options{Region: region, Account: account}); err != nil {
		t.Fatal(err)
	}
	if s.rules, err = events.New(events.Options{Region: region, Account: account, Invoke: func(context.Context, events.Target, []byte) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if s.secrets, err = secretsmanager.New(secretsmanager.Options{Region: region, Account: account, Rotate: func(context.Context, string, []byte) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if s.topics, err = sns.New(sns.Options{Region: region, Account: account}); err != nil {
		t.Fatal(err)
	}
	for _, end := range []func() error{s.alarms.Close, s.rules.Close, s.secrets.Close, s.topics.Close} {
		t.Cleanup(func() {
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
	return s, install.New(install.Services{Alarms: s.alarms, Rules: s.rules, Secrets: s.secrets, Topics: s.topics})
}

func alarm(name string) given {
	return given{"aws_cloudwatch_metric_alarm", "r/aws_cloudwatch_metric_alarm." + name, object{"alarm_name": name, "namespace": "AWS/Lambda", "metric_name": "Errors",
		"statistic": "Sum", "comparison_operator": "GreaterThanThreshold", "threshold": 1, "period": 60, "evaluation_periods": 1, "alarm_actions": nil, "metric_query": []object{}}}
}

func composite(name, rule string) given {
	return given{"aws_cloudwatch_composite_alarm", "r/aws_cloudwatch_composite_alarm." + name, object{"alarm_name": name, "alarm_rule": rule, "actions_suppressor": []object{}}}
}

func rule(name string) given {
	return given{"aws_cloudwatch_event_rule", "r/aws_cloudwatch_event_rule." + name, object{"name": name, "schedule_expression": "rate(1 minute)", "state": nil, "event_pattern": nil}}
}

func target(rule, id string) given {
	return given{"aws_cloudwatch_event_target", "r/aws_cloudwatch_event_target." + id, object{"rule": rule, "target_id": id, "arn": functionARN, "input": `{"a":1}`}}
}

func secret(name string) given {
	return given{"aws_secretsmanager_secret", "r/aws_secretsmanager_secret." + name, object{"name": name, "recovery_window_in_days": 0, "replica": []object{}, "tags_all": object{}}}
}

func version(secret, id, value string) given {
	return given{"aws_secretsmanager_secret_version", "r/aws_secretsmanager_secret_version." + secret, object{"secret_id": secret, "version_id": id, "secret_string_wo": value}}
}

func rotation(secret string) given {
	return given{"aws_secretsmanager_secret_rotation", "r/aws_secretsmanager_secret_rotation." + secret, object{"secret_id": secret, "rotation_lambda_arn": functionARN,
		"rotate_immediately": false, "rotation_rules": []object{{"automatically_after_days": 30, "duration": "", "schedule_expression": ""}}}}
}

const topicARN = "arn:aws:sns:us-east-1:123456789012:alerts"

// topic is a topic with its policy and a subscription.
func topic() []given {
	return []given{
		{"aws_sns_topic", "r/aws_sns_topic.alerts", object{"name": "alerts", "display_name": "Alerts", "signature_version": 2, "fifo_topic": false, "policy": nil}},
		{"aws_sns_topic_policy", "r/aws_sns_topic_policy.alerts", object{"arn": topicARN,
			"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":["sns:Publish"],"Resource":"` + topicARN + `"}]}`}},
		{"aws_sns_topic_subscription", "r/aws_sns_topic_subscription.ops", object{"topic_arn": topicARN, "protocol": "email", "endpoint": "ops@pay.example.net", "filter_policy": nil}},
	}
}

const versionID = "11111111-2222-4333-8444-555555555555"

// TestStoresInAnyOrder: whatever the order, everything is there in the end, and nothing when everything is deleted.
func TestStoresInAnyOrder(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20 {
		s, installer := newStores(t)
		all := []given{alarm("a"), alarm("b"), composite("both", "ALARM(a) AND ALARM(b)"), composite("any", "ALARM(both) OR ALARM(b)"),
			rule("minute"), target("minute", "x"), target("minute", "y"), secret("db"), version("db", versionID, "very secret"), rotation("db"),
			{"aws_cloudwatch_dashboard", "r/aws_cloudwatch_dashboard.d", object{"dashboard_name": "d", "dashboard_body": `{"widgets":[]}`}}}
		all = append(all, topic()...)
		putAtOnce(t, random, seed, installer, all)
		targets, err := s.rules.Targets("minute")
		if err != nil || len(targets) != 2 || len(s.alarms.Alarms()) != 4 || len(s.alarms.Dashboards()) != 1 {
			t.Fatalf("seed %d: targets %v, %v, alarms %v", seed, targets, err, s.alarms.Alarms())
		}
		if subscriptions, err := s.topics.Subscriptions(topicARN); err != nil || len(subscriptions) != 1 || subscriptions[0].Endpoint != "ops@pay.example.net" {
			t.Fatalf("seed %d: subscriptions %+v, %v", seed, subscriptions, err)
		}
		if _, err := s.topics.PublishAs(t.Context(), "cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a", topicARN, "s", "m"); err != nil {
			t.Fatalf("seed %d: the policy does not let alarms publish: %v", seed, err)
		}
		if value, err := s.secrets.GetValue(t.Context(), "db", ""); err != nil || value.String != "very secret" || value.Token != versionID {
			t.Fatalf("seed %d: secret %v", seed, err)
		}
		deleteAll(t, random, seed, installer, all)
		if _, err := s.secrets.GetValue(t.Context(), "db", ""); err == nil || len(s.alarms.Alarms())+len(s.alarms.Dashboards())+len(s.rules.Rules())+len(s.topics.Topics()) != 0 {
			t.Fatalf("seed %d: left alarms %v, rules %v, topics %q, or the secret", seed, s.alarms.Alarms(), s.rules.Rules(), s.topics.Topics())
		}
	}
}

// TestRenamed: what stands on a thing that gets another name waits, and is not there under the old one.
func TestRenamed(t *testing.T) {
	s, installer := newStores(t)
	a, minute := alarm("a"), rule("minute")
	put(t, installer, a, composite("any", "ALARM(a)"), minute, target("minute", "x"))
	a.attributes["alarm_name"], minute.attributes["name"] = "b", "hour"
	put(t, installer, a, minute)
	waits(t, installer, "there is no alarm", "there is no rule minute")
	put(t, installer, composite("any", "ALARM(b)"), target("hour", "x"))
	waits(t, installer)
	if targets, err := s.rules.Targets("hour"); err != nil || len(targets) != 1 || len(s.alarms.Alarms()) != 2 || len(s.rules.Rules()) != 1 {
		t.Errorf("targets %v, %v, alarms %v, rules %v", targets, err, s.alarms.Alarms(), s.rules.Rules())
	}
}

// TestSecretIsKept: a value that was put once is not put again over what followed, and no error quotes one.
func TestSecretIsKept(t *testing.T) {
	s, installer := newStores(t)
	first := version("db", versionID, "first")
	put(t, installer, secret("db"), first)
	if _, err := s.secrets.PutValue(t.Context(), "db", secretsmanager.Value{String: "rotated"}); err != nil {
		t.Fatal(err)
	}
	again := install.New(install.Services{Secrets: s.secrets}) // as after the Region's end
	put(t, again, secret("db"), first)
	if value, err := s.secrets.GetValue(t.Context(), "db", ""); err != nil || value.String != "rotated" {
		t.Errorf("the rotated value is gone: %v", err)
	}
	for _, attributes := range []object{{"secret_id": "db", "version_id": "short", "secret_string_wo": "hidden"}, {"secret_id": "db", "version_id": 7, "secret_string_wo": "hidden"},
		{"secret_id": "db", "version_id": versionID, "secret_string_wo": "hidden"}, {"secret_id": "db", "version_id": versionID, "secret_binary": "hidden"}} {
		err := given{first.kind, first.address, attributes}.put(t.Context(), installer)
		if err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("Put of a wrong version = %v, want an error without the value", err)
		}
	}
}

func TestStoresRefused(t *testing.T) {
	for name, test := range map[string]struct {
		one       given
		attribute string
		value     any
	}{
		"event pattern":     {rule("r"), "event_pattern", "{}"},
		"event bus":         {rule("r"), "event_bus_name", "mine"},
		"input transformer": {target("r", "x"), "input_transformer", []object{{"input_template": "x"}}},
		"FIFO topic":        {topic()[0], "fifo_topic", true},
		"filter":            {topic()[2], "filter_policy", "{}"},
		"metric math":       {alarm("a"), "metric_query", []object{{"id": "x"}}},
		"suppressor":        {composite("c", "TRUE"), "actions_suppressor", []object{{"alarm": "a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, installer := newStores(t)
			test.one.attributes[test.attribute] = test.value
			if err := test.one.put(t.Context(), installer); err == nil || !strings.Contains(err.Error(), "not modelled") {
				t.Errorf("Put = %v, want a refusal", err)
			}
		})
	}
}
