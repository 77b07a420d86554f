package payment

import (
	"context"
	"time"
)

// Kind is what became of a request, for metrics and logs.
type Kind string

// Every request is exactly one of these.
const (
	// KindAccepted: recorded and acknowledged by this request.
	KindAccepted Kind = "accepted"
	// KindResumed: recorded by an earlier request whose work this one went on with.
	KindResumed Kind = "resumed"
	// KindReplayed: completed before, answered from the journal.
	KindReplayed Kind = "replayed"
	// KindRejected: answered 4xx.
	KindRejected Kind = "rejected"
	// KindUnavailable: answered 503, no durable record is known.
	KindUnavailable Kind = "unavailable"
	// KindFailed: a fault that no retry mends; answered 500 or as the function's error.
	KindFailed Kind = "failed"
	// KindFound: a payment was read.
	KindFound Kind = "found"
)

// Observation is one request as its metrics and its log line need it.
type Observation struct {
	Kind Kind
	// Problem is the type of the problem answered, if one was.
	Problem string
	// RequestID is the one that the answer carries.
	RequestID     string
	PaymentID     string
	TransactionID string
	// Posted: this request wrote the payment to the ledger. Completed: the answer said success.
	Posted, Completed bool
	// Journal and Ledger are the time spent in each, waits between tries included; 0 when it was not called.
	Journal, Ledger time.Duration
	// JournalTries counts calls of Begin.
	JournalTries int
	// Cause is the error behind a 202 that is still processing, an unavailable or a failed request; it may be nil.
	Cause error
}

// Observer is told of every request, once. It must not block: it is on the request's path.
type Observer interface {
	Observe(ctx context.Context, seen Observation)
}

type requestIDKey struct{}

// WithRequestID gives a request its id, which observations then carry.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
