package cloudwatch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// Notification is what an alarm's action is told. Its JSON is the message that CloudWatch publishes to a topic.
type Notification struct {
	AlarmName                          string
	AlarmDescription                   *string // null without one
	AWSAccountID                       string  `json:"AWSAccountId"`
	AlarmConfigurationUpdatedTimestamp string
	NewStateValue                      State
	NewStateReason                     string
	StateChangeTime                    string
	Region                             string // in words: US East (N. Virginia)
	AlarmARN                           string `json:"AlarmArn"`
	OldStateValue                      State
	OKActions                          []string
	AlarmActions                       []string
	InsufficientDataActions            []string
	// Trigger is a metric alarm's.
	Trigger *Trigger `json:",omitempty"`
	// AlarmRule and TriggeringChildren are a composite alarm's.
	AlarmRule          string  `json:",omitempty"`
	TriggeringChildren []child `json:",omitempty"`
}

// Trigger is the configuration of a metric alarm in a Notification.
type Trigger struct {
	MetricName                       string
	Namespace                        string
	StatisticType                    string
	Statistic                        string `json:",omitempty"`
	ExtendedStatistic                string `json:",omitempty"`
	Unit                             *string
	Dimensions                       []triggerDimension
	Period                           int
	EvaluationPeriods                int
	DatapointsToAlarm                int `json:",omitempty"`
	ComparisonOperator               string
	Threshold                        alarm.Number
	TreatMissingData                 string
	EvaluateLowSampleCountPercentile string
}

type triggerDimension struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

// longestSubject is SNS's limit.
const longestSubject = 100

// Subject is the subject of the message. A name that is too long for it is shortened.
func (n Notification) Subject() string {
	rest := fmt.Sprintf(`%s: "" in %s`, n.NewStateValue, n.Region)
	name := n.AlarmName
	if room := longestSubject - len(rest); len(name) > room {
		name = name[:room-3] + "..."
	}
	return fmt.Sprintf(`%s: "%s" in %s`, n.NewStateValue, name, n.Region)
}

// notification describes the state that an alarm has just got.
func (s *Service) notification(e *entry, old State) Notification {
	settings := e.settings()
	n := Notification{
		AlarmName: e.name, AWSAccountID: s.options.Account, AlarmConfigurationUpdatedTimestamp: stamp(e.configured),
		NewStateValue: e.state, NewStateReason: e.reason, StateChangeTime: stamp(e.changed), Region: regionName(s.options.Region),
		AlarmARN: e.arn, OldStateValue: old, OKActions: orEmpty(settings.ok), AlarmActions: orEmpty(settings.alarming),
		InsufficientDataActions: orEmpty(settings.insufficient),
	}
	if settings.description != "" {
		n.AlarmDescription = &settings.description
	}
	if e.composite != nil {
		n.AlarmRule, n.TriggeringChildren = e.composite.Rule, e.triggering
		return n
	}
	n.Trigger = trigger(*e.alarm)
	return n
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func trigger(a Alarm) *Trigger {
	t := &Trigger{
		MetricName: a.MetricName, Namespace: a.Namespace, StatisticType: "Statistic", Dimensions: []triggerDimension{},
		Period: a.Period, EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm,
		ComparisonOperator: a.ComparisonOperator, Threshold: alarm.Number(*a.Threshold), TreatMissingData: a.TreatMissingData,
		EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentiles,
	}
	if a.Statistic == metric.SampleCount {
		t.Statistic = "SAMPLE_COUNT"
	} else {
		t.Statistic = strings.ToUpper(a.Statistic)
	}
	if a.ExtendedStatistic != "" {
		t.StatisticType, t.ExtendedStatistic = "ExtendedStatistic", a.ExtendedStatistic
	}
	if a.Unit != "" {
		t.Unit = &a.Unit
	}
	for _, name := range slices.Sorted(maps.Keys(a.Dimensions)) {
		t.Dimensions = append(t.Dimensions, triggerDimension{Value: a.Dimensions[name], Name: name})
	}
	return t
}

// regionNames are the Regions' names in words ("Regions and Zones", AWS Global Infrastructure documentation).
var regionNames = map[string]string{
	"af-south-1": "Africa (Cape Town)", "ap-east-1": "Asia Pacific (Hong Kong)", "ap-northeast-1": "Asia Pacific (Tokyo)",
	"ap-northeast-2": "Asia Pacific (Seoul)", "ap-northeast-3": "Asia Pacific (Osaka)", "ap-south-1": "Asia Pacific (Mumbai)",
	"ap-south-2": "Asia Pacific (Hyderabad)", "ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)",
	"ap-southeast-3": "Asia Pacific (Jakarta)", "ap-southeast-4": "Asia Pacific (Melbourne)", "ca-central-1": "Canada (Central)",
	"ca-west-1": "Canada West (Calgary)", "eu-central-1": "EU (Frankfurt)", "eu-central-2": "EU (Zurich)", "eu-north-1": "EU (Stockholm)",
	"eu-south-1": "EU (Milan)", "eu-south-2": "EU (Spain)", "eu-west-1": "EU (Ireland)", "eu-west-2": "EU (London)", "eu-west-3": "EU (Paris)",
	"il-central-1": "Israel (Tel Aviv)", "me-central-1": "Middle East (UAE)", "me-south-1": "Middle East (Bahrain)",
	"sa-east-1": "South America (Sao Paulo)", "us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)",
	"us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
}

func regionName(region string) string {
	if name, known := regionNames[region]; known {
		return name
	}
	return region
}
