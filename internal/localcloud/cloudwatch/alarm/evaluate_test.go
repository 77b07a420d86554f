package alarm

import (
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 10, 1, 12, 0, 30, 0, time.UTC)

// minutes makes a window of the signs that AWS's documentation uses: 0 does not breach, X does, - is missing; the newest
// is the last.
func minutes(signs string) []Datapoint {
	fields := strings.Fields(signs)
	var window []Datapoint
	for i, sign := range fields {
		start := at.Truncate(time.Minute).Add(time.Duration(i-len(fields)) * time.Minute)
		switch sign {
		case "0":
			window = append(window, Datapoint{Start: start, Value: 1, Samples: 4})
		case "X":
			window = append(window, Datapoint{Start: start, Value: 9, Samples: 4})
		case "-":
			window = append(window, Datapoint{Start: start, Missing: true})
		default:
			panic("sign " + sign)
		}
	}
	return window
}

func threshold(value float64) *float64 { return &value }

func above5(periods, needed int, treat string) Alarm {
	return Alarm{Name: "a", Namespace: "N", MetricName: "M", Statistic: "Average", ComparisonOperator: "GreaterThanThreshold",
		Threshold: threshold(5), Period: 60, EvaluationPeriods: periods, DatapointsToAlarm: needed, TreatMissingData: treat}
}

// retain stands for "Retain current state" in the tables.
const retain State = "retain"

type row struct {
	data    string
	missing State
	ignore  State
	breach  State
	not     State
}

// The two tables of "How alarm state is evaluated when data is missing" (Amazon CloudWatch User Guide), 5 datapoints each.
var tables = map[string]struct {
	periods, needed int
	rows            []row
}{
	"3 of 3": {3, 3, []row{
		{"0 - X - X", OK, OK, OK, OK},
		{"0 - - - -", OK, OK, OK, OK},
		{"- - - - -", InsufficientData, retain, Alarming, OK},
		{"0 X X - X", Alarming, Alarming, Alarming, Alarming},
		{"- - X - -", Alarming, retain, Alarming, OK},
		// Of an older edition of the same page.
		{"- - - - X", InsufficientData, retain, Alarming, OK},
		{"X - - - -", Alarming, retain, Alarming, OK},
		// Of the text about premature transitions.
		{"- - - X -", InsufficientData, retain, Alarming, OK},
		{"- - - X 0", OK, OK, OK, OK},
		{"- - X - 0", OK, OK, OK, OK},
	}},
	"2 of 3": {3, 2, []row{
		{"0 - X - X", Alarming, Alarming, Alarming, Alarming},
		{"0 0 X 0 X", Alarming, Alarming, Alarming, Alarming},
		{"0 - X - -", OK, OK, Alarming, OK},
		{"- - - - 0", OK, OK, Alarming, OK},
		{"- - - X -", Alarming, retain, Alarming, OK},
		{"- - - - X", InsufficientData, retain, Alarming, OK}, // of the older edition
	}},
}

func TestMissingDataAsDocumented(t *testing.T) {
	for name, table := range tables {
		for _, row := range table.rows {
			for treat, want := range map[string]State{
				TreatMissing: row.missing, TreatIgnore: row.ignore, TreatBreaching: row.breach, TreatNotBreaching: row.not,
			} {
				for _, current := range []State{OK, Alarming, InsufficientData} {
					verdict := Evaluate(above5(table.periods, table.needed, treat), minutes(row.data), current, at)
					expected := want
					if want == retain {
						expected = current
					}
					if verdict.State != expected || (verdict.Reason == "") != (want == retain) {
						t.Errorf("%s, %s, %s, now %s: %s (%s), want %s", name, row.data, treat, current, verdict.State, verdict.Reason, want)
					}
				}
			}
		}
	}
}

func TestWithoutMissingData(t *testing.T) {
	for _, test := range []struct {
		periods, needed int
		data            string
		want            State
	}{
		{1, 0, "X X X X X 0", OK},
		{1, 0, "0 0 0 0 0 X", Alarming},
		{3, 0, "X X X X 0", OK},
		{3, 0, "0 0 X X X", Alarming},
		{3, 2, "X X X 0 0", OK},
		{3, 1, "X 0 X 0 0", Alarming},
		{3, 1, "X X 0 0 0", OK},
	} {
		for _, treat := range []string{TreatMissing, TreatIgnore, TreatBreaching, TreatNotBreaching, ""} {
			if verdict := Evaluate(above5(test.periods, test.needed, treat), minutes(test.data), InsufficientData, at); verdict.State != test.want {
				t.Errorf("%d of %d, %s, %s: %s, want %s", test.needed, test.periods, test.data, treat, verdict.State, test.want)
			}
		}
	}
}

func TestDefaultTreatment(t *testing.T) {
	usual, table := above5(1, 0, ""), above5(1, 0, "")
	table.Namespace = "AWS/DynamoDB"
	if got := Evaluate(usual, minutes("- - -"), Alarming, at).State; got != InsufficientData {
		t.Errorf("default: %s", got)
	}
	if got := Evaluate(table, minutes("- - -"), Alarming, at).State; got != Alarming {
		t.Errorf("default of AWS/DynamoDB: %s", got)
	}
	table.TreatMissingData = TreatNotBreaching
	if got := Evaluate(table, minutes("- - -"), Alarming, at).State; got != OK {
		t.Errorf("AWS/DynamoDB with notBreaching: %s", got)
	}
}

func TestComparisons(t *testing.T) {
	for operator, want := range map[string][3]State{ // 4, 5 and 6 against 5
		"GreaterThanOrEqualToThreshold": {OK, Alarming, Alarming},
		"GreaterThanThreshold":          {OK, OK, Alarming},
		"LessThanThreshold":             {Alarming, OK, OK},
		"LessThanOrEqualToThreshold":    {Alarming, Alarming, OK},
	} {
		a := above5(1, 0, "")
		a.ComparisonOperator = operator
		for i, expected := range want {
			window := []Datapoint{{Start: at, Value: float64(4 + i)}}
			if got := Evaluate(a, window, InsufficientData, at).State; got != expected {
				t.Errorf("%d %s 5: %s, want %s", 4+i, operator, got, expected)
			}
		}
	}
}

func TestPercentilesOfFewSamples(t *testing.T) {
	for _, test := range []struct {
		percentile, setting string
		samples             float64
		want                State
	}{
		{"p99", "ignore", 999, OK},
		{"p99", "ignore", 1000, Alarming},
		{"p99", "evaluate", 1, Alarming},
		{"p99", "", 1, Alarming},
		{"p50", "ignore", 19, OK},
		{"p50", "ignore", 20, Alarming},
		{"p10", "ignore", 99, OK},
		{"p10", "ignore", 100, Alarming},
	} {
		a := above5(1, 0, "")
		a.Statistic, a.ExtendedStatistic, a.EvaluateLowSampleCountPercentiles = "", test.percentile, test.setting
		window := []Datapoint{{Start: at, Value: 9, Samples: test.samples}}
		if got := Evaluate(a, window, OK, at).State; got != test.want {
			t.Errorf("%s of %v samples, %q: %s, want %s", test.percentile, test.samples, test.setting, got, test.want)
		}
	}
}

func TestIntervalAndRange(t *testing.T) {
	for _, test := range []struct {
		period, periods int
		interval        time.Duration
		reach           int
	}{
		{10, 3, 10 * time.Second, 5},
		{30, 1, 10 * time.Second, 3},
		{60, 1, time.Minute, 6},
		{60, 2, time.Minute, 6},
		{60, 5, time.Minute, 7},
		{300, 3, time.Minute, 5},
		{3600, 24, time.Minute, 26},
		{3600, 25, time.Hour, 27},
	} {
		a := Alarm{Period: test.period, EvaluationPeriods: test.periods}
		if a.Interval() != test.interval || a.Range() != test.reach {
			t.Errorf("%d x %d s: every %s, %d periods; want %s, %d", test.periods, test.period, a.Interval(), a.Range(), test.interval, test.reach)
		}
	}
}
