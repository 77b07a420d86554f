package control

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// timeLayout is RFC 3339 in UTC with exactly six decimals, so that texts sort as the times do.
const timeLayout = "2006-01-02T15:04:05.000000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func itemKey(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": text(pk), "sk": text(sk)}
}

func encodeLease(lease Lease) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": text("lease"), "sk": text("current"),
		"region": text(lease.Region), "epoch": number(lease.Epoch), "seq": number(lease.Seq),
		"state": text(string(lease.State)), "holder": text(lease.Holder),
		"updatedAt": text(formatTime(lease.UpdatedAt)), "version": number(lease.Version), "schema": number(Schema),
	}
}

// decodeLease judges the schema first: a newer item may mean something else by every other attribute.
func decodeLease(item map[string]types.AttributeValue) (Lease, error) {
	r := reader{item: item}
	schema := r.number("schema")
	if r.err == nil && schema > Schema {
		return Lease{}, fmt.Errorf("%w: it has %d, this program reads up to %d", ErrNewerSchema, schema, Schema)
	}
	lease := Lease{
		Region: r.text("region"), Epoch: r.number("epoch"), Seq: r.number("seq"), State: payment.LeaseState(r.text("state")),
		Holder: r.text("holder"), UpdatedAt: r.time("updatedAt"), Version: r.number("version"),
	}
	if r.err == nil {
		r.err = lease.validate()
	}
	if r.err == nil && (lease.Version < 1 || schema < 1) {
		r.err = fmt.Errorf("version is %d, schema %d, both start at 1", lease.Version, schema)
	}
	if r.err != nil {
		return Lease{}, fmt.Errorf("%w: %w", ErrCorrupt, r.err)
	}
	return lease, nil
}

// reader takes attributes out of an item and keeps the first fault.
type reader struct {
	item map[string]types.AttributeValue
	err  error
}

func (r *reader) fail(name, value string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribute %s is %q", name, value)
	}
}

func (r *reader) text(name string) string {
	value, ok := r.item[name].(*types.AttributeValueMemberS)
	if !ok {
		r.fail(name, "not a string")
		return ""
	}
	return value.Value
}

func (r *reader) number(name string) int64 {
	value, ok := r.item[name].(*types.AttributeValueMemberN)
	if !ok {
		r.fail(name, "not a number")
		return 0
	}
	parsed, err := strconv.ParseInt(value.Value, 10, 64)
	if err != nil {
		r.fail(name, value.Value)
	}
	return parsed
}

func (r *reader) time(name string) time.Time {
	stored := r.text(name)
	parsed, err := time.Parse(timeLayout, stored)
	if err != nil {
		r.fail(name, stored)
	}
	return parsed
}
