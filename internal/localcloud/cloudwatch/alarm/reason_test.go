package alarm

import (
	"testing"
)

// TestReasons has texts as CloudWatch writes them.
func TestReasons(t *testing.T) {
	for name, test := range map[string]struct {
		alarm  Alarm
		data   string
		reason string
	}{
		"alarm, M given": {above5(1, 1, ""), "X",
			"Threshold Crossed: 1 out of the last 1 datapoints [9.0 (01/10/26 11:59:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition)."},
		"alarm": {above5(2, 0, ""), "X X",
			"Threshold Crossed: 2 datapoints [9.0 (01/10/26 11:59:00), 9.0 (01/10/26 11:58:00)] were greater than the threshold (5.0)."},
		"ok": {above5(2, 0, ""), "0 0",
			"Threshold Crossed: 2 datapoints [1.0 (01/10/26 11:59:00), 1.0 (01/10/26 11:58:00)] were not greater than the threshold (5.0)."},
		"ok, M given": {above5(3, 3, ""), "X 0 X",
			"Threshold Crossed: 1 out of the last 3 datapoints [1.0 (01/10/26 11:58:00)] was not greater than the threshold (5.0) (minimum 1 datapoint for ALARM -> OK transition)."},
		"silence is bad": {above5(3, 0, TreatBreaching), "- - - - -",
			"Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching]."},
		"silence is good": {above5(1, 1, TreatNotBreaching), "- -",
			"Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching]."},
		"half silence": {above5(2, 0, TreatBreaching), "- X -",
			"Threshold Crossed: 1 datapoint [9.0 (01/10/26 11:58:00)] was greater than the threshold (5.0) and 1 missing datapoint was treated as [Breaching]."},
		"silence outweighs": {above5(2, 0, TreatNotBreaching), "- X -",
			"Threshold Crossed: 1 missing datapoint was treated as [NonBreaching]."},
		"unknown":     {above5(5, 0, ""), "- - - - - - -", "Insufficient Data: 5 datapoints were unknown."},
		"one unknown": {above5(1, 0, ""), "- -", "Insufficient Data: 1 datapoint was unknown."},
	} {
		if got := Evaluate(test.alarm, minutes(test.data), InsufficientData, at).Reason; got != test.reason {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, test.reason)
		}
	}
}

// TestReasonData has the form of "Alarm events and EventBridge", Amazon CloudWatch User Guide.
func TestReasonData(t *testing.T) {
	a := above5(2, 0, TreatBreaching)
	want := `{"version":"1.0","queryDate":"2026-10-01T12:00:30.000+0000","startDate":"2026-10-01T11:58:00.000+0000","statistic":"Average","period":60,` +
		`"recentDatapoints":[1.0,9.0],"threshold":5.0,"evaluatedDatapoints":[{"timestamp":"2026-10-01T11:59:00.000+0000","sampleCount":4.0,"value":9.0}]}`
	if got := Evaluate(a, minutes("0 X"), OK, at).Data; got != want {
		t.Errorf("data\n%s\nwant\n%s", got, want)
	}
	a.Unit = "Count"
	want = `{"version":"1.0","queryDate":"2026-10-01T12:00:30.000+0000","unit":"Count","statistic":"Average","period":60,` +
		`"recentDatapoints":[],"threshold":5.0,"evaluatedDatapoints":[{"timestamp":"2026-10-01T11:59:00.000+0000"},{"timestamp":"2026-10-01T11:58:00.000+0000"}]}`
	if got := Evaluate(a, minutes("- - -"), OK, at).Data; got != want {
		t.Errorf("data\n%s\nwant\n%s", got, want)
	}
}

func TestDoublesAsJavaWritesThem(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0.0", 10: "10.0", -2.5: "-2.5", 99.50160229693434: "99.50160229693434", 9999999: "9999999.0", 1e7: "1.0E7",
		1.25e10: "1.25E10", 0.001: "0.001", 0.0001: "1.0E-4",
	} {
		if got := double(value); got != want {
			t.Errorf("%v is %s, want %s", value, got, want)
		}
	}
}
