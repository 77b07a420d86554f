package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
)

var states = map[string]alarm.State{
	"a": alarm.Alarming, "b": alarm.OK, "c": alarm.InsufficientData, "with space": alarm.Alarming, `q"(x)`: alarm.OK,
}

func TestRules(t *testing.T) {
	for text, want := range map[string]bool{
		"TRUE":                         true,
		"FALSE":                        false,
		"ALARM(a)":                     true,
		"ALARM(b)":                     false,
		"OK(b)":                        true,
		"INSUFFICIENT_DATA(c)":         true,
		"ALARM(a) AND ALARM(b)":        false,
		"ALARM(a) OR ALARM(b)":         true,
		"NOT ALARM(b)":                 true,
		"NOT NOT ALARM(b)":             false,
		"NOT ALARM(a) AND FALSE":       false,
		"NOT (ALARM(a) AND FALSE)":     true,
		"TRUE OR TRUE AND FALSE":       true,
		"(TRUE OR TRUE) AND FALSE":     false,
		"FALSE AND FALSE OR TRUE":      true,
		"ALARM(a) AND NOT ALARM(b)":    true,
		`ALARM("a")`:                   true,
		`ALARM('a')`:                   true,
		`ALARM( "with space" )`:        true,
		`OK('q"(x)')`:                  true,
		`OK("q\"(x)")`:                 true,
		"\n ALARM(a)\n\tAND (OK(b))\n": true,
		"ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)":            true,
		`ALARM("arn:aws:cloudwatch:us-east-1:123456789012:alarm:with space")`: true,
	} {
		parsed, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := parsed.Holds(func(name string) alarm.State { return states[name] }); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestChildren(t *testing.T) {
	parsed, err := Parse(`ALARM(b) AND (NOT OK("a") OR INSUFFICIENT_DATA(b) OR OK(arn:aws:cloudwatch:us-east-1:123456789012:alarm:c))`)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff([]string{"b", "a", "c"}, parsed.Children()); difference != "" {
		t.Error(difference)
	}
}

func TestFaultyRules(t *testing.T) {
	for text, fault := range map[string]string{
		"":                           "at character 1",
		"ALARM":                      "at character 6",
		"ALARM()":                    "must not be empty",
		"ALARM(a":                    "expected )",
		"ALARM(a b)":                 "needs quotes",
		`ALARM("a)`:                  "not closed",
		"ALARM(a) ALARM(b)":          "expected AND, OR or the end",
		"ALARM(a) AND":               "at character 13",
		"(ALARM(a)":                  "expected )",
		"ALARM(a))":                  "expected AND, OR or the end",
		"alarm(a)":                   `not "alarm"`,
		"ALARM(a) and TRUE":          "expected AND, OR or the end",
		"ALARM(arn:aws:sns:x)":       "not the ARN of an alarm",
		"AT_LEAST(1, ALARM, (a, b))": "not modelled",
		strings.Repeat("(", 600):     "more than 500 elements",
		strings.Repeat("NOT ", 600):  "more than 500 elements",
		strings.Repeat(" ", 10241):   "at most 10240",
		"ALARM(a)" + strings.Repeat(" OR ALARM(a)", 300): "at most 100 and 500",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%.40s: error %v, want one with %s", text, err, fault)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`ALARM("a") AND NOT (OK(b) OR TRUE)`)
	f.Add(`ALARM('\`)
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text)
		if err == nil {
			parsed.Holds(func(string) alarm.State { return alarm.OK })
		}
	})
}
