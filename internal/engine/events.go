package engine

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Event is one line of the engine's machine-readable progress.
type Event struct {
	// Type is the engine's: apply_start, apply_progress, apply_complete, apply_errored, refresh_start, log and others.
	Type    string
	Message string
	Address string
}

// eventReader is a Writer for the engine's JSON lines: it passes events on and keeps errors and whatever is not JSON.
type eventReader struct {
	onEvent  func(Event)
	pending  []byte
	problems []Problem
	other    bytes.Buffer
}

func (r *eventReader) Write(content []byte) (int, error) {
	r.pending = append(r.pending, content...)
	for {
		end := bytes.IndexByte(r.pending, '\n')
		if end < 0 {
			return len(content), nil
		}
		r.line(r.pending[:end])
		r.pending = r.pending[end+1:]
	}
}

// flush takes what the engine wrote last without ending the line.
func (r *eventReader) flush() {
	if len(r.pending) > 0 {
		r.line(r.pending)
		r.pending = nil
	}
}

func (r *eventReader) line(line []byte) {
	event, problem, ok := parseLine(line)
	switch {
	case !ok:
		r.other.Write(line)
		r.other.WriteByte('\n')
	case problem != nil:
		r.problems = append(r.problems, *problem)
	case r.onEvent != nil:
		r.onEvent(event)
	}
}

// parseLine reads one line; problem is set for an error, ok is false for what is not the engine's JSON.
func parseLine(line []byte) (event Event, problem *Problem, ok bool) {
	var message struct {
		Message string `json:"@message"`
		Type    string `json:"type"`
		Hook    struct {
			Resource struct {
				Address string `json:"addr"`
			} `json:"resource"`
		} `json:"hook"`
		Diagnostic *struct {
			Severity string `json:"severity"`
			Summary  string `json:"summary"`
			Detail   string `json:"detail"`
			Address  string `json:"address"`
			Range    *struct {
				Filename string `json:"filename"`
				Start    struct {
					Line int `json:"line"`
				} `json:"start"`
			} `json:"range"`
		} `json:"diagnostic"`
	}
	if err := json.Unmarshal(line, &message); err != nil {
		return Event{}, nil, false
	}
	if diagnostic := message.Diagnostic; diagnostic != nil && diagnostic.Severity == "error" {
		problem = &Problem{Summary: diagnostic.Summary, Detail: diagnostic.Detail, Address: diagnostic.Address}
		if diagnostic.Range != nil {
			problem.Place = diagnostic.Range.Filename + ":" + strconv.Itoa(diagnostic.Range.Start.Line)
		}
		return Event{}, problem, true
	}
	return Event{Type: message.Type, Message: strings.TrimSpace(message.Message), Address: message.Hook.Resource.Address}, nil, true
}
