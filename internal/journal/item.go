package journal

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/journal/attribute"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Shards is the number of partitions of each index: enough that no index partition is hot below 16,000 writes a second.
const Shards = 16

// FormatTime is t as the tables store it.
func FormatTime(t time.Time) string { return attribute.FormatTime(t) }

// ParseTime reads what FormatTime wrote.
func ParseTime(stored string) (time.Time, error) { return attribute.ParseTime(stored) }

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
	r := attribute.Reader{Item: item}
	record := payment.Record{
		Payment: payment.Payment{
			ID:    r.Text("sessionId"),
			Money: payment.Money{MinorUnits: r.Number("minorUnits"), Currency: r.Text("currency")},
		},
		TransactionID: r.Text("transactionId"),
		Fingerprint:   r.Text("fingerprint"),
		Status:        payment.Status(r.Text("status")),
		Region:        r.Text("region"),
		Epoch:         r.Number("epoch"),
		CreatedAt:     r.Time("createdAt"),
	}
	amount := r.Text("amount")
	switch record.Status {
	case payment.StatusCompleted:
		record.CompletedAt, record.PostedRegion = r.Time("completedAt"), r.Text("postedRegion")
	case payment.StatusProcessing:
	default:
		r.Fail("status", string(record.Status))
	}
	if r.Err == nil && amount != record.Money.Amount() {
		r.Err = fmt.Errorf("amount %s is not %d minor units of %s", amount, record.Money.MinorUnits, record.Money.Currency)
	}
	if r.Err == nil && record.Payment.Fingerprint() != record.Fingerprint {
		r.Err = fmt.Errorf("fingerprint %s is not that of %s %s", record.Fingerprint, record.ID, record.Money)
	}
	if r.Err == nil {
		r.Err = record.Payment.Validate()
	}
	if r.Err != nil {
		return payment.Record{}, fmt.Errorf("%w: %w", payment.ErrRecordCorrupt, r.Err)
	}
	return record, nil
}
