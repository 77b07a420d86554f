package dynamodb

import (
	"log/slog"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/items"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/tables"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/wire"
)

// NewHandler is the endpoint of one Region over its store.
func NewHandler(s *store.Store, logger *slog.Logger) *wire.Handler {
	onItems, onTables := &items.Service{Store: s}, &tables.Service{Store: s}
	return &wire.Handler{Region: s.Region(), Logger: logger, Operations: map[string]wire.Operation{
		"PutItem":            wire.Typed(onItems.Put),
		"GetItem":            wire.Typed(onItems.Get),
		"UpdateItem":         wire.Typed(onItems.Update),
		"DeleteItem":         wire.Typed(onItems.Delete),
		"Query":              wire.Typed(onItems.Query),
		"Scan":               wire.Typed(onItems.Scan),
		"BatchGetItem":       wire.Typed(onItems.BatchGet),
		"BatchWriteItem":     wire.Typed(onItems.BatchWrite),
		"TransactGetItems":   wire.Typed(onItems.Transact),
		"TransactWriteItems": wire.Typed(onItems.Transact),

		"CreateTable":               wire.Typed(onTables.Create),
		"DescribeTable":             wire.Typed(onTables.Describe),
		"UpdateTable":               wire.Typed(onTables.Update),
		"DeleteTable":               wire.Typed(onTables.Delete),
		"ListTables":                wire.Typed(onTables.List),
		"TagResource":               wire.Typed(onTables.Tag),
		"UntagResource":             wire.Typed(onTables.Untag),
		"ListTagsOfResource":        wire.Typed(onTables.Tags),
		"DescribeContinuousBackups": wire.Typed(onTables.DescribeBackups),
		"UpdateContinuousBackups":   wire.Typed(onTables.UpdateBackups),
		"DescribeTimeToLive":        wire.Typed(onTables.DescribeTimeToLive),
		"UpdateTimeToLive":          wire.Typed(onTables.UpdateTimeToLive),
	}}
}
