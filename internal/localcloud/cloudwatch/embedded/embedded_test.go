package embedded_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/embedded"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// describe is a value as text.
func describe(v metric.Value) string {
	median, _ := v.Set.Percentile(50)
	return fmt.Sprintf("%s %s %s %v sum=%v count=%v p50=%.1f %d high=%v", v.Namespace, v.Name, v.Unit, v.Dimensions,
		v.Set.Sum, v.Set.Count, median, v.At.UnixMilli(), v.HighResolution)
}

func describeAll(values []metric.Value) []string {
	var all []string
	for _, value := range values {
		all = append(all, describe(value))
	}
	return all
}

// TestExampleOfTheSpecification reads AWS's own example.
func TestExampleOfTheSpecification(t *testing.T) {
	values, err := embedded.Parse([]byte(`{"_aws": {"Timestamp": 1574109732004, "CloudWatchMetrics": [{
		"Namespace": "lambda-function-metrics", "Dimensions": [["functionVersion"]],
		"Metrics": [{"Name": "time", "Unit": "Milliseconds", "StorageResolution": 60}]}]},
		"functionVersion": "$LATEST", "time": 100, "requestId": "989ffbf8-9ace-4817-a57c-e4dd734019ee"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"lambda-function-metrics time Milliseconds map[functionVersion:$LATEST] sum=100 count=1 p50=100.0 1574109732004 high=false"}
	if difference := cmp.Diff(want, describeAll(values)); difference != "" {
		t.Error(difference)
	}
}

func TestSetsListsAndResolutions(t *testing.T) {
	values, err := embedded.Parse([]byte(`{"_aws": {"Timestamp": 1000, "CloudWatchMetrics": [
		{"Namespace": "A", "Dimensions": [["d"], [], ["d", "e"]], "Metrics": [{"Name": "m", "StorageResolution": 1}]},
		{"Namespace": "B", "Dimensions": [[]], "Metrics": [{"Name": "list", "Unit": "Count"}, {"Name": "m"}]}]},
		"d": "1", "e": "2", "m": -0.5, "list": [1, 2, 9]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"A m  map[d:1] sum=-0.5 count=1 p50=-0.5 1000 high=true",
		"A m  map[] sum=-0.5 count=1 p50=-0.5 1000 high=true",
		"A m  map[d:1 e:2] sum=-0.5 count=1 p50=-0.5 1000 high=true",
		"B list Count map[] sum=12 count=3 p50=2.0 1000 high=false",
		"B m  map[] sum=-0.5 count=1 p50=-0.5 1000 high=false",
	}
	if difference := cmp.Diff(want, describeAll(values)); difference != "" {
		t.Error(difference)
	}
}

func TestLinesOfTheFunctions(t *testing.T) {
	var out bytes.Buffer
	at := time.UnixMilli(1_795_435_200_123)
	err := telemetry.NewWriter(&out, "dev").Emit(at, []telemetry.Metric{
		telemetry.Value(telemetry.PaymentsAccepted, 1), telemetry.Duration(telemetry.JournalLatency, 1500*time.Microsecond),
	}, map[string]string{telemetry.DimensionCluster: "c"}, map[string]any{"paymentId": "p"})
	if err != nil {
		t.Fatal(err)
	}
	values, err := embedded.Parse(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"PaymentSystem PaymentsAccepted Count map[Cluster:c Environment:dev] sum=1 count=1 p50=1.0 1795435200123 high=false",
		"PaymentSystem JournalLatency Milliseconds map[Cluster:c Environment:dev] sum=1.5 count=1 p50=1.5 1795435200123 high=false",
	}
	if difference := cmp.Diff(want, describeAll(values)); difference != "" {
		t.Error(difference)
	}
}

func TestFaults(t *testing.T) {
	line := func(directive, rest string) string {
		return `{"_aws":{"Timestamp":1,"CloudWatchMetrics":[` + directive + `,{"Namespace":"Good","Dimensions":[[]],"Metrics":[{"Name":"good"}]}]},"good":1` + rest + `}`
	}
	many := strings.Repeat(`"d",`, 30) + `"d"`
	for name, test := range map[string]struct{ line, fault string }{
		"no namespace":       {line(`{"Dimensions":[[]],"Metrics":[]}`, ``), "Namespace"},
		"no dimensions":      {line(`{"Namespace":"N","Metrics":[]}`, ``), "Dimensions"},
		"no dimension":       {line(`{"Namespace":"N","Dimensions":[["d"]],"Metrics":[]}`, ``), `dimension "d"`},
		"dimension of 1":     {line(`{"Namespace":"N","Dimensions":[["d"]],"Metrics":[]}`, `,"d":1`), `dimension "d"`},
		"empty dimension":    {line(`{"Namespace":"N","Dimensions":[["d"]],"Metrics":[]}`, `,"d":""`), `dimension "d"`},
		"many dimensions":    {line(`{"Namespace":"N","Dimensions":[[`+many+`]],"Metrics":[]}`, `,"d":"x"`), "31 dimensions"},
		"no metric":          {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}`, ``), `metric "m"`},
		"metric is text":     {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}`, `,"m":"1"`), `metric "m"`},
		"metric is null":     {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}`, `,"m":null`), `metric "m"`},
		"list has null":      {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}`, `,"m":[1,null]`), `metric "m"`},
		"list is long":       {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}`, `,"m":[1`+strings.Repeat(",1", 100)+`]`), `metric "m"`},
		"metric is nameless": {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{}]}`, ``), "metric name"},
		"unit is unknown":    {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m","Unit":"Payments"}]}`, `,"m":1`), "Payments"},
		"resolution is 30":   {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m","StorageResolution":30}]}`, `,"m":1`), "StorageResolution"},
		"many metrics":       {line(`{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}`+strings.Repeat(`,{"Name":"m"}`, 100)+`]}`, `,"m":1`), "101 metrics"},
	} {
		values, err := embedded.Parse([]byte(test.line))
		if err == nil || !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: error %v, want one about %s", name, err, test.fault)
		}
		if len(values) != 1 || values[0].Namespace != "Good" {
			t.Errorf("%s: values %v; those of the other directive are good", name, values)
		}
	}
	for name, line := range map[string]string{
		"no JSON": `{`, "no object": `[]`, "no metadata": `{}`, "no time": `{"_aws":{"CloudWatchMetrics":[]}}`,
		"time is text": `{"_aws":{"Timestamp":"now","CloudWatchMetrics":[]}}`, "no list": `{"_aws":{"Timestamp":1,"CloudWatchMetrics":{}}}`,
	} {
		if values, err := embedded.Parse([]byte(line)); err == nil || len(values) > 0 {
			t.Errorf("%s: values %v, error %v", name, values, err)
		}
	}
}
