package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// batch is how many payments PostMany writes in one transaction: enough to make the round trip and the commit cheap,
// few enough that others do not wait long for a payment id in it (some 20 ms).
const batch = 250

// postManyStatement is one transaction in one round trip. Ids pass as text: the driver has no array of them.
const postManyStatement = `SELECT outcome, coalesce(detail, '')
FROM ledger.post_many($1, $2::text[]::uuid[], $3, $4, $5, $6, $7) ORDER BY place`

// PostOutcome is what PostMany says of one posting; Err is one of Post's errors.
type PostOutcome struct {
	payment.PostResult
	Err error
}

// PostMany posts for a replay: the outcomes stand in the order of the postings, which must have one epoch.
//
// A posting that the ledger refuses does not stop the others. The error tells why the rest was not tried, with Post's
// meaning; the outcomes up to there are returned with it, and repeating the whole call is safe.
func (s *Store) PostMany(ctx context.Context, postings []payment.Posting) ([]PostOutcome, error) {
	outcomes := make([]PostOutcome, 0, len(postings))
	for _, posting := range postings {
		if posting.Epoch != postings[0].Epoch {
			return nil, fmt.Errorf("post payments: epochs %d and %d in one call", postings[0].Epoch, posting.Epoch)
		}
	}
	for len(postings) > 0 {
		part := postings[:min(batch, len(postings))]
		postings = postings[len(part):]
		found, err := s.postBatch(ctx, part)
		if statementFault(err) {
			found, err = s.postEach(ctx, part)
		}
		outcomes = append(outcomes, found...)
		if err != nil {
			return outcomes, fmt.Errorf("post payments: %w", classify(err))
		}
	}
	return outcomes, nil
}

// postEach posts one by one, after one of them made the whole batch fail.
func (s *Store) postEach(ctx context.Context, postings []payment.Posting) ([]PostOutcome, error) {
	var outcomes []PostOutcome
	for _, posting := range postings {
		result, err := s.Post(ctx, posting)
		if ctx.Err() != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, PostOutcome{PostResult: result, Err: err})
	}
	return outcomes, nil
}

func (s *Store) postBatch(ctx context.Context, postings []payment.Posting) ([]PostOutcome, error) {
	var paymentIDs, transactionIDs, currencies, regions []string
	var minorUnits []int64
	var acceptedAt []time.Time
	for _, posting := range postings {
		paymentIDs = append(paymentIDs, posting.PaymentID)
		transactionIDs = append(transactionIDs, posting.TransactionID)
		minorUnits = append(minorUnits, posting.Money.MinorUnits)
		currencies = append(currencies, posting.Money.Currency)
		regions = append(regions, posting.Region)
		acceptedAt = append(acceptedAt, posting.AcceptedAt)
	}
	var outcomes []PostOutcome
	err := s.connections.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, postManyStatement,
			paymentIDs, transactionIDs, minorUnits, currencies, regions, postings[0].Epoch, acceptedAt)
		if err != nil {
			return err
		}
		outcomes = make([]PostOutcome, 0, len(postings))
		var outcome, detail string
		_, err = pgx.ForEachRow(rows, []any{&outcome, &detail}, func() error {
			if len(outcomes) == len(postings) {
				return fmt.Errorf("post_many answered more rows than the %d postings it got", len(postings))
			}
			result, err := result(postings[len(outcomes)].PaymentID, outcome, detail)
			outcomes = append(outcomes, PostOutcome{PostResult: result, Err: err})
			return nil
		})
		if err == nil && len(outcomes) != len(postings) {
			return fmt.Errorf("post_many answered %d rows for %d postings", len(outcomes), len(postings))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}
