package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Journal is what is read of the journal; *journal.Store is one.
type Journal interface {
	Get(ctx context.Context, paymentID string) (payment.Record, error)
	ListCreated(ctx context.Context, from, to time.Time) iter.Seq2[journal.Entry, error]
}

// Ledger is what is read of a ledger; *ledger.Store is one.
type Ledger interface {
	Payment(ctx context.Context, paymentID string) (ledger.Payment, error)
	ListPostedSince(ctx context.Context, since time.Time) iter.Seq2[ledger.Payment, error]
}

// Side is one ledger to compare. A nil Store was not reached: Tally.Problem says why.
type Side struct {
	Tally Tally
	Store Ledger
}

// Options are what a run compares.
type Options struct {
	Journal  Journal
	Sides    []Side
	From, To time.Time
	// Now is the wall clock; Sleep waits, or returns ctx's error.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	// Progress is told how far the run is; nil: nobody is.
	Progress func(until time.Time, payments int)
}

// Bounds of one span, which is in memory at once, and of the reading of it.
const (
	firstSpan, shortestSpan, longestSpan = 10 * time.Minute, time.Minute, 6 * time.Hour
	manyPayments                         = 50_000
	workers                              = 16
	tries                                = 6
)

// Run compares span by span. A ledger that fails on the way is given up, with its problem, and the others go on; an
// error is the journal's, or ctx's.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{From: options.From, To: options.To, Findings: []Finding{}}
	sides := options.Sides
	length := firstSpan
	for start := options.From; start.Before(options.To); {
		end := start.Add(length)
		if options.To.Before(end) {
			end = options.To
		}
		seen, corrupt, err := read(ctx, options, sides, start, end)
		if err != nil {
			return Report{}, err
		}
		report.Payments += len(seen.records) + len(corrupt)
		report.Findings = append(report.Findings, corrupt...)
		for i := range sides {
			if sides[i].Tally.Problem == "" {
				report.Findings = append(report.Findings, compare(seen, &sides[i].Tally, options.Now())...)
			}
		}
		if options.Progress != nil {
			options.Progress(end, report.Payments)
		}
		switch {
		case len(seen.records) > manyPayments:
			length = max(length/2, shortestSpan)
		case len(seen.records) < manyPayments/4:
			length = min(2*length, longestSpan)
		}
		start = end
	}
	for _, side := range sides {
		report.Ledgers = append(report.Ledgers, side.Tally)
	}
	return report, nil
}

// read reads a span of everything. The ledgers are read first: a payment is in the journal before it is in a ledger, so
// one that is posted meanwhile is not taken for extra.
func read(ctx context.Context, options Options, sides []Side, from, to time.Time) (span, []Finding, error) {
	seen := span{
		records: map[string]payment.Record{}, posted: map[string]map[string]ledger.Payment{}, outside: map[string]payment.Record{},
		elsewhere: map[string]map[string]bool{},
	}
	for i := range sides {
		side := &sides[i]
		if side.Tally.Problem != "" {
			continue
		}
		posted, err := readLedger(ctx, side.Store, from, to)
		if ctx.Err() != nil {
			return span{}, nil, ctx.Err()
		}
		if err != nil {
			side.Tally.Problem = err.Error()
			continue
		}
		seen.posted[side.Tally.Name] = posted
		if side.Tally.Role == Active {
			seen.active = side.Tally.Name
		}
	}
	var ids []string
	for entry, err := range options.Journal.ListCreated(ctx, from, to) {
		if err != nil {
			return span{}, nil, fmt.Errorf("list journal from %s: %w", moment(from), err)
		}
		ids = append(ids, entry.PaymentID)
	}
	corrupt, err := readRecords(ctx, options, ids, seen.records)
	if err == nil {
		err = lookAgain(ctx, options, sides, seen, from, to)
	}
	return seen, corrupt, err
}

func readLedger(ctx context.Context, store Ledger, from, to time.Time) (map[string]ledger.Payment, error) {
	posted := map[string]ledger.Payment{}
	for one, err := range store.ListPostedSince(ctx, from) {
		if err != nil {
			return nil, err
		}
		if !one.AcceptedAt.Before(to) {
			break
		}
		posted[one.PaymentID] = one
	}
	return posted, nil
}

// readRecords reads payments by their ids; those that cannot be read are findings.
func readRecords(ctx context.Context, options Options, ids []string, records map[string]payment.Record) ([]Finding, error) {
	read, faults := make([]payment.Record, len(ids)), make([]error, len(ids))
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < len(ids) && ctx.Err() == nil; i += workers {
				read[i], faults[i] = get(ctx, options, ids[i])
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var corrupt []Finding
	for i, fault := range faults {
		switch {
		case fault == nil:
			records[read[i].ID] = read[i]
		case errors.Is(fault, payment.ErrRecordCorrupt):
			corrupt = append(corrupt, Finding{Kind: Corrupt, PaymentID: ids[i], Detail: fault.Error()})
		case errors.Is(fault, payment.ErrRecordNotFound): // an index follows its items by a moment
		default:
			return nil, fault
		}
	}
	return corrupt, nil
}

// get reads one payment, again and again while the journal refuses or does not answer.
func get(ctx context.Context, options Options, id string) (payment.Record, error) {
	for attempt := 1; ; attempt++ {
		record, err := options.Journal.Get(ctx, id)
		if err == nil || attempt == tries || !errors.Is(err, payment.ErrJournalBusy) && !errors.Is(err, payment.ErrJournalAmbiguous) {
			return record, err
		}
		if err := options.Sleep(ctx, payment.Backoff(attempt, 0.5)); err != nil {
			return payment.Record{}, err
		}
	}
}

// lookAgain asks by the id for what seems to be missing on one side: an index may be behind, a posting may have come
// meanwhile, and a record may have been accepted at another time than it is posted with.
func lookAgain(ctx context.Context, options Options, sides []Side, seen span, from, to time.Time) error {
	within := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	for i := range sides {
		side := &sides[i]
		posted := seen.posted[side.Tally.Name]
		for id := range posted {
			if _, known := seen.records[id]; known {
				continue
			}
			record, err := get(ctx, options, id)
			switch {
			case err == nil && within(record.CreatedAt):
				seen.records[id] = record
			case err == nil:
				seen.outside[id] = record
			case !errors.Is(err, payment.ErrRecordNotFound) && !errors.Is(err, payment.ErrRecordCorrupt):
				return err
			}
		}
	}
	for i := range sides {
		if side := &sides[i]; side.Tally.Problem == "" && side.Tally.Role != Restored { // that may lack any
			if err := lookForPostings(ctx, options, side, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookForPostings asks a ledger for what its listing of the span lacks.
func lookForPostings(ctx context.Context, options Options, side *Side, seen span) error {
	posted, elsewhere := seen.posted[side.Tally.Name], map[string]bool{}
	seen.elsewhere[side.Tally.Name] = elsewhere
	for id := range seen.records {
		if _, known := posted[id]; known {
			continue
		}
		found, err := side.Store.Payment(ctx, id)
		switch {
		case err == nil && !found.AcceptedAt.Equal(seen.records[id].CreatedAt) && !found.AcceptedAt.Before(options.From) && found.AcceptedAt.Before(options.To):
			elsewhere[id] = true
		case err == nil:
			posted[id] = found
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.Is(err, ledger.ErrNotFound):
			side.Tally.Problem = err.Error()
			return nil
		}
	}
	return nil
}
