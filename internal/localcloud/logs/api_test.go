package logs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"
)

// api is a service with an unmodified client.
func api(t *testing.T) (*Service, *client.Client) {
	t.Helper()
	s := start(t, Options{})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return s, client.New(client.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
	})
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

func TestPutAndGetEvents(t *testing.T) {
	_, sdk := api(t)
	ctx := context.Background()
	must(sdk.CreateLogGroup(ctx, &client.CreateLogGroupInput{LogGroupName: aws.String("g")}))(t)
	must(sdk.CreateLogStream(ctx, &client.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s")}))(t)
	in := &client.PutLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s"), LogEvents: []types.InputLogEvent{
		{Timestamp: aws.Int64(noon.AddDate(0, 0, -20).UnixMilli()), Message: aws.String("too old")},
	}}
	for i := range 10 {
		in.LogEvents = append(in.LogEvents, types.InputLogEvent{Timestamp: aws.Int64(noon.Add(time.Duration(i) * time.Second).UnixMilli()), Message: aws.String(fmt.Sprint(i))})
	}
	in.LogEvents = append(in.LogEvents, types.InputLogEvent{Timestamp: aws.Int64(noon.AddDate(0, 0, 1).UnixMilli()), Message: aws.String("too new")})
	put := must(sdk.PutLogEvents(ctx, in))(t)
	if info := put.RejectedLogEventsInfo; info == nil || *info.TooOldLogEventEndIndex != 1 || *info.TooNewLogEventStartIndex != 11 {
		t.Errorf("rejected %+v", info)
	}

	get := func(change func(*client.GetLogEventsInput)) (string, *client.GetLogEventsOutput) {
		t.Helper()
		in := &client.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s")}
		change(in)
		out := must(sdk.GetLogEvents(ctx, in))(t)
		var all []string
		for _, e := range out.Events {
			all = append(all, *e.Message)
		}
		return strings.Join(all, ""), out
	}
	all, _ := get(func(*client.GetLogEventsInput) {})
	tail, out := get(func(in *client.GetLogEventsInput) { in.Limit = aws.Int32(3) })
	older, out2 := get(func(in *client.GetLogEventsInput) { in.Limit, in.NextToken = aws.Int32(3), out.NextBackwardToken })
	head, out3 := get(func(in *client.GetLogEventsInput) { in.Limit, in.StartFromHead = aws.Int32(4), aws.Bool(true) })
	behind, _ := get(func(in *client.GetLogEventsInput) { in.NextToken = out3.NextForwardToken })
	end, out4 := get(func(in *client.GetLogEventsInput) { in.NextToken = out.NextForwardToken })
	newer, _ := get(func(in *client.GetLogEventsInput) { in.NextToken = out2.NextForwardToken })
	between, _ := get(func(in *client.GetLogEventsInput) {
		in.StartTime, in.EndTime = aws.Int64(noon.Add(2*time.Second).UnixMilli()), aws.Int64(noon.Add(4*time.Second).UnixMilli())
	})
	if got, want := strings.Join([]string{all, tail, older, head, behind, end, newer, between}, "|"), "0123456789|789|456|0123|456789||789|23"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if *out4.NextForwardToken != *out.NextForwardToken {
		t.Error("the token at the end of the stream changed")
	}
}

func TestFilterEvents(t *testing.T) {
	s, sdk := api(t)
	ctx := context.Background()
	for i := range 6 {
		s.Write(payer, fmt.Sprintf("s%d", i%2), noon.Add(time.Duration(i)*time.Second), fmt.Sprintf(`{"level":"INFO","n":%d}`, i))
	}
	s.Write(payer, "x", noon.Add(1500*time.Millisecond), "late REPORT line")
	filter := func(change func(*client.FilterLogEventsInput)) string {
		t.Helper()
		in := &client.FilterLogEventsInput{LogGroupName: aws.String(payer), Limit: aws.Int32(2)}
		change(in)
		var all []string
		for pages := client.NewFilterLogEventsPaginator(sdk, in); pages.HasMorePages(); {
			for _, e := range must(pages.NextPage(ctx))(t).Events {
				all = append(all, *e.LogStreamName+" "+strings.TrimPrefix(*e.Message, `{"level":"INFO",`))
			}
		}
		return strings.Join(all, ", ")
	}
	for want, change := range map[string]func(*client.FilterLogEventsInput){
		`s0 "n":0}, s1 "n":1}, x late REPORT line, s0 "n":2}, s1 "n":3}, s0 "n":4}, s1 "n":5}`: func(*client.FilterLogEventsInput) {},
		`x late REPORT line`: func(in *client.FilterLogEventsInput) { in.FilterPattern = aws.String("REPORT") },
		`s0 "n":4}, s1 "n":5}`: func(in *client.FilterLogEventsInput) {
			in.FilterPattern = aws.String(`{ $.level = "INFO" && $.n > 3 }`)
		},
		`s1 "n":1}, s1 "n":3}, s1 "n":5}`: func(in *client.FilterLogEventsInput) { in.LogStreamNames = []string{"s1"} },
		`x late REPORT line, s0 "n":2}, s1 "n":3}`: func(in *client.FilterLogEventsInput) {
			in.StartTime, in.EndTime = aws.Int64(noon.Add(1001*time.Millisecond).UnixMilli()), aws.Int64(noon.Add(3*time.Second).UnixMilli())
		},
		`s0 "n":0}, s0 "n":2}, s0 "n":4}`: func(in *client.FilterLogEventsInput) {
			in.LogGroupName, in.LogGroupIdentifier = nil, aws.String("arn:aws:logs:us-east-1:123456789012:log-group:"+payer+":*")
			in.LogStreamNamePrefix = aws.String("s0")
		},
	} {
		if got := filter(change); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	s, sdk := api(t)
	ctx := context.Background()
	for i := range 60 {
		if err := s.PutGroup(Group{Name: fmt.Sprintf("/g/%02d", i), RetentionInDays: 365, KMSKeyID: "key"}); err != nil {
			t.Fatal(err)
		}
		s.Write(payer, fmt.Sprintf("s%02d", i), noon.Add(-time.Duration(i)*time.Second), "x")
	}
	var groups []types.LogGroup
	for pages := client.NewDescribeLogGroupsPaginator(sdk, &client.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/g/")}); pages.HasMorePages(); {
		groups = append(groups, must(pages.NextPage(ctx))(t).LogGroups...)
	}
	if len(groups) != 60 || *groups[59].RetentionInDays != 365 || *groups[59].Arn != "arn:aws:logs:us-east-1:123456789012:log-group:/g/59:*" {
		t.Errorf("%d groups, the last is %+v", len(groups), groups[len(groups)-1])
	}
	found := must(sdk.DescribeLogGroups(ctx, &client.DescribeLogGroupsInput{LogGroupNamePattern: aws.String("LAMBDA/pay")}))(t).LogGroups
	if len(found) != 1 || *found[0].LogGroupName != payer || *found[0].StoredBytes != 60*27 || found[0].RetentionInDays != nil {
		t.Errorf("found %+v", found)
	}
	for order, want := range map[types.OrderBy]string{"": "s00", types.OrderByLastEventTime: "s59"} {
		var streams []types.LogStream
		for pages := client.NewDescribeLogStreamsPaginator(sdk, &client.DescribeLogStreamsInput{LogGroupName: aws.String(payer), OrderBy: order}); pages.HasMorePages(); {
			streams = append(streams, must(pages.NextPage(ctx))(t).LogStreams...)
		}
		if len(streams) != 60 || *streams[0].LogStreamName != want {
			t.Errorf("by %s: %d streams from %s", order, len(streams), *streams[0].LogStreamName)
		}
	}
	last := must(sdk.DescribeLogStreams(ctx, &client.DescribeLogStreamsInput{
		LogGroupName: aws.String(payer), OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true), Limit: aws.Int32(1),
	}))(t).LogStreams
	if len(last) != 1 || *last[0].LogStreamName != "s00" || *last[0].LastEventTimestamp != noon.UnixMilli() {
		t.Errorf("the last is %+v", last)
	}
}

func TestRefusals(t *testing.T) {
	s, sdk := api(t)
	ctx := context.Background()
	s.Write("g", "s", noon, "x")
	put := func(stream string, events ...types.InputLogEvent) error {
		_, err := sdk.PutLogEvents(ctx, &client.PutLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: &stream, LogEvents: append([]types.InputLogEvent{}, events...)})
		return err
	}
	event := func(at time.Time, message string) types.InputLogEvent {
		return types.InputLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: &message}
	}
	filter := func(in client.FilterLogEventsInput) error {
		if in.LogGroupName == nil {
			in.LogGroupName = aws.String("g")
		}
		_, err := sdk.FilterLogEvents(ctx, &in)
		return err
	}
	_, unknown := sdk.PutMetricFilter(ctx, &client.PutMetricFilterInput{LogGroupName: aws.String("g"), FilterName: aws.String("f"), FilterPattern: aws.String(""), MetricTransformations: []types.MetricTransformation{{MetricName: aws.String("m"), MetricNamespace: aws.String("n"), MetricValue: aws.String("1")}}})
	_, twice := sdk.CreateLogGroup(ctx, &client.CreateLogGroupInput{LogGroupName: aws.String("g")})
	_, twiceStream := sdk.CreateLogStream(ctx, &client.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s")})
	_, badStream := sdk.CreateLogStream(ctx, &client.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("a:b")})
	_, noStream := sdk.GetLogEvents(ctx, &client.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("no")})
	_, badToken := sdk.GetLogEvents(ctx, &client.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s"), NextToken: aws.String("f/x")})
	for name, test := range map[string]struct {
		err  error
		code string
	}{
		"unknown operation": {unknown, "UnknownOperationException"},
		"group twice":       {twice, "ResourceAlreadyExistsException"},
		"stream twice":      {twiceStream, "ResourceAlreadyExistsException"},
		"stream's name":     {badStream, "InvalidParameterException"},
		"no stream to get":  {noStream, "ResourceNotFoundException"},
		"no stream to put":  {put("no", event(noon, "x")), "ResourceNotFoundException"},
		"token":             {badToken, "InvalidParameterException"},
		"no events":         {put("s"), "InvalidParameterException"},
		"empty event":       {put("s", event(noon, "")), "InvalidParameterException"},
		"large event":       {put("s", event(noon, strings.Repeat("x", 1<<20))), "InvalidParameterException"},
		"order":             {put("s", event(noon, "x"), event(noon.Add(-time.Second), "y")), "InvalidParameterException"},
		"no group":          {filter(client.FilterLogEventsInput{LogGroupName: aws.String("no")}), "ResourceNotFoundException"},
		"no such stream":    {filter(client.FilterLogEventsInput{LogStreamNames: []string{"no"}}), "ResourceNotFoundException"},
		"pattern":           {filter(client.FilterLogEventsInput{FilterPattern: aws.String("{ $.a }")}), "InvalidParameterException"},
		"limit":             {filter(client.FilterLogEventsInput{Limit: aws.Int32(10_001)}), "InvalidParameterException"},
	} {
		var refused smithy.APIError
		if !errors.As(test.err, &refused) || refused.ErrorCode() != test.code {
			t.Errorf("%s: error %v, want %s", name, test.err, test.code)
		}
	}
}

// TestAnswersAreBounded pages by size, too.
func TestAnswersAreBounded(t *testing.T) {
	s, sdk := api(t)
	for i := range 30 {
		s.Write(payer, "s", noon.Add(time.Duration(i)*time.Second), strings.Repeat("x", 100_000))
	}
	count, answers := 0, 0
	for pages := client.NewFilterLogEventsPaginator(sdk, &client.FilterLogEventsInput{LogGroupName: aws.String(payer)}); pages.HasMorePages(); answers++ {
		count += len(must(pages.NextPage(context.Background()))(t).Events)
	}
	if count != 30 || answers != 3 {
		t.Errorf("%d events in %d answers, want 30 in 3", count, answers)
	}
}
