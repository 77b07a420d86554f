package check

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Scanner is the part of the DynamoDB client that reading the journal needs.
type Scanner interface {
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// notPayments begins the keys of items that are no payments; no payment id can begin so.
const notPayments = "#"

// ReadJournal reads every payment of the table, strongly consistent. An item that cannot be understood is returned with
// its fault, for the judge.
func ReadJournal(ctx context.Context, api Scanner, table string) ([]Item, error) {
	var items []Item
	for next := map[string]types.AttributeValue(nil); ; {
		output, err := api.Scan(ctx, &dynamodb.ScanInput{
			TableName: aws.String(table), ConsistentRead: aws.Bool(true), ExclusiveStartKey: next,
		}, func(o *dynamodb.Options) { o.Retryer = retry.NewStandard() })
		if err != nil {
			return nil, fmt.Errorf("scan journal %s: %w", table, err)
		}
		for _, stored := range output.Items {
			if id := decodeID(stored); !strings.HasPrefix(id, notPayments) {
				items = append(items, decode(id, stored))
			}
		}
		if next = output.LastEvaluatedKey; len(next) == 0 {
			return items, nil
		}
	}
}

func decodeID(stored map[string]types.AttributeValue) string {
	id, ok := stored["sessionId"].(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return id.Value
}

func decode(id string, stored map[string]types.AttributeValue) Item {
	item := Item{PaymentID: id}
	var faults []string
	text := func(name string) string {
		value, ok := stored[name].(*types.AttributeValueMemberS)
		if !ok || value.Value == "" {
			faults = append(faults, name+" is no text")
			return ""
		}
		return value.Value
	}
	number := func(name string) int64 {
		value, ok := stored[name].(*types.AttributeValueMemberN)
		if !ok {
			faults = append(faults, name+" is no number")
			return 0
		}
		parsed, err := strconv.ParseInt(value.Value, 10, 64)
		if err != nil {
			faults = append(faults, name+" is no whole number")
		}
		return parsed
	}
	item.TransactionID, item.Amount, item.Currency, item.Region = text("transactionId"), text("amount"), text("currency"), text("region")
	item.MinorUnits, item.Epoch = number("minorUnits"), number("epoch")
	created, err := time.Parse(time.RFC3339Nano, text("createdAt"))
	if err != nil {
		faults = append(faults, "createdAt is no time")
	}
	item.CreatedAt = created
	switch status := text("status"); status {
	case "completed":
		item.Completed = true
	case "processing":
	default:
		faults = append(faults, fmt.Sprintf("status is %q", status))
	}
	if len(faults) > 0 {
		return Item{PaymentID: id, Fault: strings.Join(faults, ", ")}
	}
	return item
}
