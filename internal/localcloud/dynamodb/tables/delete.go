package tables

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
)

// Delete is DeleteTable.
func (s *Service) Delete(ctx context.Context, input *named) (any, error) {
	table, err := s.find(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	switch {
	case table.Settings[s.Store.Region()].Protected:
		return nil, fault.Validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	case len(table.Regions) > 1:
		return nil, fault.Validation("Cannot delete table %s while it has replicas or a witness: remove them together first", table.Name)
	}
	if err := s.Store.Delete(ctx, table); err != nil {
		return nil, tableError(err, table.Name)
	}
	return map[string]any{"TableDescription": s.describe(table, "DELETING")}, nil
}
