package logs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
)

type createLogGroupInput struct {
	LogGroupName  string            `json:"logGroupName"`
	KMSKeyID      string            `json:"kmsKeyId"`
	LogGroupClass string            `json:"logGroupClass"`
	Tags          map[string]string `json:"tags"`
}

func (s *Service) createLogGroup(_ context.Context, in createLogGroupInput) (nothing, error) {
	if s.find(in.LogGroupName) != nil {
		return nothing{}, awswire.Invalid("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	if err := s.PutGroup(Group{Name: in.LogGroupName, KMSKeyID: in.KMSKeyID, Class: in.LogGroupClass, Tags: in.Tags}); err != nil {
		return nothing{}, invalid("%v", err)
	}
	return nothing{}, nil
}

type createLogStreamInput struct {
	LogGroupName  string `json:"logGroupName"`
	LogStreamName string `json:"logStreamName"`
}

func (s *Service) createLogStream(_ context.Context, in createLogStreamInput) (nothing, error) {
	g, err := s.named(in.LogGroupName, "")
	if err != nil {
		return nothing{}, err
	}
	if in.LogStreamName == "" || len(in.LogStreamName) > 512 || strings.ContainsAny(in.LogStreamName, ":*") {
		return nothing{}, invalid("Value '%s' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*", in.LogStreamName)
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.streams[in.LogStreamName] != nil {
		return nothing{}, awswire.Invalid("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	g.streamLocked(in.LogStreamName, s.options.Now().UnixMilli())
	return nothing{}, nil
}

type describeLogGroupsInput struct {
	LogGroupNamePrefix  string `json:"logGroupNamePrefix"`
	LogGroupNamePattern string `json:"logGroupNamePattern"`
	NextToken           string `json:"nextToken"`
	Limit               int    `json:"limit"`
}

type describeLogGroupsOutput struct {
	LogGroups []wireGroup `json:"logGroups"`
	NextToken string      `json:"nextToken,omitempty"`
}

type wireGroup struct {
	LogGroupName      string `json:"logGroupName"`
	CreationTime      int64  `json:"creationTime"`
	RetentionInDays   int    `json:"retentionInDays,omitempty"`
	MetricFilterCount int    `json:"metricFilterCount"`
	ARN               string `json:"arn"`
	StoredBytes       int    `json:"storedBytes"`
	KMSKeyID          string `json:"kmsKeyId,omitempty"`
	LogGroupClass     string `json:"logGroupClass"`
	LogGroupARN       string `json:"logGroupArn"`
}

func (s *Service) describeLogGroups(_ context.Context, in describeLogGroupsInput) (describeLogGroupsOutput, error) {
	out := describeLogGroupsOutput{LogGroups: []wireGroup{}}
	if in.LogGroupNamePrefix != "" && in.LogGroupNamePattern != "" {
		return out, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	limit, err := limitOf(in.Limit, 50, 50)
	if err != nil {
		return out, err
	}
	for _, g := range s.sorted() {
		if g.name <= in.NextToken || !strings.HasPrefix(g.name, in.LogGroupNamePrefix) ||
			!strings.Contains(strings.ToLower(g.name), strings.ToLower(in.LogGroupNamePattern)) {
			continue
		}
		if len(out.LogGroups) == limit {
			out.NextToken = out.LogGroups[limit-1].LogGroupName
			break
		}
		d := g.describe()
		out.LogGroups = append(out.LogGroups, wireGroup{
			LogGroupName: d.Name, CreationTime: d.created, RetentionInDays: d.RetentionInDays, ARN: s.arn(d.Name) + ":*",
			StoredBytes: d.bytes, KMSKeyID: d.KMSKeyID, LogGroupClass: cmp.Or(d.Class, "STANDARD"), LogGroupARN: s.arn(d.Name),
		})
	}
	return out, nil
}

type describeLogStreamsInput struct {
	LogGroupName        string `json:"logGroupName"`
	LogGroupIdentifier  string `json:"logGroupIdentifier"`
	LogStreamNamePrefix string `json:"logStreamNamePrefix"`
	OrderBy             string `json:"orderBy"`
	Descending          bool   `json:"descending"`
	NextToken           string `json:"nextToken"`
	Limit               int    `json:"limit"`
}

type describeLogStreamsOutput struct {
	LogStreams []wireStream `json:"logStreams"`
	NextToken  string       `json:"nextToken,omitempty"`
}

type wireStream struct {
	LogStreamName       string `json:"logStreamName"`
	CreationTime        int64  `json:"creationTime"`
	FirstEventTimestamp int64  `json:"firstEventTimestamp,omitempty"`
	LastEventTimestamp  int64  `json:"lastEventTimestamp,omitempty"`
	LastIngestionTime   int64  `json:"lastIngestionTime,omitempty"`
	UploadSequenceToken string `json:"uploadSequenceToken"`
	ARN                 string `json:"arn"`
	StoredBytes         int    `json:"storedBytes"`
}

func (s *Service) describeLogStreams(_ context.Context, in describeLogStreamsInput) (describeLogStreamsOutput, error) {
	out := describeLogStreamsOutput{LogStreams: []wireStream{}}
	g, err := s.named(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return out, err
	}
	limit, err := limitOf(in.Limit, 50, 50)
	if err != nil {
		return out, err
	}
	order := func(a, b stream) int { return strings.Compare(a.name, b.name) }
	switch {
	case in.OrderBy == "LastEventTime" && in.LogStreamNamePrefix != "":
		return out, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	case in.OrderBy == "LastEventTime":
		order = func(a, b stream) int { return cmp.Or(compare(a.last, b.last), strings.Compare(a.name, b.name)) }
	case in.OrderBy != "" && in.OrderBy != "LogStreamName":
		return out, invalid("Value '%s' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]", in.OrderBy)
	}
	list := g.listStreams()
	slices.SortFunc(list, order)
	if in.Descending {
		slices.Reverse(list)
	}
	if in.NextToken != "" { // the name of the last stream
		list = list[slices.IndexFunc(list, func(one stream) bool { return one.name == in.NextToken })+1:]
	}
	for _, one := range list {
		if !strings.HasPrefix(one.name, in.LogStreamNamePrefix) {
			continue
		}
		if len(out.LogStreams) == limit {
			out.NextToken = out.LogStreams[limit-1].LogStreamName
			break
		}
		out.LogStreams = append(out.LogStreams, wireStream{
			LogStreamName: one.name, CreationTime: one.created, FirstEventTimestamp: one.first, LastEventTimestamp: one.last,
			LastIngestionTime: one.lastIngested, UploadSequenceToken: sequenceToken, ARN: s.arn(g.name) + ":log-stream:" + one.name, StoredBytes: one.bytes,
		})
	}
	return out, nil
}
