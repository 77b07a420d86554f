package install

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/rule"
)

// alarms knows the alarms of each composite one, because those must be there as long as it is. The installer's lock guards
// it.
type alarms struct {
	service Alarms
	known   map[string][]string // the names in the rule, none for a metric alarm, by name
}

func newAlarms(service Alarms) *alarms {
	return &alarms{service: service, known: map[string][]string{}}
}

func (a *alarms) register(into map[string]func(raw []byte) (resource, error)) {
	into["aws_cloudwatch_metric_alarm"] = a.decodeAlarm
	into["aws_cloudwatch_composite_alarm"] = a.decodeComposite
	into["aws_cloudwatch_dashboard"] = a.decodeDashboard
}

// delete takes the composite alarms above, too: they wait for an alarm of the name from then on.
func (a *alarms) delete(name string) error {
	for _, above := range slices.Sorted(maps.Keys(a.known)) {
		if slices.Contains(a.known[above], name) {
			if err := a.delete(above); err != nil {
				return err
			}
		}
	}
	if err := unless(cloudwatch.ErrNotFound, a.service.DeleteAlarm(name)); err != nil {
		return err
	}
	delete(a.known, name)
	return nil
}

type alarmResource struct {
	of    *alarms
	alarm cloudwatch.Alarm
}

func (a *alarms) decodeAlarm(raw []byte) (resource, error) {
	alarm, err := decode[cloudwatch.Alarm](raw)
	return alarmResource{a, alarm}, err
}

func (r alarmResource) id() string { return r.alarm.Name }

func (r alarmResource) install(context.Context) error {
	if err := r.of.service.PutAlarm(r.alarm); err != nil {
		return err
	}
	r.of.known[r.alarm.Name] = nil
	return nil
}

func (r alarmResource) remove(context.Context) error { return r.of.delete(r.alarm.Name) }

type compositeResource struct {
	of       *alarms
	alarm    cloudwatch.Composite
	children []string
}

func (a *alarms) decodeComposite(raw []byte) (resource, error) {
	alarm, err := decode[cloudwatch.Composite](raw)
	if err != nil {
		return nil, err
	}
	parsed, err := rule.Parse(alarm.Rule)
	if err != nil {
		return nil, err
	}
	return compositeResource{a, alarm, parsed.Children()}, nil
}

func (r compositeResource) id() string { return r.alarm.Name }

func (r compositeResource) lost() error {
	if _, ok := r.of.known[r.alarm.Name]; !ok {
		return needs("alarm of the rule %s", r.alarm.Rule)
	}
	return nil
}

func (r compositeResource) install(context.Context) error {
	for _, child := range r.children {
		if _, ok := r.of.known[child]; !ok {
			return needs("alarm %s", child)
		}
	}
	if err := r.of.service.PutComposite(r.alarm); err != nil {
		return err
	}
	r.of.known[r.alarm.Name] = r.children
	return nil
}

func (r compositeResource) remove(context.Context) error { return r.of.delete(r.alarm.Name) }

func (a *alarms) decodeDashboard(raw []byte) (resource, error) {
	dashboard, err := decode[cloudwatch.Dashboard](raw)
	return simple{dashboard.Name,
		func(context.Context) error { return a.service.PutDashboard(dashboard) },
		func(context.Context) error {
			return unless(cloudwatch.ErrNotFound, a.service.DeleteDashboard(dashboard.Name))
		},
	}, err
}

// unless makes no error of one that is or wraps another.
func unless(other, err error) error {
	if errors.Is(err, other) {
		return nil
	}
	return err
}
