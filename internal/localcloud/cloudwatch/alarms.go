package cloudwatch

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/rule"
)

// Alarm is a metric alarm.
type Alarm = alarm.Alarm

// State is an alarm's state.
type State = alarm.State

// The kinds of alarms.
const (
	MetricAlarm    = "MetricAlarm"
	CompositeAlarm = "CompositeAlarm"
)

// AlarmStatus is an alarm and its state. Alarm or Composite is set.
type AlarmStatus struct {
	Name, ARN, Kind string
	State           State
	Reason          string
	ReasonData      string // JSON
	// Changed is when the state changed, Configured when the alarm did.
	Changed, Configured time.Time
	Alarm               *Alarm
	Composite           *Composite
}

// entry is an alarm of either kind.
type entry struct {
	name      string
	arn       string
	alarm     *Alarm
	composite *Composite
	rule      rule.Rule

	state               State
	reason, data        string
	changed, configured time.Time
	evaluated           time.Time // the end of the window of the last evaluation
	changes             int       // of the state
	// Of a composite alarm: the alarms of its last change, and how many changes of its children it has seen.
	triggering []child
	seen       int
}

func (e *entry) kind() string {
	if e.composite != nil {
		return CompositeAlarm
	}
	return MetricAlarm
}

// settings are what both kinds have.
type settings struct {
	description                string
	enabled                    bool
	alarming, ok, insufficient []string
}

func (s AlarmStatus) settings() settings {
	if c := s.Composite; c != nil {
		return settings{c.Description, isEnabled(c.ActionsEnabled), c.AlarmActions, c.OKActions, c.InsufficientDataActions}
	}
	a := s.Alarm
	return settings{a.Description, isEnabled(a.ActionsEnabled), a.AlarmActions, a.OKActions, a.InsufficientDataActions}
}

func (e *entry) settings() settings { return e.status().settings() }

func isEnabled(setting *bool) bool { return setting == nil || *setting }

// actions are those of a state.
func (s settings) actions(state State) []string {
	switch state {
	case alarm.Alarming:
		return s.alarming
	case alarm.OK:
		return s.ok
	}
	return s.insufficient
}

// PutAlarm creates a metric alarm or changes it, which leaves its state as it is. Putting the same again does nothing.
func (s *Service) PutAlarm(a Alarm) error {
	if err := errors.Join(a.Validate(), s.checkActions(a.AlarmActions, a.OKActions, a.InsufficientDataActions)); err != nil {
		return fmt.Errorf("put alarm %s: %w", a.Name, err)
	}
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var before *Alarm
	if e := s.alarms[a.Name]; e != nil {
		if before = e.alarm; before == nil {
			return fmt.Errorf("put alarm %s: a composite alarm has this name", a.Name)
		}
		if reflect.DeepEqual(*before, a) {
			return nil
		}
	}
	s.configureLocked(a.Name, now, func(e *entry) { e.alarm, e.evaluated = &a, time.Time{} })
	if before != nil {
		s.keepLocked(*before)
	}
	s.keepLocked(a)
	return nil
}

// configureLocked finds or makes the entry of an alarm that is put, lets set change it, and notes that.
func (s *Service) configureLocked(name string, now time.Time, set func(*entry)) *entry {
	e := s.alarms[name]
	verb := "updated"
	if e == nil {
		e = &entry{name: name, arn: s.alarmARN(name), state: alarm.InsufficientData, reason: "Unchecked: Initial alarm creation", changed: now}
		s.alarms[name] = e
		verb = "created"
	}
	set(e)
	e.configured = now
	s.noteLocked(e.name, e.kind(), now, ConfigurationUpdate, fmt.Sprintf("Alarm %q %s", name, verb), configurationData(verb))
	return e
}

// keepLocked makes the values of an alarm's metric stay as long as alarms on it look back.
func (s *Service) keepLocked(changed Alarm) {
	var longest time.Duration
	for _, e := range s.alarms {
		if e.alarm != nil && reflect.DeepEqual(e.alarm.Metric(), changed.Metric()) {
			longest = max(longest, time.Duration(e.alarm.Range()+1)*e.alarm.PeriodLength()+time.Hour)
		}
	}
	s.metrics.Keep(changed.Metric(), longest)
}

// checkActions refuses actions on another Region, as AWS does.
func (s *Service) checkActions(lists ...[]string) error {
	var faults []error
	for _, list := range lists {
		for _, action := range list {
			parts := strings.SplitN(action, ":", 6)
			if len(parts) < 6 || parts[0] != "arn" {
				faults = append(faults, fmt.Errorf("action %q is not an ARN", action))
				continue
			}
			if parts[3] != "" && parts[3] != s.options.Region {
				faults = append(faults, fmt.Errorf("action %s: Invalid region %s specified. Only %s is supported", action, parts[3], s.options.Region))
			}
		}
	}
	return errors.Join(faults...)
}

// DeleteAlarm removes an alarm of either kind. It is an error if there is none, or if a composite alarm's rule has it.
func (s *Service) DeleteAlarm(name string) error {
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e := s.alarms[name]
	if e == nil {
		return fmt.Errorf("delete alarm %s: %w", name, ErrNotFound)
	}
	if parents := s.parentsLocked(name); len(parents) > 0 {
		return fmt.Errorf("delete alarm %s: the composite alarms %s depend on it", name, strings.Join(parents, ", "))
	}
	delete(s.alarms, name)
	s.noteLocked(name, e.kind(), now, ConfigurationUpdate, fmt.Sprintf("Alarm %q deleted", name), configurationData("deleted"))
	if e.alarm != nil {
		s.keepLocked(*e.alarm)
	}
	return nil
}

// ErrNotFound is wrapped by errors about an alarm or a dashboard that does not exist.
var ErrNotFound = errors.New("it does not exist")

// parentsLocked are the composite alarms with the alarm in their rules.
func (s *Service) parentsLocked(name string) []string {
	var parents []string
	for _, e := range s.sortedLocked() {
		if e.composite != nil && slices.Contains(e.rule.Children(), name) {
			parents = append(parents, e.name)
		}
	}
	return parents
}

// Alarms lists all alarms by name.
func (s *Service) Alarms() []AlarmStatus {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var list []AlarmStatus
	for _, e := range s.sortedLocked() {
		list = append(list, e.status())
	}
	return list
}

func (e *entry) status() AlarmStatus {
	return AlarmStatus{
		Name: e.name, ARN: e.arn, Kind: e.kind(), State: e.state, Reason: e.reason, ReasonData: e.data,
		Changed: e.changed, Configured: e.configured, Alarm: e.alarm, Composite: e.composite,
	}
}

func (s *Service) sortedLocked() []*entry {
	list := make([]*entry, 0, len(s.alarms))
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		list = append(list, s.alarms[name])
	}
	return list
}

// SetAlarmState sets a state until the next evaluation, as for a test of its actions.
func (s *Service) SetAlarmState(name string, state State, reason, data string) error {
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e := s.alarms[name]
	if e == nil {
		return fmt.Errorf("set state of alarm %s: %w", name, ErrNotFound)
	}
	s.changeLocked(e, state, reason, data, now)
	s.evaluateCompositesLocked(now)
	return nil
}

// EnableActions switches the actions of alarms on or off; names without an alarm are ignored, as AWS does.
func (s *Service) EnableActions(on bool, names ...string) {
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, name := range names {
		e := s.alarms[name]
		if e == nil || e.settings().enabled == on {
			continue
		}
		s.configureLocked(name, now, func(e *entry) {
			if e.composite != nil {
				changed := *e.composite
				changed.ActionsEnabled = &on
				e.composite = &changed
				return
			}
			changed := *e.alarm
			changed.ActionsEnabled = &on
			e.alarm = &changed
		})
	}
}

// changeLocked gives an alarm a state, and performs the actions if it is another one.
func (s *Service) changeLocked(e *entry, state State, reason, data string, now time.Time) {
	old := e.state
	if old == state {
		return
	}
	change := stateChange(e.state, e.reason, e.data, state, reason, data)
	e.state, e.reason, e.data, e.changed = state, reason, data, now
	e.changes++
	s.noteLocked(e.name, e.kind(), now, StateUpdate, fmt.Sprintf("Alarm updated from %s to %s", old, state), change)
	settings := e.settings()
	if !settings.enabled {
		return
	}
	notification := s.notification(e, old)
	for _, action := range settings.actions(state) {
		s.actions.put(job{action: action, kind: e.kind(), notification: notification})
	}
}
