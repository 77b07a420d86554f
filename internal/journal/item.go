package journal

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Shards is the number of partitions of each index: enough that no index partition is hot below 16,000 writes a second.
const Shards = 16

// timeLayout is RFC 3339 in UTC with exactly six decimals, so that texts sort as the times do.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// FormatTime is t as the tables store it.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// ParseTime reads what FormatTime wrote.
func ParseTime(stored string) (time.Time, error) { return time.Parse(timeLayout, stored) }

// Shard is the shard of a payment id, 0 to Shards-1, in both indexes.
func Shard(paymentID string) int {
	hash := fnv.New32a()
	hash.Write([]byte(paymentID))
	return int(hash.Sum32() % Shards)
}

// pendingShard is the hash key of the index "pending".
func pendingShard(shard int) string { return strconv.Itoa(shard) }

// createdShard is the hash key of the index "created": the UTC hour and the shard, as in 2026-11-23T12/07.
func createdShard(at time.Time, shard int) string {
	return fmt.Sprintf("%s/%02d", at.UTC().Format("2006-01-02T15"), shard)
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func itemKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"sessionId": text(id)}
}

// encode is the item of a new record.
func encode(record payment.Record) map[string]types.AttributeValue {
	shard := Shard(record.ID)
	return map[string]types.AttributeValue{
		"sessionId":     text(record.ID),
		"status":        text(string(payment.StatusProcessing)),
		"transactionId": text(record.TransactionID),
		"fingerprint":   text(record.Fingerprint),
		"amount":        text(record.Money.Amount()),
		"currency":      text(record.Money.Currency),
		"minorUnits":    number(record.Money.MinorUnits),
		"region":        text(record.Region),
		"epoch":         number(record.Epoch),
		"createdAt":     text(FormatTime(record.CreatedAt)),
		"pendingShard":  text(pendingShard(shard)),
		"createdShard":  text(createdShard(record.CreatedAt, shard)),
	}
}

// decode reads an item; what encode and Complete cannot have written is payment.ErrRecordCorrupt.
func decode(item map[string]types.AttributeValue) (payment.Record, error) {
	r := reader{item: item}
	record := payment.Record{
		Payment: payment.Payment{
			ID:    r.text("sessionId"),
			Money: payment.Money{MinorUnits: r.number("minorUnits"), Currency: r.text("currency")},
		},
		TransactionID: r.text("transactionId"),
		Fingerprint:   r.text("fingerprint"),
		Status:        payment.Status(r.text("status")),
		Region:        r.text("region"),
		Epoch:         r.number("epoch"),
		CreatedAt:     r.time("createdAt"),
	}
	amount := r.text("amount")
	switch record.Status {
	case payment.StatusCompleted:
		record.CompletedAt, record.PostedRegion = r.time("completedAt"), r.text("postedRegion")
	case payment.StatusProcessing:
	default:
		r.fail("status", string(record.Status))
	}
	if r.err == nil && amount != record.Money.Amount() {
		r.err = fmt.Errorf("amount %s is not %d minor units of %s", amount, record.Money.MinorUnits, record.Money.Currency)
	}
	if r.err == nil && record.Payment.Fingerprint() != record.Fingerprint {
		r.err = fmt.Errorf("fingerprint %s is not that of %s %s", record.Fingerprint, record.ID, record.Money)
	}
	if r.err == nil {
		r.err = record.Payment.Validate()
	}
	if r.err != nil {
		return payment.Record{}, fmt.Errorf("%w: %w", payment.ErrRecordCorrupt, r.err)
	}
	return record, nil
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
	parsed, err := ParseTime(stored)
	if err != nil {
		r.fail(name, stored)
	}
	return parsed
}
