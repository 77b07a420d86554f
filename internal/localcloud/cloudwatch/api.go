package cloudwatch

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
)

// Handler is the API: RPC v2 CBOR, JSON 1.0 and query, version 2010-08-01. Alarms and dashboards come from the files, so
// operations that put or delete them are not there. Signatures are not checked.
func (s *Service) Handler() http.Handler {
	return &awswire.Service{
		Name: "GraniteServiceVersion20100801", Version: "2010-08-01", Namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
		Logger: s.options.Logger,
		Operations: map[string]awswire.Operation{
			"DescribeAlarmHistory":    awswire.Typed(s.describeAlarmHistory),
			"DescribeAlarms":          awswire.Typed(s.describeAlarms),
			"DescribeAlarmsForMetric": awswire.Typed(s.describeAlarmsForMetric),
			"DisableAlarmActions":     awswire.Typed(s.disableAlarmActions),
			"EnableAlarmActions":      awswire.Typed(s.enableAlarmActions),
			"GetDashboard":            awswire.Typed(s.getDashboard),
			"GetMetricData":           awswire.Typed(s.getMetricData),
			"GetMetricStatistics":     awswire.Typed(s.getMetricStatistics),
			"ListDashboards":          awswire.Typed(s.listDashboards),
			"ListMetrics":             awswire.Typed(s.listMetrics),
			"ListTagsForResource":     awswire.Typed(s.listTagsForResource),
			"PutMetricData":           awswire.Typed(s.putMetricData),
			"SetAlarmState":           awswire.Typed(s.setAlarmState),
		},
	}
}

type nothing struct{}

// The faults of the API's model.

func invalidValue(format string, values ...any) error {
	return &awswire.Fault{Name: "InvalidParameterValueException", Code: "InvalidParameterValue", Message: fmt.Sprintf(format, values...)}
}

func invalidCombination(format string, values ...any) error {
	return &awswire.Fault{Name: "InvalidParameterCombinationException", Code: "InvalidParameterCombination", Message: fmt.Sprintf(format, values...)}
}

func missingParameter(name string) error {
	return &awswire.Fault{Name: "MissingRequiredParameterException", Code: "MissingParameter", Message: "The parameter " + name + " is required."}
}

func validation(format string, values ...any) error {
	return awswire.Invalid("ValidationError", format, values...)
}

func notFound(format string, values ...any) error {
	return &awswire.Fault{Name: "ResourceNotFound", Status: http.StatusNotFound, Message: fmt.Sprintf(format, values...)}
}

// wireDimension is a dimension on the wire; as a filter it may have no value.
type wireDimension struct {
	Name  string
	Value string `json:",omitempty"`
}

func wireDimensions(dimensions map[string]string) []wireDimension {
	list := []wireDimension{}
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		list = append(list, wireDimension{name, dimensions[name]})
	}
	return list
}

func readDimensions(list []wireDimension) map[string]string {
	dimensions := map[string]string{}
	for _, one := range list {
		dimensions[one.Name] = one.Value
	}
	return dimensions
}

// page cuts a sorted list: the items behind the token's, at most limit, and the next token. key identifies an item.
func page[T any](items []T, token string, limit int, key func(T) string) ([]T, string, error) {
	if token != "" {
		last, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return nil, "", &awswire.Fault{Name: "InvalidNextToken", Message: "The next token is not valid."}
		}
		at := slices.IndexFunc(items, func(item T) bool { return key(item) > string(last) })
		if at < 0 {
			at = len(items)
		}
		items = items[at:]
	}
	if len(items) <= limit {
		return items, "", nil
	}
	items = items[:limit]
	return items, base64.RawURLEncoding.EncodeToString([]byte(key(items[limit-1]))), nil
}
