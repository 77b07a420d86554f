package cloudwatch

import (
	"encoding/json"
	"slices"
	"time"
)

// The kinds of HistoryItem.
const (
	ConfigurationUpdate = "ConfigurationUpdate"
	StateUpdate         = "StateUpdate"
	Action              = "Action"
)

// HistoryItem is something that happened to an alarm.
type HistoryItem struct {
	Alarm, AlarmKind string
	At               time.Time
	Kind             string
	Summary          string
	Data             string // JSON

	serial int // over all alarms
}

// longestHistory is how many items of all alarms are kept.
const longestHistory = 10_000

func (s *Service) noteLocked(name, kind string, at time.Time, item, summary, data string) {
	if len(s.history) >= longestHistory {
		s.history = slices.Delete(s.history, 0, longestHistory/10)
	}
	s.notes++
	s.history = append(s.history, HistoryItem{Alarm: name, AlarmKind: kind, At: at, Kind: item, Summary: summary, Data: data, serial: s.notes})
}

// History is what happened to an alarm, the oldest first, or with "" to all alarms. It stays after the alarm is deleted.
func (s *Service) History(name string) []HistoryItem {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var items []HistoryItem
	for _, item := range s.history {
		if name == "" || item.Alarm == name {
			items = append(items, item)
		}
	}
	return items
}

func configurationData(verb string) string {
	kind := map[string]string{"created": "Create", "updated": "Update", "deleted": "Delete"}[verb]
	return mustJSON(map[string]string{"version": "1.0", "type": kind})
}

// stateChange is the data of a StateUpdate.
func stateChange(old State, oldReason, oldData string, state State, reason, data string) string {
	type side struct {
		Value  State           `json:"stateValue"`
		Reason string          `json:"stateReason"`
		Data   json.RawMessage `json:"stateReasonData,omitempty"`
	}
	describe := func(state State, reason, data string) side {
		if !json.Valid([]byte(data)) { // SetAlarmState takes any text
			data = ""
		}
		return side{state, reason, json.RawMessage(data)}
	}
	return mustJSON(map[string]any{"version": "1.0", "oldState": describe(old, oldReason, oldData), "newState": describe(state, reason, data)})
}
