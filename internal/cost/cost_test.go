package cost

import (
	"math"
	"strings"
	"testing"
	"time"
)

// small is a system whose cost can be computed by hand.
var small = map[string][]byte{
	"east/main.tf": []byte(`
provider "aws" {
  region = "us-east-1"
}
locals {
  subnets = [aws_subnet.a.id, aws_subnet.b.id, aws_subnet.c.id]
}
resource "aws_rds_cluster_instance" "a" {
  instance_class = "db.r6g.large"
}
resource "aws_vpc_endpoint" "interface" {
  vpc_endpoint_type = "Interface"
  subnet_ids        = local.subnets
}
resource "aws_vpc_endpoint" "gateway" {
  vpc_endpoint_type = "Gateway"
}
resource "aws_secretsmanager_secret" "a" {
  replica {
    region = "us-west-2"
  }
}
resource "aws_route53_health_check" "fast" {
  type             = "HTTPS"
  request_interval = 10
  measure_latency  = true
}
resource "aws_route53_health_check" "plain" {
  type             = "TCP"
  request_interval = 30
}
resource "aws_cloudwatch_metric_alarm" "own" {
  namespace   = "PaymentSystem"
  metric_name = "LeaseHeld"
}
resource "aws_cloudwatch_dashboard" "a" {
  dashboard_body = jsonencode({ metrics = [["PaymentSystem", "LeaseHeld"], ["PaymentSystem", "LeaseLost"], ["AWS/RDS", "X"]] })
}
`),
}

func TestEstimateByHand(t *testing.T) {
	report, err := Estimate(small, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{
		"aws_rds_cluster_instance.a instance db.r6g.large":      18980, // 730 h at 0.26
		"aws_rds_cluster_instance.a logs and system metrics":    25,
		"aws_vpc_endpoint.interface endpoint in each zone":      2190, // 3 zones, 730 h at 0.01
		"aws_vpc_endpoint.interface data processed":             1,
		"aws_secretsmanager_secret.a secret":                    40,
		"aws_secretsmanager_secret.a replica in us-west-2":      40,
		"aws_secretsmanager_secret.a calls":                     25,
		"aws_route53_health_check.fast health check":            50,
		"aws_route53_health_check.fast optional features":       300,
		"aws_route53_health_check.plain health check":           50,
		"aws_cloudwatch_metric_alarm.own alarm":                 10,
		"aws_cloudwatch_dashboard.a dashboard":                  300,
		"metrics of our own metrics in namespace PaymentSystem": 60, // two metrics, one named twice
	}
	var total int64
	seen := map[string]bool{}
	for _, line := range report.Lines {
		key := line.Address + " " + line.Item
		seen[key] = true
		if line.Cents != want[key] {
			t.Errorf("%s: %d cents, want %d", key, line.Cents, want[key])
		}
		total += line.Cents
	}
	for key := range want {
		if !seen[key] {
			t.Errorf("%s: no such line", key)
		}
	}
	if report.Cents != total || len(report.Roots) != 1 || report.Roots[0].Cents != total {
		t.Errorf("sums %d and %v, want %d", report.Cents, report.Roots, total)
	}
}

func TestEstimateRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown types, all of them", "resource \"aws_elb\" \"a\" {}\nresource \"aws_eks_cluster\" \"b\" {}", "aws_elb is neither priced nor known to be free\neast/aws_eks_cluster.b"},
		{"class without price", `resource "aws_rds_cluster_instance" "a" { instance_class = "db.x9.large" }`, "no price aurora.db.x9.large"},
		{"count", `resource "aws_kms_key" "a" { count = 2 }`, "count is not understood"},
		{"syntax", `resource "aws_kms_key" {`, "parse east/main.tf"},
		{"provisioned table", `resource "aws_dynamodb_table" "sessions" { billing_mode = "PROVISIONED" }`, `billing mode "PROVISIONED" is not priced`},
		{"table of unknown use", `resource "aws_dynamodb_table" "other" {}`, "no assumption about the use"},
		{"optimized storage", `resource "aws_rds_cluster" "a" { storage_type = "aurora-iopt1" }`, `storage "aurora-iopt1" is not priced`},
		{"subscription", `resource "aws_sns_topic_subscription" "a" { protocol = "sms" }`, `deliveries by "sms" are not priced`},
		{"endpoint nowhere", `resource "aws_vpc_endpoint" "a" { vpc_endpoint_type = "Interface" }`, "without subnets"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Estimate(map[string][]byte{"east/main.tf": []byte(test.text)}, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
	if _, err := Estimate(nil, nil); err == nil {
		t.Error("no files: no error")
	}
	if _, err := Estimate(small, map[string]float64{"payments": 1}); err == nil {
		t.Error("unknown assumption: no error")
	}
	if _, err := Estimate(small, map[string]float64{PaymentsPerMonth: -1}); err == nil {
		t.Error("negative payments: no error")
	}
}

func TestRegionWithoutPrices(t *testing.T) {
	report, err := Estimate(map[string][]byte{"x/main.tf": []byte(`resource "aws_kms_key" "a" { region = "eu-north-1" }`)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(report.Substituted, " "); got != "eu-north-1" {
		t.Errorf("substituted %q, want eu-north-1", got)
	}
}

func TestOnlyOneRoot(t *testing.T) {
	report, err := Estimate(map[string][]byte{
		"a/main.tf": []byte(`resource "aws_kms_key" "a" { region = "us-east-1" }`),
		"b/main.tf": []byte(`resource "aws_eip" "a" { region = "us-east-1" }`),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	one, err := report.Only("b")
	if err != nil {
		t.Fatal(err)
	}
	if one.Cents != 365 || len(one.Lines) != 1 || one.FixedCents != 365 {
		t.Errorf("only b: %d cents in %d lines, %d fixed; want 365 in 1", one.Cents, len(one.Lines), one.FixedCents)
	}
	if _, err := report.Only("c"); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("unknown root: %v does not name those that exist", err)
	}
}

func TestRunsPerMonth(t *testing.T) {
	const month = 30 * day
	tests := []struct {
		schedule string
		want     float64 // 0: an error
	}{
		{"rate(1 minute)", 43200}, {"rate(5 minutes)", 8640}, {"rate(6 hours)", 120}, {"rate(1 day)", 30},
		{"rate(0 minutes)", 0}, {"rate(1 fortnight)", 0}, {"rate(1 month", 0}, {"at(2026-01-01T00:00:00)", 0}, {"", 0},
		{"cron(0 3 * * ? *)", 30}, {"cron(0 6 ? * SUN *)", 30.0 / 7}, {"cron(0 6 ? * MON-FRI *)", 150.0 / 7},
		{"cron(0/15 * * * ? *)", 2880}, {"cron(*/30 8-9 * * ? *)", 120}, {"cron(0 0 1 * ? *)", 30.0 / 31}, {"cron(0 0,12 ? JAN,JUL * *)", 10},
		{"cron(0 6 ? * FUN *)", 0}, {"cron(61 6 * * ? *)", 0}, {"cron(0 6 L * ? *)", 0}, {"cron(0 6 * * ? 2027)", 0}, {"cron(0 9-8 * * ? *)", 0}, {"cron(0/x 8 * * ? *)", 0},
	}
	for _, test := range tests {
		got, err := runsPerMonth(test.schedule, month)
		if math.Abs(got-test.want) > 1e-9 || (err == nil) != (test.want > 0) {
			t.Errorf("runsPerMonth(%q) = %v, %v; want %v", test.schedule, got, err, test.want)
		}
	}
}

func TestPricesAreSourced(t *testing.T) {
	prices, err := Prices()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range prices {
		key := p.ID + " in " + p.Region
		if seen[key] {
			t.Errorf("%s: twice", key)
		}
		seen[key] = true
		if p.USD <= 0 || p.Unit == "" || p.Service == "" || !strings.HasPrefix(p.Page, "https://aws.amazon.com/") {
			t.Errorf("%s: incomplete: %+v", key, p)
		}
		if _, err := time.Parse(time.DateOnly, p.Date); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		switch p.Confidence {
		case Documented, SecondHand:
			if p.Seen == "" {
				t.Errorf("%s: is %s but was seen nowhere", key, p.Confidence)
			}
		case Remembered:
			if p.Seen != "" {
				t.Errorf("%s: is remembered but was seen at %s", key, p.Seen)
			}
		default:
			t.Errorf("%s: confidence %q", key, p.Confidence)
		}
	}
}

func TestAssumptionsAreReasoned(t *testing.T) {
	assumptions, err := Assumptions()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range assumptions {
		if a.Why == "" || a.Unit == "" || a.Value < 0 {
			t.Errorf("%s: incomplete: %+v", a.Key, a)
		}
	}
}

func TestPrinting(t *testing.T) {
	for cents, want := range map[int64]string{0: "0.00", 5: "0.05", 12345: "123.45", -5: "-0.05"} {
		if got := Dollars(cents); got != want {
			t.Errorf("Dollars(%d) = %s, want %s", cents, got, want)
		}
	}
	for quantity, want := range map[float64]string{2: "2", 0.0438: "0.044", 1460: "1460", 12.5: "12.5"} {
		if got := Quantity(quantity); got != want {
			t.Errorf("Quantity(%v) = %s, want %s", quantity, got, want)
		}
	}
	for n, want := range map[float64]string{7: "7", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%v) = %s, want %s", n, got, want)
		}
	}
}
