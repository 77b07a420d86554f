package journal

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// MostAtOnce is how many payments GetMany reads in one call: DynamoDB's limit.
const MostAtOnce = 100

// Many is what GetMany found.
type Many struct {
	// Records are those that are there, in no order.
	Records []payment.Record
	// Corrupt are there and cannot be read: payment.ErrRecordCorrupt, with the id.
	Corrupt []error
}

// GetMany reads the latest records of up to MostAtOnce payments; those that are not there are left out. The reads are
// strongly consistent, each for itself. On an error nothing is known of those that are missing.
func (s *Store) GetMany(ctx context.Context, paymentIDs []string) (Many, error) {
	if len(paymentIDs) > MostAtOnce {
		return Many{}, fmt.Errorf("get %d payments: at most %d at once", len(paymentIDs), MostAtOnce)
	}
	keys, seen := make([]map[string]types.AttributeValue, 0, len(paymentIDs)), make(map[string]bool, len(paymentIDs))
	for _, id := range paymentIDs {
		if !seen[id] {
			seen[id] = true
			keys = append(keys, itemKey(id))
		}
	}
	var found Many
	for attempt := 1; len(keys) > 0; attempt++ {
		output, err := s.getBatch(ctx, keys)
		if err != nil {
			return found, wrap(err, nil, "get payments", fmt.Sprintf("(%d)", len(keys)))
		}
		for _, item := range output.Responses[s.table] {
			found.add(item)
		}
		// What the table would not read at once is asked for again, more slowly.
		if keys = output.UnprocessedKeys[s.table].Keys; len(keys) == 0 {
			break
		}
		if err := pause.For(ctx, payment.Backoff(attempt, 1)); err != nil {
			return found, fmt.Errorf("get payments: %w: %w", payment.ErrJournalBusy, err)
		}
	}
	return found, nil
}

func (s *Store) getBatch(ctx context.Context, keys []map[string]types.AttributeValue) (*dynamodb.BatchGetItemOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	return s.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
	}, listRetries)
}

func (m *Many) add(item map[string]types.AttributeValue) {
	record, err := decode(item)
	if err != nil {
		id, _ := item["sessionId"].(*types.AttributeValueMemberS)
		if id == nil {
			id = &types.AttributeValueMemberS{}
		}
		m.Corrupt = append(m.Corrupt, fmt.Errorf("get payment %s: %w", id.Value, err))
		return
	}
	m.Records = append(m.Records, record)
}
