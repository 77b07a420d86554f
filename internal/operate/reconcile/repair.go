package reconcile

import (
	"context"
	"errors"
	"fmt"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Poster is the active Region's ledger to write to; *ledger.Store is one.
type Poster interface {
	PostMany(context.Context, []payment.Posting) ([]ledger.PostOutcome, error)
}

// Lease reads the lease; *control.Store does.
type Lease interface {
	Load(context.Context) (control.Lease, error)
}

// ErrTermOver ends a repair: the term in which it began is over, or the ledger has seen a newer one. What was posted
// before stays.
var ErrTermOver = errors.New("the term in which the repair began is over")

// repairBatch is how many payments are posted in one transaction.
const repairBatch = 100

// Repair posts what the active ledger lacks, under the term that holds now: the ledger refuses any other. The journal's
// records are not touched: pending ones are completed by the controller's sweep, which finds them posted. It returns how
// many it posted, and marks their findings.
func Repair(ctx context.Context, options Options, report *Report, active Tally, lease Lease, poster Poster) (int, error) {
	term, err := lease.Load(ctx)
	if err != nil {
		return 0, err
	}
	var todo []int
	for i, finding := range report.Findings {
		if finding.Kind == Missing && finding.Ledger == active.Name {
			todo = append(todo, i)
		}
	}
	posted := 0
	for len(todo) > 0 {
		part := todo[:min(repairBatch, len(todo))]
		todo = todo[len(part):]
		now, err := lease.Load(ctx)
		if err != nil {
			return posted, err
		}
		if now.Region != active.Region || now.Epoch != term.Epoch || now.State != payment.LeaseActive {
			return posted, fmt.Errorf("%w: %s holds epoch %d (%s)", ErrTermOver, now.Region, now.Epoch, now.State)
		}
		done, err := repairPart(ctx, options, report, part, now.Epoch, poster)
		posted += done
		if err != nil {
			return posted, err
		}
	}
	return posted, nil
}

func repairPart(ctx context.Context, options Options, report *Report, part []int, epoch int64, poster Poster) (int, error) {
	postings := make([]payment.Posting, len(part))
	for i, at := range part {
		record, err := get(ctx, options, report.Findings[at].PaymentID)
		if err != nil {
			return 0, err
		}
		postings[i] = payment.Posting{
			PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money, Region: record.Region, Epoch: epoch, AcceptedAt: record.CreatedAt,
		}
	}
	outcomes, err := poster.PostMany(ctx, postings)
	posted := 0
	for i, outcome := range outcomes {
		finding := &report.Findings[part[i]]
		switch {
		case outcome.Err == nil:
			finding.Repaired = true
			if outcome.Posted {
				posted++
			}
		case errors.Is(outcome.Err, payment.ErrFenced), errors.Is(outcome.Err, payment.ErrLedgerUnavailable):
			err = errors.Join(err, fmt.Errorf("%w: %w", ErrTermOver, outcome.Err))
		default:
			finding.Detail += ": " + outcome.Err.Error()
		}
	}
	return posted, err
}
