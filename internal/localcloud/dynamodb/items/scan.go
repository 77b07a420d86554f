package items

import (
	"context"
	"encoding/binary"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// ScanInput is the input of Scan.
type ScanInput struct {
	listing
	Segment, TotalSegments *int
}

const maxSegments = 1_000_000

func (i *ScanInput) constrainSegments(c *fault.Constraints) {
	if i.TotalSegments != nil {
		c.Require(*i.TotalSegments >= 1, quote(*i.TotalSegments), "totalSegments", "Member must have value greater than or equal to 1")
		c.Require(*i.TotalSegments <= maxSegments, quote(*i.TotalSegments), "totalSegments", "Member must have value less than or equal to 1000000")
	}
	if i.Segment != nil {
		c.Require(*i.Segment >= 0, quote(*i.Segment), "segment", "Member must have value greater than or equal to 0")
	}
}

func (i *ScanInput) checkSegments() error {
	switch {
	case i.Segment == nil && i.TotalSegments != nil:
		return fault.Validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case i.Segment != nil && i.TotalSegments == nil:
		return fault.Validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case i.Segment != nil && *i.Segment >= *i.TotalSegments:
		return fault.Validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", *i.Segment, *i.TotalSegments)
	}
	return nil
}

// Scan is Scan.
func (s *Service) Scan(ctx context.Context, input *ScanInput) (any, error) {
	var c fault.Constraints
	input.constrain(&c)
	input.constrainSegments(&c)
	if err := firstError(c.Err(), input.legacy.check(), input.checkSegments()); err != nil {
		return nil, err
	}
	parsed, err := input.parse(expressions{filter: input.FilterExpression, projection: input.ProjectionExpression})
	if err != nil {
		return nil, err
	}
	table, err := s.table(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	index, err := input.index(table)
	if err != nil {
		return nil, err
	}
	span, err := after(table, index, input.segment(store.Prefix(table, index)), input.ExclusiveStartKey)
	if err != nil {
		return nil, err
	}
	span.Strong = input.ConsistentRead
	answer, err := s.page(ctx, &input.listing, parsed, table, index, span)
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// segment is the part of the hash space that the segment has.
func (i *ScanInput) segment(prefix []byte) store.Span {
	whole := store.Span{From: prefix, To: attribute.PrefixEnd(prefix)}
	if i.Segment == nil {
		return whole
	}
	at := func(segment int) []byte {
		hash := uint32((uint64(segment) << 32) / uint64(*i.TotalSegments))
		return binary.BigEndian.AppendUint32(append([]byte(nil), prefix...), hash)
	}
	whole.From = at(*i.Segment)
	if *i.Segment+1 < *i.TotalSegments {
		whole.To = at(*i.Segment + 1)
	}
	return whole
}
