package simulate_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/function/processor"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// What the worst case and the model count on is what the programs do.
func TestProgramsDoWhatIsCountedOn(t *testing.T) {
	limits := payment.DefaultLimits()
	budget, err := payment.Split(time.Unix(0, 0), time.Time{}, limits)
	if err != nil {
		t.Fatal(err)
	}
	var sick time.Duration
	for _, term := range environment(t, "aws").Terms {
		if term.Name == "sick-answer" {
			sick = term.Distribution.High
		}
	}
	for name, pair := range map[string][2]time.Duration{
		"the wait for the ledger":              {config.LedgerWait, limits.Ledger},
		"the grace of /health":                 {config.HealthGrace, payment.HealthGrace},
		"the time-out of client/":              {config.PayerTimeout, client.DefaultTimeout},
		"a processor's reading of the lease":   {time.Second, processor.LeaseFresh},
		"a sick Region's time for its journal": {sick, budget.Journal.Sub(time.Unix(0, 0))},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s is counted on, %s is done", name, pair[0], pair[1])
		}
	}
}

// The controller's runs are as long, and as often, as the generated files say; a run ends 5 s before its time limit.
func TestFilesStartTheRunsThatAreCountedOn(t *testing.T) {
	built, err := stack.Build(config.Default())
	if err != nil {
		t.Fatal(err)
	}
	files := built.Files()
	block := func(file, head string) string {
		_, rest, found := strings.Cut(string(files[file]), head)
		if !found {
			t.Fatalf("%s has no %s", file, head)
		}
		body, _, _ := strings.Cut(rest, "\n}\n")
		return body
	}
	function := block("us-west-2/compute.tf", `resource "aws_lambda_function" "failover_controller" {`)
	if !regexp.MustCompile(`\btimeout\s+= 150\n`).MatchString(function) || config.ControllerRun != 145*time.Second {
		t.Errorf("a run is counted on for %s, its function is\n%s", config.ControllerRun, function)
	}
	rule := block("us-west-2/schedules.tf", `resource "aws_cloudwatch_event_rule" "failover_controller" {`)
	if !strings.Contains(rule, `"rate(1 minute)"`) || config.ControllerEvery != time.Minute {
		t.Errorf("a run is counted on every %s, its rule is\n%s", config.ControllerEvery, rule)
	}
}
