package payment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// RetryAfter is when a payer who was answered 503 should come again.
const RetryAfter = time.Second

// Options are what a Processor is made of. Journal, Ledger, Lease, Region and Observer are required.
type Options struct {
	Journal  Journal
	Ledger   Ledger
	Lease    Lease
	Observer Observer
	// Region is where this processor runs.
	Region string
	Limits Limits
	// Now is the wall clock, for what is recorded; nil means time.Now.
	Now func() time.Time
	// Timing measures and bounds requests; nil means the system's clock.
	Timing Timing
	// NewID makes transaction ids; nil means UUIDv7.
	NewID func() (string, error)
	// Random is uniform in [0, 1), for jitter; nil means math/rand/v2.
	Random func() float64
}

// Processor takes payments. It holds no state of its own and is safe for concurrent use.
type Processor struct {
	options Options
}

// NewProcessor checks the options and fills in the optional ones.
func NewProcessor(options Options) (*Processor, error) {
	for name, missing := range map[string]bool{
		"Journal": options.Journal == nil, "Ledger": options.Ledger == nil, "Lease": options.Lease == nil,
		"Observer": options.Observer == nil, "Region": options.Region == "",
	} {
		if missing {
			return nil, fmt.Errorf("make payment processor: %s is not set", name)
		}
	}
	options.Limits = options.Limits.withDefaults()
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Timing == nil {
		options.Timing = systemTiming{}
	}
	if options.NewID == nil {
		options.NewID = newTransactionID
	}
	if options.Random == nil {
		options.Random = rand.Float64
	}
	return &Processor{options: options}, nil
}

// newTransactionID is a UUIDv7: unique without coordination, and sorted by time for whoever reads the ledger.
func newTransactionID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make transaction id: %w", err)
	}
	return id.String(), nil
}

// Result is an acknowledged payment. Record.Status says whether it is in the ledger yet.
type Result struct {
	Record
	// Replayed: it was completed before this request.
	Replayed bool
}

// Unavailable is the answer when no durable record is known: the payer should send the same request again, here after
// RetryAfter or in the other Region at once. It is a *Problem (errors.As) and its cause.
type Unavailable struct {
	Problem *Problem
	Cause   error
}

// Error names problem and cause.
func (u *Unavailable) Error() string { return fmt.Sprintf("%v: %v", u.Problem, u.Cause) }

// Unwrap gives both, so that errors.Is and errors.As find them.
func (u *Unavailable) Unwrap() []error { return []error{u.Problem, u.Cause} }

// Pay records a payment, posts it and says what became of it (docs/architecture.md, "Paying").
//
// A nil error means that the payment is durable in two Regions (invariant I1) and will be in the ledger exactly once
// (I2). A *Problem (errors.As) is the caller's fault, or says that nothing is known to be recorded; any other error is
// a fault of the system that no retry mends. It returns before ctx's deadline, keeping Limits.Answer back.
func (p *Processor) Pay(ctx context.Context, asked Payment) (Result, error) {
	var seen Observation
	result, err := p.pay(ctx, asked, &seen)
	p.observe(ctx, &seen, result, err)
	return result, err
}

func (p *Processor) pay(ctx context.Context, asked Payment, seen *Observation) (Result, error) {
	if err := asked.Validate(); err != nil {
		return Result{}, err
	}
	seen.PaymentID = asked.ID
	deadline, _ := ctx.Deadline()
	budget, err := Split(p.options.Timing.Now(), deadline, p.options.Limits)
	if err != nil {
		return Result{}, err
	}
	ctx, cancel := p.options.Timing.WithDeadline(ctx, budget.Answer)
	defer cancel()

	term, leaseErr := p.currentTerm(ctx, budget)
	candidate, err := p.newRecord(asked, term)
	if err != nil {
		return Result{}, err
	}
	record, fresh, err := p.record(ctx, budget, candidate, seen)
	if err != nil {
		return Result{}, err
	}
	seen.TransactionID = record.TransactionID
	if record.Fingerprint != candidate.Fingerprint {
		return Result{}, ProblemPaymentMismatch.With("paymentId %s was used for another amount or currency", record.ID)
	}
	seen.Kind = KindResumed
	if fresh {
		seen.Kind = KindAccepted
	}
	if record.Status == StatusCompleted {
		seen.Kind = KindReplayed
		return Result{Record: record, Replayed: true}, nil
	}
	// From here on the payment is durable: whatever fails below, the answer is that it is being processed.
	if leaseErr != nil || term.State != LeaseActive {
		seen.Cause = leaseErr
		return Result{Record: record}, nil
	}
	if age := p.options.Now().Sub(record.CreatedAt); age > p.options.Limits.Late {
		seen.Cause = fmt.Errorf("%w: accepted %s ago", errLate, age.Round(time.Second))
		return Result{Record: record}, nil
	}
	return p.settle(ctx, budget, record, term, seen)
}

// errLate is why a payment that was accepted long ago is left to the failover controller.
var errLate = errors.New("too late for a processor to post")

// currentTerm reads the lease. Its failure does not stop a payment: it is recorded and posted later.
func (p *Processor) currentTerm(ctx context.Context, budget Budget) (Term, error) {
	ctx, cancel := p.options.Timing.WithDeadline(ctx, budget.Lease)
	defer cancel()
	term, err := p.options.Lease.Current(ctx)
	if err != nil {
		return Term{}, fmt.Errorf("read lease: %w", err)
	}
	return term, nil
}

// newRecord is the record of a payment that is seen for the first time.
func (p *Processor) newRecord(asked Payment, term Term) (Record, error) {
	transaction, err := p.options.NewID()
	if err != nil {
		return Record{}, err
	}
	return Record{
		Payment: asked, TransactionID: transaction, Fingerprint: asked.Fingerprint(), Status: StatusProcessing,
		Region: p.options.Region, Epoch: term.Epoch,
		// The journal keeps microseconds; an answer must not say more than a replay of it can.
		CreatedAt: p.options.Now().UTC().Truncate(time.Microsecond),
	}, nil
}

// settle posts a recorded payment and marks it completed. It fails only when ledger and journal contradict each other.
func (p *Processor) settle(ctx context.Context, budget Budget, record Record, term Term, seen *Observation) (Result, error) {
	posted, err := p.post(ctx, budget, record, term, seen)
	if errors.Is(err, ErrMismatch) {
		return Result{}, fmt.Errorf("post payment %s, transaction %s: %w", record.ID, record.TransactionID, err)
	}
	if err != nil {
		seen.Cause = err
		return Result{Record: record}, nil
	}
	seen.Posted = posted.Posted
	completed := record
	completed.Status, completed.PostedRegion = StatusCompleted, p.options.Region
	completed.CompletedAt = p.options.Now().UTC().Truncate(time.Microsecond)
	err = p.complete(ctx, completed, seen)
	switch {
	case errors.Is(err, ErrTransactionMismatch), errors.Is(err, ErrRecordNotFound), errors.Is(err, ErrRecordCorrupt):
		return Result{}, err
	case err != nil:
		// It is in the ledger, but the next answer would not know: say what the journal says.
		seen.Cause = err
		return Result{Record: record}, nil
	}
	seen.Completed = true
	return Result{Record: completed}, nil
}

func (p *Processor) post(ctx context.Context, budget Budget, record Record, term Term, seen *Observation) (PostResult, error) {
	started := p.options.Timing.Now()
	limit := started.Add(p.options.Limits.Ledger)
	if budget.Ledger.Before(limit) {
		limit = budget.Ledger
	}
	ctx, cancel := p.options.Timing.WithDeadline(ctx, limit)
	defer cancel()
	posted, err := p.options.Ledger.Post(ctx, Posting{
		PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money,
		Region: record.Region, Epoch: term.Epoch, AcceptedAt: record.CreatedAt,
	})
	seen.Ledger = p.options.Timing.Now().Sub(started)
	return posted, err
}

// Find reads a payment. Errors are as those of Pay; ProblemPaymentNotFound when there is none.
func (p *Processor) Find(ctx context.Context, paymentID string) (Record, error) {
	seen := Observation{Kind: KindFound}
	record, err := p.find(ctx, paymentID, &seen)
	seen.TransactionID = record.TransactionID
	p.observe(ctx, &seen, Result{Record: record}, err)
	return record, err
}

func (p *Processor) find(ctx context.Context, paymentID string, seen *Observation) (Record, error) {
	if err := ValidateID(paymentID); err != nil {
		return Record{}, err
	}
	seen.PaymentID = paymentID
	deadline, _ := ctx.Deadline()
	budget, err := Split(p.options.Timing.Now(), deadline, p.options.Limits)
	if err != nil {
		return Record{}, err
	}
	ctx, cancel := p.options.Timing.WithDeadline(ctx, budget.Answer)
	defer cancel()
	return p.read(ctx, paymentID, seen)
}

// Reject tells the observer of a request that was refused before it became a payment.
func (p *Processor) Reject(ctx context.Context, refused error) {
	seen := Observation{}
	p.observe(ctx, &seen, Result{}, refused)
}

// observe completes an observation by the outcome and reports it.
func (p *Processor) observe(ctx context.Context, seen *Observation, result Result, err error) {
	seen.RequestID = requestID(ctx)
	var problem *Problem
	switch {
	case err == nil:
		seen.Completed = result.Status == StatusCompleted
	case !errors.As(err, &problem):
		seen.Kind, seen.Cause = KindFailed, err
	default:
		seen.Kind, seen.Problem = KindRejected, problem.Type
		if problem.Status >= 500 {
			seen.Kind, seen.Cause = KindUnavailable, err
		}
	}
	p.options.Observer.Observe(ctx, *seen)
}
