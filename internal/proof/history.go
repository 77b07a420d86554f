package proof

import (
	"slices"
	"sync"
	"time"
)

// Verb is what a payer asked for.
type Verb string

// The requests of a payer.
const (
	VerbPay  Verb = "pay"
	VerbFind Verb = "find"
)

// Outcome is what an answer says of the payment.
type Outcome string

// The outcomes. Only Processing and Success acknowledge a payment.
const (
	// Unknown: a 503, no answer, or the payer gave up; the payment may have been recorded, now or in a moment.
	Unknown Outcome = "unknown"
	// Processing: acknowledged, not said to be in the ledger yet.
	Processing Outcome = "processing"
	// Success: acknowledged and in the ledger.
	Success Outcome = "success"
	// Mismatch: refused, the id belongs to another payment.
	Mismatch Outcome = "mismatch"
	// NotFound: no payment has the id.
	NotFound Outcome = "not found"
	// Wrong: an answer that no payer of a sound service sees, such as a 500.
	Wrong Outcome = "wrong"
)

// Answer is what came back.
type Answer struct {
	Outcome Outcome
	// TransactionID and Fingerprint are what Processing and Success name; Fingerprint is of the answer's amount.
	TransactionID string
	Fingerprint   string
	// Replayed: the answer says that the payment was completed before this request.
	Replayed bool
	// Detail is for people: status, problem or error.
	Detail string
}

// acknowledges tells whether a payer may rely on the payment after this answer.
func (a Answer) acknowledges() bool { return a.Outcome == Processing || a.Outcome == Success }

// Call is one request and its answer. Started and Ended are on one monotonic clock for all payers of a history.
type Call struct {
	// Name says which request of which payer it was, so that a replay finds it.
	Name      string
	Payer     int
	Verb      Verb
	PaymentID string
	// Fingerprint is of the payment asked for; empty for VerbFind.
	Fingerprint    string
	Started, Ended time.Duration
	Answer         Answer
}

// History collects calls. It is safe for concurrent use; the zero value is empty.
type History struct {
	mutex sync.Mutex
	calls []Call
}

// Add records a call that has ended.
func (h *History) Add(call Call) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.calls = append(h.calls, call)
}

// Calls are all calls so far, by their start.
func (h *History) Calls() []Call {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	calls := slices.Clone(h.calls)
	slices.SortStableFunc(calls, func(a, b Call) int { return int(a.Started - b.Started) })
	return calls
}
