// Package receipt keeps what payers asked for and were answered: the evidence of a drill.
//
// A receipt is one line of JSON in an append-only file. A payment is written down before its first request leaves, and an
// answer before anybody counts it; so whatever was counted is in the file, and whatever reached the service was written
// down first, also when the payer's process is killed at any moment.
package receipt

import "time"

// Kind says what a receipt is about.
type Kind string

// The kinds.
const (
	// Asked: a payment is about to be sent for the first time.
	Asked Kind = "asked"
	// Answered: an attempt has ended, with an answer or without one.
	Answered Kind = "answered"
)

// Outcome is what a payer knows after an attempt.
type Outcome string

// The outcomes. Success and Processing acknowledge the payment.
const (
	// Success: 200, the payment is in the ledger.
	Success Outcome = "success"
	// Processing: 202, the payment is durable and will be in the ledger.
	Processing Outcome = "processing"
	// Refused: the service said no and would say so again.
	Refused Outcome = "refused"
	// Unknown: no answer, or one that asks to come again. The payment may have been recorded, now or in a moment.
	Unknown Outcome = "unknown"
	// Contradicted: an acknowledgement of something else than was asked.
	Contradicted Outcome = "contradicted"
)

// Acknowledges tells whether the payer may rely on the payment.
func (o Outcome) Acknowledges() bool { return o == Success || o == Processing }

// PayerKind is how a payer finds the service.
type PayerKind string

// The kinds of payers.
const (
	// DNS: an ordinary program that follows the failover name.
	DNS PayerKind = "dns"
	// Client: a program that uses package client with both Regions' own names.
	Client PayerKind = "client"
)

// Payment is what a payer asks for. Amount is the decimal text that is sent, MinorUnits the same as a whole number.
type Payment struct {
	ID         string `json:"paymentId"`
	Amount     string `json:"amount"`
	MinorUnits int64  `json:"minorUnits"`
	Currency   string `json:"currency"`
}

// Answer is what came back for one attempt.
type Answer struct {
	Outcome Outcome `json:"outcome,omitempty"`
	// Status is the HTTP status, 0 when there was none.
	Status int `json:"status,omitempty"`
	// Class sorts failures: timeout, refused connection, 503 and so on. Detail is for people.
	Class  string `json:"class,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Region answered; AcceptedBy is the Region that recorded the payment.
	Region        string `json:"region,omitempty"`
	AcceptedBy    string `json:"acceptedBy,omitempty"`
	TransactionID string `json:"transactionId,omitempty"`
	// Said is the payment that an acknowledgement names, when it is not the one asked for.
	Said *Payment `json:"said,omitempty"`
	// Replayed: the answer says that the payment was completed before this request.
	Replayed bool `json:"replayed,omitempty"`
	// Requests counts those of this attempt; package client may make several.
	Requests int `json:"requests,omitempty"`
	// Address is where a DNS payer sent it.
	Address string `json:"address,omitempty"`
	// RetryAfter is the pause that the service asked for; it is for the payer and not kept.
	RetryAfter time.Duration `json:"-"`
}

// Receipt is one line. All times are of one clock.
type Receipt struct {
	Kind      Kind      `json:"kind"`
	Payer     string    `json:"payer"`
	PayerKind PayerKind `json:"payerKind"`
	Payment
	// Due is when the payment was to be sent by the load's plan, however late that was possible.
	Due time.Time `json:"due"`
	// Copy marks a deliberate second sending of a payment id.
	Copy bool `json:"copy,omitempty"`
	// Try counts the attempts of this sending, from 1. Sent and Ended are the attempt's.
	Try   int       `json:"try,omitempty"`
	Sent  time.Time `json:"sent,omitzero"`
	Ended time.Time `json:"ended,omitzero"`
	Answer
}

// At is when the payer knew what the receipt says.
func (r Receipt) At() time.Time {
	if r.Kind == Asked {
		return r.Due
	}
	return r.Ended
}

// Acknowledged tells whether this receipt is an acknowledgement.
func (r Receipt) Acknowledged() bool { return r.Kind == Answered && r.Outcome.Acknowledges() }

// Failed tells whether this receipt is an attempt that was not acknowledged.
func (r Receipt) Failed() bool { return r.Kind == Answered && !r.Outcome.Acknowledges() }

// Header is the first line of a file.
type Header struct {
	Schema int `json:"schema"`
	// Run names the drill; its payment ids begin with it.
	Run   string    `json:"run"`
	Seed  uint64    `json:"seed"`
	Began time.Time `json:"began"`
}

// Schema is the version of the lines that this package writes and reads.
const Schema = 1
