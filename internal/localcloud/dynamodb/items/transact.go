package items

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
)

// TransactInput is what transactions of both kinds name.
type TransactInput struct {
	TransactItems []map[string]struct{ TableName *string }
}

// Transact refuses a transaction: a strong table has none ("How global tables work": transactions return an error), and
// this endpoint has none for other tables.
func (s *Service) Transact(ctx context.Context, input *TransactInput) (any, error) {
	for _, one := range input.TransactItems {
		for _, action := range one {
			if action.TableName == nil {
				continue
			}
			table, err := s.table(ctx, action.TableName)
			if err != nil {
				return nil, err
			}
			if table.Strong {
				return nil, fault.Validation("Transactional operations are not supported on a global table with multi-Region strong consistency: %s", table.Name)
			}
		}
	}
	return nil, fault.NotModelled("A transaction")
}
