package control

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/journal/attribute"
	"github.com/paymentdr/paymentdr/internal/payment"
)

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func itemKey(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": text(pk), "sk": text(sk)}
}

func encodeLease(lease Lease) map[string]types.AttributeValue {
	item := map[string]types.AttributeValue{
		"pk": text("lease"), "sk": text("current"),
		"region": text(lease.Region), "epoch": number(lease.Epoch), "seq": number(lease.Seq),
		"state": text(string(lease.State)), "holder": text(lease.Holder),
		"updatedAt": text(attribute.FormatTime(lease.UpdatedAt)), "version": number(lease.Version), "schema": number(Schema),
	}
	if lease.InVain > 0 {
		item["inVain"] = number(lease.InVain)
	}
	return item
}

// decodeLease judges the schema first: a newer item may mean something else by every other attribute.
func decodeLease(item map[string]types.AttributeValue) (Lease, error) {
	r := attribute.Reader{Item: item}
	schema := r.Number("schema")
	if r.Err == nil && schema > Schema {
		return Lease{}, fmt.Errorf("%w: it has %d, this program reads up to %d", ErrNewerSchema, schema, Schema)
	}
	lease := Lease{
		Region: r.Text("region"), Epoch: r.Number("epoch"), Seq: r.Number("seq"), State: payment.LeaseState(r.Text("state")),
		Holder: r.Text("holder"), UpdatedAt: r.Time("updatedAt"), Version: r.Number("version"),
	}
	if _, counted := item["inVain"]; counted {
		lease.InVain = r.Number("inVain")
	}
	if r.Err == nil {
		r.Err = lease.validate()
	}
	if r.Err == nil && (lease.Version < 1 || schema < 1) {
		r.Err = fmt.Errorf("version is %d, schema %d, both start at 1", lease.Version, schema)
	}
	if r.Err != nil {
		return Lease{}, fmt.Errorf("%w: %w", ErrCorrupt, r.Err)
	}
	return lease, nil
}
