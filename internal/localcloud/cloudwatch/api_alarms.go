package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

type describeAlarmsInput struct {
	AlarmNames, AlarmTypes                       []string
	AlarmNamePrefix, ChildrenOfAlarmName         string
	ParentsOfAlarmName, StateValue, ActionPrefix string
	MaxRecords                                   int
	NextToken                                    string
}

type describeAlarmsOutput struct {
	CompositeAlarms []wireComposite
	MetricAlarms    []wireAlarm
	NextToken       string `json:",omitempty"`
}

// wireAbout is what alarms of both kinds have.
type wireAbout struct {
	AlarmName, AlarmArn                               string
	AlarmDescription                                  string `json:",omitempty"`
	AlarmConfigurationUpdatedTimestamp                *awswire.Time
	ActionsEnabled                                    bool
	OKActions, AlarmActions, InsufficientDataActions  []string
	StateValue, StateReason                           string
	StateReasonData                                   string `json:",omitempty"`
	StateUpdatedTimestamp, StateTransitionedTimestamp *awswire.Time
}

type wireAlarm struct {
	wireAbout
	MetricName, Namespace                              string
	Statistic, ExtendedStatistic                       string `json:",omitempty"`
	Dimensions                                         []wireDimension
	Period                                             int
	Unit                                               string `json:",omitempty"`
	EvaluationPeriods                                  int
	DatapointsToAlarm                                  int `json:",omitempty"`
	Threshold                                          float64
	ComparisonOperator                                 string
	TreatMissingData, EvaluateLowSampleCountPercentile string `json:",omitempty"`
}

type wireComposite struct {
	wireAbout
	AlarmRule string
}

func describe(status AlarmStatus) wireAbout {
	settings := status.settings()
	return wireAbout{
		AlarmName: status.Name, AlarmArn: status.ARN, AlarmDescription: settings.description,
		AlarmConfigurationUpdatedTimestamp: awswire.At(status.Configured), ActionsEnabled: settings.enabled,
		OKActions: orEmpty(settings.ok), AlarmActions: orEmpty(settings.alarming), InsufficientDataActions: orEmpty(settings.insufficient),
		StateValue: string(status.State), StateReason: status.Reason, StateReasonData: status.ReasonData,
		StateUpdatedTimestamp: awswire.At(status.Changed), StateTransitionedTimestamp: awswire.At(status.Changed),
	}
}

func describeAlarm(status AlarmStatus) wireAlarm {
	a := status.Alarm
	return wireAlarm{
		wireAbout: describe(status), MetricName: a.MetricName, Namespace: a.Namespace, Statistic: a.Statistic,
		ExtendedStatistic: a.ExtendedStatistic, Dimensions: wireDimensions(a.Dimensions), Period: a.Period, Unit: a.Unit,
		EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm, Threshold: *a.Threshold,
		ComparisonOperator: a.ComparisonOperator, TreatMissingData: a.TreatMissingData,
		EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentiles,
	}
}

// takes tells whether an alarm is asked for. As AWS does, composite alarms must be asked for, except by name of a relative.
func (in describeAlarmsInput) takes(status AlarmStatus) bool {
	kinds := in.AlarmTypes
	if len(kinds) == 0 {
		kinds = []string{MetricAlarm}
	}
	settings := status.settings()
	actions := slices.Concat(settings.alarming, settings.ok, settings.insufficient)
	hasPrefix := func(action string) bool { return strings.HasPrefix(action, in.ActionPrefix) }
	return slices.Contains(kinds, status.Kind) &&
		(len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, status.Name)) &&
		strings.HasPrefix(status.Name, in.AlarmNamePrefix) &&
		(in.StateValue == "" || in.StateValue == string(status.State)) &&
		(in.ActionPrefix == "" || slices.ContainsFunc(actions, hasPrefix))
}

func (s *Service) describeAlarms(_ context.Context, in describeAlarmsInput) (describeAlarmsOutput, error) {
	out := describeAlarmsOutput{CompositeAlarms: []wireComposite{}, MetricAlarms: []wireAlarm{}}
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != "" {
		return out, validation("AlarmNamePrefix and AlarmNames cannot be specified together")
	}
	limit, err := maxRecords(in.MaxRecords, 50)
	if err != nil {
		return out, err
	}
	relatives, err := s.relatives(&in)
	if err != nil {
		return out, err
	}
	var list []AlarmStatus
	for _, status := range s.Alarms() {
		if in.takes(status) && (relatives == nil || slices.Contains(relatives, status.Name)) {
			list = append(list, status)
		}
	}
	list, out.NextToken, err = page(list, in.NextToken, limit, func(status AlarmStatus) string { return status.Name })
	for _, status := range list {
		if status.Composite != nil {
			out.CompositeAlarms = append(out.CompositeAlarms, wireComposite{describe(status), status.Composite.Rule})
		} else {
			out.MetricAlarms = append(out.MetricAlarms, describeAlarm(status))
		}
	}
	return out, err
}

// relatives are the names of the alarms below or above an alarm, or nil if nobody asks; both kinds count then.
func (s *Service) relatives(in *describeAlarmsInput) ([]string, error) {
	if in.ChildrenOfAlarmName == "" && in.ParentsOfAlarmName == "" {
		return nil, nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	names := []string{}
	if parent := in.ChildrenOfAlarmName; parent != "" {
		e := s.alarms[parent]
		if e == nil || e.composite == nil {
			return nil, validation("%s is not a composite alarm", parent)
		}
		names = append(names, e.rule.Children()...)
	} else {
		names = append(names, s.parentsLocked(in.ParentsOfAlarmName)...)
	}
	in.AlarmTypes = []string{MetricAlarm, CompositeAlarm}
	return names, nil
}

func maxRecords(asked, usual int) (int, error) {
	switch {
	case asked == 0:
		return usual, nil
	case asked < 1 || asked > 100:
		return 0, validation("MaxRecords must be between 1 and 100")
	}
	return asked, nil
}

type describeAlarmsForMetricInput struct {
	MetricName, Namespace, Statistic, ExtendedStatistic, Unit string
	Dimensions                                                []wireDimension
	Period                                                    int
}

type describeAlarmsForMetricOutput struct{ MetricAlarms []wireAlarm }

func (s *Service) describeAlarmsForMetric(_ context.Context, in describeAlarmsForMetricInput) (describeAlarmsForMetricOutput, error) {
	out := describeAlarmsForMetricOutput{MetricAlarms: []wireAlarm{}}
	if in.MetricName == "" || in.Namespace == "" {
		return out, missingParameter("MetricName and Namespace")
	}
	wanted := metric.ID{Namespace: in.Namespace, Name: in.MetricName, Dimensions: readDimensions(in.Dimensions)}
	for _, status := range s.Alarms() {
		a := status.Alarm
		if a == nil || a.Metric().Key() != wanted.Key() || in.Period != 0 && in.Period != a.Period ||
			in.Statistic != "" && in.Statistic != a.Statistic || in.ExtendedStatistic != "" && in.ExtendedStatistic != a.ExtendedStatistic ||
			in.Unit != "" && in.Unit != a.Unit {
			continue
		}
		out.MetricAlarms = append(out.MetricAlarms, describeAlarm(status))
	}
	return out, nil
}

type alarmNamesInput struct{ AlarmNames []string }

func (s *Service) enableAlarmActions(_ context.Context, in alarmNamesInput) (nothing, error) {
	s.EnableActions(true, in.AlarmNames...)
	return nothing{}, nil
}

func (s *Service) disableAlarmActions(_ context.Context, in alarmNamesInput) (nothing, error) {
	s.EnableActions(false, in.AlarmNames...)
	return nothing{}, nil
}

type setAlarmStateInput struct {
	AlarmName, StateValue, StateReason, StateReasonData string
}

func (s *Service) setAlarmState(_ context.Context, in setAlarmStateInput) (nothing, error) {
	state := State(in.StateValue)
	if !slices.Contains([]State{alarm.OK, alarm.Alarming, alarm.InsufficientData}, state) {
		return nothing{}, validation("Value '%s' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]", in.StateValue)
	}
	if err := s.SetAlarmState(in.AlarmName, state, in.StateReason, in.StateReasonData); errors.Is(err, ErrNotFound) {
		return nothing{}, notFound("Alarm %s does not exist", in.AlarmName)
	} else if err != nil {
		return nothing{}, err
	}
	return nothing{}, nil
}

type describeAlarmHistoryInput struct {
	AlarmName, HistoryItemType, NextToken, ScanBy string
	AlarmTypes                                    []string
	StartDate, EndDate                            *awswire.Time
	MaxRecords                                    int
}

type describeAlarmHistoryOutput struct {
	AlarmHistoryItems []wireHistoryItem
	NextToken         string `json:",omitempty"`
}

type wireHistoryItem struct {
	AlarmName, AlarmType        string
	Timestamp                   awswire.Time
	HistoryItemType             string
	HistorySummary, HistoryData string
}

func (in describeAlarmHistoryInput) takes(item HistoryItem) bool {
	kinds := in.AlarmTypes
	if len(kinds) == 0 && in.AlarmName == "" {
		kinds = []string{MetricAlarm}
	}
	return (len(kinds) == 0 || slices.Contains(kinds, item.AlarmKind)) &&
		(in.HistoryItemType == "" || in.HistoryItemType == item.Kind) &&
		(in.StartDate == nil || !item.At.Before(in.StartDate.Time)) &&
		(in.EndDate == nil || !item.At.After(in.EndDate.Time))
}

func (s *Service) describeAlarmHistory(_ context.Context, in describeAlarmHistoryInput) (describeAlarmHistoryOutput, error) {
	out := describeAlarmHistoryOutput{AlarmHistoryItems: []wireHistoryItem{}}
	limit, err := maxRecords(in.MaxRecords, 100)
	if err != nil {
		return out, err
	}
	var items []HistoryItem
	for _, item := range s.History(in.AlarmName) {
		if in.takes(item) {
			items = append(items, item)
		}
	}
	key := func(item HistoryItem) string { return fmt.Sprintf("%012d", item.serial) }
	if in.ScanBy != "TimestampAscending" {
		slices.Reverse(items)
		key = func(item HistoryItem) string { return fmt.Sprintf("%012d", 999_999_999_999-item.serial) }
	}
	items, out.NextToken, err = page(items, in.NextToken, limit, key)
	for _, item := range items {
		out.AlarmHistoryItems = append(out.AlarmHistoryItems, wireHistoryItem{
			AlarmName: item.Alarm, AlarmType: item.AlarmKind, Timestamp: awswire.Time{Time: item.At}, HistoryItemType: item.Kind,
			HistorySummary: item.Summary, HistoryData: item.Data,
		})
	}
	return out, err
}

type listTagsInput struct{ ResourceARN string }

type listTagsOutput struct{ Tags []wireTag }

type wireTag struct{ Key, Value string }

func (s *Service) listTagsForResource(_ context.Context, in listTagsInput) (listTagsOutput, error) {
	for _, status := range s.Alarms() {
		if status.ARN != in.ResourceARN {
			continue
		}
		tags := map[string]string{}
		if status.Composite != nil {
			tags = status.Composite.Tags
		} else if status.Alarm != nil {
			tags = status.Alarm.Tags
		}
		out := listTagsOutput{Tags: []wireTag{}}
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			out.Tags = append(out.Tags, wireTag{key, tags[key]})
		}
		return out, nil
	}
	return listTagsOutput{}, &awswire.Fault{Name: "ResourceNotFoundException", Status: 404, Message: "Unknown resource " + in.ResourceARN}
}
