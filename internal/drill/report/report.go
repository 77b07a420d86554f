// Package report tells what a drill showed: as JSON for programs, as text for tickets, and as one HTML page for people who
// sign it.
//
// The page is one file with nothing outside it, no script, and the timeline drawn into it. All three are made from one
// Report, and are the same for the same Report.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// Schema is the version of the JSON. It grows when a field changes its meaning or goes; new fields may come any time.
const Schema = 1

// Setting is a line of the configuration that was used.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Objective is a bound of the RTO of a kind of payers.
type Objective struct {
	Kind  receipt.PayerKind `json:"kind"`
	Limit span.Span         `json:"limit"`
}

// Report is everything that a drill showed.
type Report struct {
	Schema int `json:"schema"`
	// Scenario names the drill, Summary says in a sentence what was done to what.
	Scenario string `json:"scenario"`
	Summary  string `json:"summary"`
	// Run is the drill's own name; Seed plays its load again; Version is the program's.
	Run     string `json:"run"`
	Seed    uint64 `json:"seed"`
	Version string `json:"version"`
	// Began is when the load began, Fault when the fault was injected, Ended when nobody watched any more.
	Began time.Time `json:"began"`
	Fault time.Time `json:"fault"`
	Ended time.Time `json:"ended"`

	Verdict    verdict.Verdict   `json:"verdict"`
	Objectives []Objective       `json:"objectives,omitempty"`
	Milestones []Milestone       `json:"milestones"`
	Kinds      []outage.Kind     `json:"payers_by_kind"`
	Payers     []outage.Payer    `json:"payers"`
	Settlement outage.Settlement `json:"settlement"`
	Check      check.Result      `json:"check"`
	Events     []event.Event     `json:"events"`
	Timeline   timeline.Timeline `json:"timeline"`

	Configuration []Setting `json:"configuration,omitempty"`
	// Reproduce are commands.
	Reproduce []string `json:"reproduce,omitempty"`
	// Notes are what a reader must know, such as where the drill differs from a real loss.
	Notes []string `json:"notes,omitempty"`
	// Torn is set when the last receipt was cut off, which nobody counted.
	Torn *receipt.Torn `json:"torn_receipt,omitempty"`
}

// JSON is the report for programs.
func (r Report) JSON() ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	return buffer.Bytes(), nil
}

// objective is the bound of a kind's RTO; 0 when it has none.
func (r Report) objective(kind receipt.PayerKind) time.Duration {
	for _, one := range r.Objectives {
		if one.Kind == kind {
			return one.Limit.Length
		}
	}
	return 0
}

// Missed counts the expectations that were not met.
func (r Report) Missed() int {
	missed := 0
	for _, line := range r.Verdict.Lines {
		if !line.Met {
			missed++
		}
	}
	return missed
}

// Headline is the verdict in a few words.
func (r Report) Headline() string {
	if r.Verdict.Met {
		return "as expected"
	}
	return fmt.Sprintf("missed, %d of %d expectations", r.Missed(), len(r.Verdict.Lines))
}
