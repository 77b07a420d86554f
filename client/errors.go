package client

import (
	"errors"
	"fmt"
)

// Sentinels for errors.Is.
var (
	// ErrOutcomeUnknown: a server may have recorded the payment. Send the same Payment again, with the same id, until
	// there is an answer; never a new one.
	ErrOutcomeUnknown = errors.New("outcome unknown: send the same payment again with the same id")
	// ErrInconsistent: an answer is not about this payment, contradicts another one, or is malformed or cut off. Only
	// the last two are tried again, and leave the Error Retryable; the others are for a person.
	ErrInconsistent = errors.New("inconsistent answer")
	// ErrClosed: the client was closed.
	ErrClosed = errors.New("client is closed")
)

// Outcome is what is known after a call that failed.
type Outcome string

// The outcomes.
const (
	// OutcomeUnknown: a server may have recorded the payment (ErrOutcomeUnknown).
	OutcomeUnknown Outcome = "unknown"
	// OutcomeNotRecorded: no server recorded anything because of this call, nor, if Payment.Sent was kept, of an earlier
	// one with the same id.
	OutcomeNotRecorded Outcome = "not recorded"
	// OutcomeNothingAsked: the call was a read.
	OutcomeNothingAsked Outcome = "nothing asked"
)

// Error is the error of every call. Find it with errors.As; what it wraps is found the same way: a *Problem, the
// sentinels of this package, a context's error, a net.Error.
type Error struct {
	// Payment is what was asked for, complete with its id: what to send again when Outcome is OutcomeUnknown. A read
	// has only the id.
	Payment Payment
	Outcome Outcome
	// Tries counts the requests that were begun.
	Tries int
	// Err says why.
	Err error

	retryable bool
}

// Retryable tells whether sending Payment again can succeed with nobody doing anything: there was no answer, or only
// failures that pass. It is false for a refusal, a contradiction and a closed client.
func (e *Error) Retryable() bool { return e.retryable }

// newError is an error about a payment, which remembers that its outcome is unknown.
func newError(payment Payment, outcome Outcome, tries int, cause error) *Error {
	payment.Sent = payment.Sent || outcome == OutcomeUnknown
	return &Error{Payment: payment, Outcome: outcome, Tries: tries, Err: cause}
}

// Error names the payment, what is known of it and why.
func (e *Error) Error() string {
	switch e.Outcome {
	case OutcomeUnknown:
		return fmt.Sprintf("pay %s: %v (%d tries): %v", e.Payment.ID, ErrOutcomeUnknown, e.Tries, e.Err)
	case OutcomeNotRecorded:
		return fmt.Sprintf("pay %s: not recorded (%d tries): %v", e.Payment.ID, e.Tries, e.Err)
	default:
		return fmt.Sprintf("get payment %s (%d tries): %v", e.Payment.ID, e.Tries, e.Err)
	}
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrOutcomeUnknown) true exactly for OutcomeUnknown.
func (e *Error) Is(target error) bool {
	return target == ErrOutcomeUnknown && e.Outcome == OutcomeUnknown
}
