package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
)

// at is the present moment of these tests.
var at = time.Date(2026, 10, 1, 12, 5, 30, 0, time.UTC)

// api is a service with an unmodified client.
func api(t *testing.T) (*cloud, *client.Client, string) {
	t.Helper()
	c := start(t, cloudwatch.Options{Now: func() time.Time { return at }})
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return c, client.New(client.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
	}), server.URL
}

// must is for calls that have to succeed.
func must[T any](out T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func dimension(name, value string) types.Dimension {
	return types.Dimension{Name: &name, Value: &value}
}

func TestPutAndGetMetrics(t *testing.T) {
	c, sdk, _ := api(t)
	ctx := context.Background()
	must(sdk.PutMetricData(ctx, &client.PutMetricDataInput{Namespace: aws.String("Pay"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("Latency"), Value: aws.Float64(10), Unit: types.StandardUnitMilliseconds, Dimensions: []types.Dimension{dimension("Api", "a")}, Timestamp: aws.Time(at.Add(-2 * time.Minute))},
		{MetricName: aws.String("Latency"), Values: []float64{20, 30}, Counts: []float64{98, 1}, Unit: types.StandardUnitMilliseconds, Dimensions: []types.Dimension{dimension("Api", "a")}, Timestamp: aws.Time(at.Add(-2 * time.Minute))},
		{MetricName: aws.String("Latency"), StatisticValues: &types.StatisticSet{SampleCount: aws.Float64(2), Sum: aws.Float64(8), Minimum: aws.Float64(3), Maximum: aws.Float64(5)}, Unit: types.StandardUnitMilliseconds, Dimensions: []types.Dimension{dimension("Api", "a")}},
		{MetricName: aws.String("Fast"), Value: aws.Float64(1), StorageResolution: aws.Int32(1)},
	}}))(t)
	c.Record("Other", "Count", "Count", nil, 1, at)

	statistics := must(sdk.GetMetricStatistics(ctx, &client.GetMetricStatisticsInput{
		Namespace: aws.String("Pay"), MetricName: aws.String("Latency"), Dimensions: []types.Dimension{dimension("Api", "a")}, Period: aws.Int32(60),
		StartTime: aws.Time(at.Add(-time.Hour)), EndTime: aws.Time(at.Add(time.Minute)),
		Statistics:         []types.Statistic{types.StatisticSum, types.StatisticAverage, types.StatisticMinimum, types.StatisticMaximum, types.StatisticSampleCount},
		ExtendedStatistics: []string{"p100"},
	}))(t)
	want := []types.Datapoint{
		{Timestamp: aws.Time(at.Truncate(time.Minute).Add(-2 * time.Minute)), Unit: types.StandardUnitMilliseconds, Sum: aws.Float64(2000), Average: aws.Float64(20),
			Minimum: aws.Float64(10), Maximum: aws.Float64(30), SampleCount: aws.Float64(100), ExtendedStatistics: map[string]float64{"p100": 30}},
		{Timestamp: aws.Time(at.Truncate(time.Minute)), Unit: types.StandardUnitMilliseconds, Sum: aws.Float64(8), Average: aws.Float64(4),
			Minimum: aws.Float64(3), Maximum: aws.Float64(5), SampleCount: aws.Float64(2)},
	}
	if difference := cmp.Diff(want, statistics.Datapoints, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())); difference != "" {
		t.Error(difference)
	}

	listed := must(sdk.ListMetrics(ctx, &client.ListMetricsInput{Namespace: aws.String("Pay"), RecentlyActive: types.RecentlyActivePt3h}))(t)
	if len(listed.Metrics) != 2 || *listed.Metrics[1].MetricName != "Latency" || *listed.Metrics[1].Dimensions[0].Value != "a" {
		t.Errorf("listed %+v", listed.Metrics)
	}
}

func query(id, name, stat string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("Pay"), MetricName: &name}, Period: &period, Stat: &stat,
	}}
}

func TestGetMetricData(t *testing.T) {
	c, sdk, _ := api(t)
	for i := range 5 {
		c.Record("Pay", "Count", "Count", nil, float64(i), at.Add(-time.Duration(i)*time.Minute))
		c.Record("Pay", "Latency", "Milliseconds", nil, float64(100*i), at.Add(-time.Duration(i)*time.Minute))
	}
	in := &client.GetMetricDataInput{
		StartTime: aws.Time(at.Add(-time.Hour)), EndTime: aws.Time(at.Add(time.Minute)), MaxDatapoints: aws.Int32(4),
		MetricDataQueries: []types.MetricDataQuery{query("count", "Count", "Sum", 60), query("p", "Latency", "p50", 300), query("nothing", "None", "Sum", 60)},
	}
	var got []string
	pages := client.NewGetMetricDataPaginator(sdk, in)
	for pages.HasMorePages() {
		page := must(pages.NextPage(context.Background()))(t)
		for _, result := range page.MetricDataResults {
			got = append(got, fmt.Sprintf("%s %s %s %.0f", *result.Id, *result.Label, result.StatusCode, result.Values))
		}
	}
	want := []string{
		"count Count PartialData [0 1 2 3]", "p Latency PartialData []", "nothing None Complete []",
		"count Count Complete [4]", "p Latency Complete [0 200]", "nothing None Complete []",
	}
	// p50 of 12:05 is of the value 0 alone; that of 12:00 of 400, 300, 200, 100.
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}

	in.MaxDatapoints, in.ScanBy, in.MetricDataQueries = nil, types.ScanByTimestampAscending, in.MetricDataQueries[:1]
	page := must(sdk.GetMetricData(context.Background(), in))(t)
	if got := fmt.Sprint(page.MetricDataResults[0].Values); got != "[4 3 2 1 0]" || !page.MetricDataResults[0].Timestamps[4].Equal(at.Truncate(time.Minute)) {
		t.Errorf("ascending: %+v", page.MetricDataResults[0])
	}
	in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String("rate"), Expression: aws.String("count / 60")})
	if _, err := sdk.GetMetricData(context.Background(), in); err == nil || !strings.Contains(err.Error(), "does not model metric math") {
		t.Errorf("an expression: %v", err)
	}
}

func TestLargePutIsCompressed(t *testing.T) {
	_, sdk, _ := api(t)
	data := make([]types.MetricDatum, 1000)
	for i := range data {
		data[i] = types.MetricDatum{MetricName: aws.String("M"), Value: aws.Float64(1), Dimensions: []types.Dimension{dimension("Number", fmt.Sprint(i))}}
	}
	must(sdk.PutMetricData(context.Background(), &client.PutMetricDataInput{Namespace: aws.String("Many"), MetricData: data}))(t)
	count, pages := 0, client.NewListMetricsPaginator(sdk, &client.ListMetricsInput{})
	for pages.HasMorePages() {
		count += len(must(pages.NextPage(context.Background()))(t).Metrics)
	}
	if count != 1000 {
		t.Errorf("%d metrics", count)
	}
}

func TestAlarmsOverTheAPI(t *testing.T) {
	c, sdk, _ := api(t)
	ctx := context.Background()
	c.put(errorsAlarm("payer"), errorsAlarm("poller"))
	replicationSilent(c)
	names := func(out *client.DescribeAlarmsOutput) string {
		var all []string
		for _, one := range out.MetricAlarms {
			all = append(all, *one.AlarmName)
		}
		for _, one := range out.CompositeAlarms {
			all = append(all, *one.AlarmName)
		}
		return strings.Join(all, " ")
	}
	for want, in := range map[string]client.DescribeAlarmsInput{
		"held missing payer poller":        {},
		"held missing payer poller silent": {AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}},
		"payer poller":                     {AlarmNamePrefix: aws.String("p")},
		"poller":                           {AlarmNames: []string{"poller", "silent"}},
		"held missing":                     {ChildrenOfAlarmName: aws.String("silent")},
		"silent":                           {ParentsOfAlarmName: aws.String("held")},
		"":                                 {StateValue: types.StateValueAlarm},
	} {
		if got := names(must(sdk.DescribeAlarms(ctx, &in))(t)); got != want {
			t.Errorf("described %q, want %q", got, want)
		}
	}
	first := must(sdk.DescribeAlarms(ctx, &client.DescribeAlarmsInput{MaxRecords: aws.Int32(3)}))(t)
	second := must(sdk.DescribeAlarms(ctx, &client.DescribeAlarmsInput{MaxRecords: aws.Int32(3), NextToken: first.NextToken}))(t)
	if names(first) != "held missing payer" || names(second) != "poller" || second.NextToken != nil {
		t.Errorf("pages %q and %q", names(first), names(second))
	}

	must(sdk.SetAlarmState(ctx, &client.SetAlarmStateInput{AlarmName: aws.String("payer"), StateValue: types.StateValueAlarm, StateReason: aws.String("a test")}))(t)
	one := must(sdk.DescribeAlarmsForMetric(ctx, &client.DescribeAlarmsForMetricInput{
		Namespace: aws.String("AWS/Lambda"), MetricName: aws.String("Errors"), Dimensions: []types.Dimension{dimension("FunctionName", "payer")},
	}))(t).MetricAlarms
	if len(one) != 1 || one[0].StateValue != types.StateValueAlarm || *one[0].StateReason != "a test" || *one[0].Threshold != 0 || !one[0].StateUpdatedTimestamp.Equal(at) {
		t.Errorf("described %+v", one)
	}
	must(sdk.DisableAlarmActions(ctx, &client.DisableAlarmActionsInput{AlarmNames: []string{"payer"}}))(t)
	if *c.status("payer").Alarm.ActionsEnabled {
		t.Error("the actions are on")
	}
	must(sdk.EnableAlarmActions(ctx, &client.EnableAlarmActionsInput{AlarmNames: []string{"payer"}}))(t)
	if !*c.status("payer").Alarm.ActionsEnabled {
		t.Error("the actions are off")
	}
	history := must(sdk.DescribeAlarmHistory(ctx, &client.DescribeAlarmHistoryInput{AlarmName: aws.String("payer"), HistoryItemType: types.HistoryItemTypeStateUpdate}))(t)
	if items := history.AlarmHistoryItems; len(items) != 1 || *items[0].HistorySummary != "Alarm updated from INSUFFICIENT_DATA to ALARM" || items[0].AlarmType != types.AlarmTypeMetricAlarm {
		t.Errorf("history %+v", items)
	}
	count, pages := 0, client.NewDescribeAlarmHistoryPaginator(sdk, &client.DescribeAlarmHistoryInput{AlarmName: aws.String("payer"), MaxRecords: aws.Int32(1)})
	for pages.HasMorePages() {
		count += len(must(pages.NextPage(ctx))(t).AlarmHistoryItems)
	}
	if want := len(c.History("payer")); count != want {
		t.Errorf("%d items over the API, %d are there", count, want)
	}
}

func TestDashboards(t *testing.T) {
	c, sdk, _ := api(t)
	ctx := context.Background()
	const body = `{"widgets":[{"type":"metric","x":0,"properties":{"metrics":[["Pay","Count"]]}}]}`
	for range 2 {
		if err := c.PutDashboard(cloudwatch.Dashboard{Name: "pay", Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	for name, bad := range map[string]cloudwatch.Dashboard{
		"name": {Name: "a b", Body: body}, "no JSON": {Name: "x", Body: "{"}, "no widgets": {Name: "x", Body: "{}"},
		"no type": {Name: "x", Body: `{"widgets":[{"properties":{}}]}`}, "no properties": {Name: "x", Body: `{"widgets":[{"type":"text"}]}`},
	} {
		if err := c.PutDashboard(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	got := must(sdk.GetDashboard(ctx, &client.GetDashboardInput{DashboardName: aws.String("pay")}))(t)
	if *got.DashboardBody != body || *got.DashboardArn != "arn:aws:cloudwatch::123456789012:dashboard/pay" {
		t.Errorf("got %+v", got)
	}
	entries := must(sdk.ListDashboards(ctx, &client.ListDashboardsInput{}))(t).DashboardEntries
	if len(entries) != 1 || *entries[0].Size != int64(len(body)) || !entries[0].LastModified.Equal(at) {
		t.Errorf("listed %+v", entries)
	}
	if err := c.DeleteDashboard("pay"); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteDashboard("pay"); !errors.Is(err, cloudwatch.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	var missing *types.DashboardNotFoundError
	if _, err := sdk.GetDashboard(ctx, &client.GetDashboardInput{DashboardName: aws.String("pay")}); !errors.As(err, &missing) {
		t.Errorf("error %v", err)
	}
}

func TestRefusals(t *testing.T) {
	_, sdk, _ := api(t)
	ctx := context.Background()
	put := func(namespace string, datum types.MetricDatum) error {
		if datum.MetricName == nil {
			datum.MetricName = aws.String("M")
		}
		_, err := sdk.PutMetricData(ctx, &client.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{datum}})
		return err
	}
	statistics := func(change func(*client.GetMetricStatisticsInput)) error {
		in := &client.GetMetricStatisticsInput{Namespace: aws.String("N"), MetricName: aws.String("M"), Period: aws.Int32(60),
			StartTime: aws.Time(at.Add(-time.Hour)), EndTime: aws.Time(at), Statistics: []types.Statistic{types.StatisticSum}}
		change(in)
		_, err := sdk.GetMetricStatistics(ctx, in)
		return err
	}
	one := aws.Float64(1)
	_, unknown := sdk.PutInsightRule(ctx, &client.PutInsightRuleInput{RuleName: aws.String("r"), RuleDefinition: aws.String("{}")})
	_, noAlarm := sdk.SetAlarmState(ctx, &client.SetAlarmStateInput{AlarmName: aws.String("x"), StateValue: types.StateValueOk, StateReason: aws.String("r")})
	_, token := sdk.DescribeAlarms(ctx, &client.DescribeAlarmsInput{NextToken: aws.String("?")})
	for name, test := range map[string]struct {
		err  error
		code string
	}{
		"unknown operation": {unknown, "UnknownOperationException"},
		"unknown alarm":     {noAlarm, "ResourceNotFound"},
		"wrong token":       {token, "InvalidNextToken"},
		"AWS's namespace":   {put("AWS/Lambda", types.MetricDatum{Value: one}), "InvalidParameterValue"},
		"no value":          {put("N", types.MetricDatum{}), "MissingParameter"},
		"two values":        {put("N", types.MetricDatum{Value: one, Values: []float64{1}}), "InvalidParameterCombination"},
		"counts do not fit": {put("N", types.MetricDatum{Values: []float64{1, 2}, Counts: []float64{1}}), "InvalidParameterValue"},
		"count of nothing":  {put("N", types.MetricDatum{Values: []float64{1}, Counts: []float64{0}}), "InvalidParameterValue"},
		"unit":              {put("N", types.MetricDatum{Value: one, Unit: "Payments"}), "InvalidParameterValue"},
		"resolution":        {put("N", types.MetricDatum{Value: one, StorageResolution: aws.Int32(5)}), "InvalidParameterValue"},
		"empty dimension":   {put("N", types.MetricDatum{Value: one, Dimensions: []types.Dimension{dimension("d", "")}}), "InvalidParameterValue"},
		"bad summary":       {put("N", types.MetricDatum{StatisticValues: &types.StatisticSet{SampleCount: one, Sum: one, Minimum: aws.Float64(2), Maximum: one}}), "InvalidParameterValue"},
		"old value":         {put("N", types.MetricDatum{Value: one, Timestamp: aws.Time(at.AddDate(0, -1, 0))}), "InvalidParameterValue"},
		"end before start":  {statistics(func(in *client.GetMetricStatisticsInput) { in.EndTime = in.StartTime }), "InvalidParameterValue"},
		"odd period":        {statistics(func(in *client.GetMetricStatisticsInput) { in.Period = aws.Int32(61) }), "InvalidParameterValue"},
		"too many":          {statistics(func(in *client.GetMetricStatisticsInput) { in.StartTime = aws.Time(at.AddDate(0, 0, -2)) }), "InvalidParameterCombination"},
		"unknown statistic": {statistics(func(in *client.GetMetricStatisticsInput) { in.ExtendedStatistics = []string{"tm99"} }), "InvalidParameterValue"},
		"no statistic":      {statistics(func(in *client.GetMetricStatisticsInput) { in.Statistics = nil }), "MissingParameter"},
	} {
		var refused smithy.APIError
		if !errors.As(test.err, &refused) || !strings.HasPrefix(refused.ErrorCode(), test.code) {
			t.Errorf("%s: error %v, want %s", name, test.err, test.code)
		}
	}
}

// TestOtherProtocols does what older clients do: the AWS CLI and boto3 spoke JSON and query before they spoke CBOR.
func TestOtherProtocols(t *testing.T) {
	c, _, endpoint := api(t)
	c.put(errorsAlarm("payer"))
	form := url.Values{"Action": {"PutMetricData"}, "Version": {"2010-08-01"}, "Namespace": {"Pay"}, "MetricData.member.1.MetricName": {"Count"},
		"MetricData.member.1.Value": {"2"}, "MetricData.member.1.Dimensions.member.1.Name": {"Api"}, "MetricData.member.1.Dimensions.member.1.Value": {"a"}}
	post(t, endpoint, "", form.Encode(), "<PutMetricDataResponse ")
	post(t, endpoint, "ListMetrics", `{"Namespace":"Pay"}`, `{"Metrics":[{"Namespace":"Pay","MetricName":"Count","Dimensions":[{"Name":"Api","Value":"a"}]}]}`)
	post(t, endpoint, "", "Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=payer", "<Threshold>0</Threshold><ComparisonOperator>GreaterThanThreshold</ComparisonOperator>")
	post(t, endpoint, "GetMetricStatistics", `{"Namespace":"Pay","MetricName":"Count","Dimensions":[{"Name":"Api","Value":"a"}],"StartTime":1790856000,"EndTime":"2026-10-01T12:10:00Z","Period":3600,"Statistics":["Sum"]}`,
		`{"Timestamp":1790856000,"Sum":2,"Unit":"None"}`)
}

func post(t *testing.T, endpoint, operation, body, want string) {
	t.Helper()
	request := must(http.NewRequest(http.MethodPost, endpoint, strings.NewReader(body)))(t)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if operation != "" {
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
		request.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+operation)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response := must((&http.Client{Transport: transport}).Do(request))(t)
	defer func() { _ = response.Body.Close() }()
	answer := must(io.ReadAll(response.Body))(t)
	if response.StatusCode != http.StatusOK || !strings.Contains(string(answer), want) {
		t.Errorf("%s: status %d, answer %s, want %s", body, response.StatusCode, answer, want)
	}
}
