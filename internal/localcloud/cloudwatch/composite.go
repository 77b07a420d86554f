package cloudwatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/rule"
)

// Composite is a composite alarm. Its JSON is a resource aws_cloudwatch_composite_alarm as the provider's schema names it.
type Composite struct {
	Name        string `json:"alarm_name"`
	Description string `json:"alarm_description"`
	Rule        string `json:"alarm_rule"`
	// ActionsEnabled is true unless it says otherwise.
	ActionsEnabled          *bool             `json:"actions_enabled"`
	AlarmActions            []string          `json:"alarm_actions"`
	OKActions               []string          `json:"ok_actions"`
	InsufficientDataActions []string          `json:"insufficient_data_actions"`
	Tags                    map[string]string `json:"tags"`

	// ActionsSuppressor is refused, and not ignored.
	ActionsSuppressor []json.RawMessage `json:"actions_suppressor"`
}

// PutComposite creates a composite alarm or changes it, and evaluates it. The alarms of its rule must exist. Putting the
// same again does nothing.
func (s *Service) PutComposite(c Composite) error {
	parsed, err := rule.Parse(c.Rule)
	switch {
	case c.Name == "" || len(c.Name) > 255:
		err = errors.Join(err, errors.New("alarm_name must have 1 to 255 characters"))
	case len(c.ActionsSuppressor) > 0:
		err = errors.Join(err, errors.New("actions_suppressor is not modelled"))
	}
	if err := errors.Join(err, s.checkActions(c.AlarmActions, c.OKActions, c.InsufficientDataActions)); err != nil {
		return fmt.Errorf("put composite alarm %s: %w", c.Name, err)
	}
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	verb := "created"
	if e := s.alarms[c.Name]; e != nil {
		if verb = "updated"; e.composite == nil {
			return fmt.Errorf("put composite alarm %s: a metric alarm has this name", c.Name)
		}
		if reflect.DeepEqual(*e.composite, c) {
			return nil
		}
	}
	if err := s.checkChildrenLocked(c.Name, parsed); err != nil {
		return fmt.Errorf("put composite alarm %s: %w", c.Name, err)
	}
	e := s.configureLocked(c.Name, now, func(e *entry) { e.composite, e.rule = &c, parsed })
	e.triggering, e.seen = s.childrenLocked(e), s.changesLocked(e)
	state := s.holdsLocked(e)
	s.changeLocked(e, state, fmt.Sprintf("%s was %s and its alarm rule evaluates to %s", e.arn, verb, state), triggeringData(e.triggering), now)
	s.evaluateCompositesLocked(now)
	return nil
}

// checkChildrenLocked refuses a rule with alarms that do not exist, or that depend on the alarm of the rule.
func (s *Service) checkChildrenLocked(name string, parsed rule.Rule) error {
	var missing []string
	for _, child := range parsed.Children() {
		if child == name || s.dependsLocked(child, name) {
			return fmt.Errorf("the rule's alarm %s depends on it", child)
		}
		if s.alarms[child] == nil {
			missing = append(missing, child)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the rule has alarms that do not exist: %s", strings.Join(missing, ", "))
	}
	return nil
}

// dependsLocked tells whether other is among the alarms below an alarm. There are no cycles.
func (s *Service) dependsLocked(name, other string) bool {
	e := s.alarms[name]
	if e == nil || e.composite == nil {
		return false
	}
	return slices.ContainsFunc(e.rule.Children(), func(child string) bool { return child == other || s.dependsLocked(child, other) })
}

func (s *Service) holdsLocked(e *entry) State {
	if e.rule.Holds(func(name string) State { return s.alarms[name].state }) {
		return alarm.Alarming
	}
	return alarm.OK
}

// child is an alarm of a rule, as notifications have it.
type child struct {
	ARN   string     `json:"Arn"`
	State childState `json:"State"`
}

type childState struct {
	Value     State  `json:"Value"`
	Timestamp string `json:"Timestamp"`
}

func (s *Service) childrenLocked(e *entry) []child {
	var children []child
	for _, name := range e.rule.Children() {
		one := s.alarms[name]
		children = append(children, child{one.arn, childState{one.state, stamp(one.changed)}})
	}
	return children
}

// evaluateCompositesLocked evaluates the composite alarms whose children changed, until none changes any more. There are no
// cycles. A state that was set by hand stays until then.
func (s *Service) evaluateCompositesLocked(now time.Time) {
	for again := true; again; {
		again = false
		for _, e := range s.sortedLocked() {
			if e.composite == nil {
				continue
			}
			seen := s.changesLocked(e)
			if seen == e.seen {
				continue
			}
			e.seen = seen
			if state := s.holdsLocked(e); state != e.state {
				s.changeCompositeLocked(e, state, now)
				again = true
			}
		}
	}
}

// changesLocked counts the changes of a composite alarm's children.
func (s *Service) changesLocked(e *entry) int {
	changes := 0
	for _, name := range e.rule.Children() {
		changes += s.alarms[name].changes
	}
	return changes
}

// changeCompositeLocked names the alarms that changed last as the reason.
func (s *Service) changeCompositeLocked(e *entry, state State, now time.Time) {
	var last []*entry
	for _, name := range e.rule.Children() {
		one := s.alarms[name]
		if len(last) > 0 && one.changed.After(last[0].changed) {
			last = nil
		}
		if len(last) == 0 || one.changed.Equal(last[0].changed) {
			last = append(last, one)
		}
	}
	e.triggering = nil
	reason := "The alarm rule evaluates to " + string(state)
	for i, one := range last {
		e.triggering = append(e.triggering, child{one.arn, childState{one.state, stamp(one.changed)}})
		if i == 0 {
			reason = fmt.Sprintf("%s transitioned to %s at %s", one.arn, one.state, one.changed.UTC().Format("Monday 02 January, 2006 15:04:05 MST"))
		}
	}
	s.changeLocked(e, state, reason, triggeringData(e.triggering), now)
}

// triggeringData is the StateReasonData of a composite alarm.
func triggeringData(children []child) string {
	type state struct {
		Value     State  `json:"value"`
		Timestamp string `json:"timestamp"`
	}
	type triggering struct {
		ARN   string `json:"arn"`
		State state  `json:"state"`
	}
	list := []triggering{}
	for _, one := range children {
		list = append(list, triggering{one.ARN, state{one.State.Value, one.State.Timestamp}})
	}
	return mustJSON(map[string]any{"triggeringAlarms": list})
}

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and finite numbers always marshal
	}
	return string(text)
}

func stamp(at time.Time) string { return at.UTC().Format(alarm.Timestamp) }
