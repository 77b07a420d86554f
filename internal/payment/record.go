package payment

import (
	"context"
	"errors"
)

// record makes the payment durable, or finds it recorded. fresh tells that this request recorded it.
//
// A write whose outcome is unknown, and one that lost to an existing record, are both settled by a strongly consistent
// read; only what was read, or a write that was confirmed, is ever acknowledged. Where the read finds nothing the write
// is tried again under the same transaction id: should the first one land after all, the condition stops the second.
func (p *Processor) record(ctx context.Context, budget Budget, candidate Record, seen *Observation) (record Record, fresh bool, err error) {
	started := p.options.Timing.Now()
	defer func() { seen.Journal += p.options.Timing.Now().Sub(started) }()
	ctx, cancel := p.options.Timing.WithDeadline(ctx, budget.Journal)
	defer cancel()
	for attempt := 1; ; attempt++ {
		seen.JournalTries = attempt
		err := p.options.Journal.Begin(ctx, candidate)
		if err == nil {
			return candidate, true, nil
		}
		if errors.Is(err, ErrRecordExists) || errors.Is(err, ErrJournalAmbiguous) {
			existing, readErr := p.options.Journal.Get(ctx, candidate.ID)
			if readErr == nil {
				return existing, existing.TransactionID == candidate.TransactionID, nil
			}
			if errors.Is(readErr, ErrRecordCorrupt) {
				return Record{}, false, readErr
			}
			if !errors.Is(readErr, ErrRecordNotFound) {
				err = errors.Join(err, readErr)
			}
		}
		if !retryable(err) || p.wait(ctx, attempt) != nil {
			return Record{}, false, unavailable(err)
		}
	}
}

// read gets a record, trying again while the journal does not answer.
func (p *Processor) read(ctx context.Context, paymentID string, seen *Observation) (Record, error) {
	started := p.options.Timing.Now()
	defer func() { seen.Journal += p.options.Timing.Now().Sub(started) }()
	for attempt := 1; ; attempt++ {
		record, err := p.options.Journal.Get(ctx, paymentID)
		switch {
		case err == nil, errors.Is(err, ErrRecordCorrupt):
			return record, err
		case errors.Is(err, ErrRecordNotFound):
			return Record{}, ProblemPaymentNotFound.With("no payment has the id %s", paymentID)
		case !retryable(err) || p.wait(ctx, attempt) != nil:
			return Record{}, unavailable(err)
		}
	}
}

// complete marks a posted payment completed, as long as the request has time.
func (p *Processor) complete(ctx context.Context, record Record, seen *Observation) error {
	started := p.options.Timing.Now()
	defer func() { seen.Journal += p.options.Timing.Now().Sub(started) }()
	for attempt := 1; ; attempt++ {
		err := p.options.Journal.Complete(ctx, Completion{
			PaymentID: record.ID, TransactionID: record.TransactionID, PostedRegion: record.PostedRegion, At: record.CompletedAt,
		})
		// A second try of an ambiguous completion is safe: it is the same write under the same condition.
		if err == nil || !retryable(err) || p.wait(ctx, attempt) != nil {
			return err
		}
	}
}

// retryable tells whether the same call may succeed in a moment.
func retryable(err error) bool {
	return errors.Is(err, ErrJournalBusy) || errors.Is(err, ErrJournalAmbiguous) || errors.Is(err, ErrRecordExists)
}

// unavailable is the 503 for a payment that is not known to be recorded.
func unavailable(cause error) error {
	return &Unavailable{Problem: ProblemUnavailable.With("send the same request again, here or in the other Region"), Cause: cause}
}

// wait sleeps before the next try. It is an error when that would end after ctx does: then there is no next try.
func (p *Processor) wait(ctx context.Context, attempt int) error {
	pause := Backoff(attempt, p.options.Random())
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(p.options.Timing.Now()) <= pause {
		return context.DeadlineExceeded
	}
	return p.options.Timing.Sleep(ctx, pause)
}
