package tables

import (
	"context"
	"errors"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// Service answers operations on one Region's tables.
type Service struct{ Store *store.Store }

// named is the input of operations that name a table and nothing else.
type named struct{ TableName *string }

// find is the table of a name or ARN.
func (s *Service) find(ctx context.Context, name *string) (*schema.Table, error) {
	var c fault.Constraints
	ConstrainName(&c, name)
	if err := c.Err(); err != nil {
		return nil, err
	}
	plain, err := PlainName(*name, s.Store.Region())
	if err != nil {
		return nil, err
	}
	table, err := s.Store.Table(ctx, plain)
	return table, tableError(err, plain)
}

func tableError(err error, name string) error {
	if errors.Is(err, store.ErrNoTable) {
		return fault.TableNotFound(name)
	}
	return err
}

// change changes the definition of a table.
func (s *Service) change(ctx context.Context, name *string, change func(*schema.Table) error) (*schema.Table, error) {
	found, err := s.find(ctx, name)
	if err != nil {
		return nil, err
	}
	table, err := s.Store.Update(ctx, found.Name, change)
	if errors.Is(err, store.ErrTableExists) {
		return nil, fault.Validation("Failed to create a the new replica of table with name: '%s' because one or more replicas already existed as tables.", found.Name)
	}
	return table, tableError(err, found.Name)
}

// setRegional changes what this Region's replica has for itself.
func (s *Service) setRegional(ctx context.Context, name *string, change func(*schema.Regional) error) (*schema.Table, error) {
	return s.change(ctx, name, func(table *schema.Table) error {
		own := table.Settings[s.Store.Region()]
		if err := change(&own); err != nil {
			return err
		}
		table.Settings[s.Store.Region()] = own
		return nil
	})
}
