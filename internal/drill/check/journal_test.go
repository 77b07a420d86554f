package check_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/drill/check"
)

// pages is a table that answers a page of one item at a time.
type pages struct {
	t     *testing.T
	items []map[string]types.AttributeValue
}

func (p pages) Scan(_ context.Context, input *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	if !aws.ToBool(input.ConsistentRead) {
		p.t.Error("the journal is read without strong consistency")
	}
	at := 0
	if input.ExclusiveStartKey != nil {
		at = len(input.ExclusiveStartKey["page"].(*types.AttributeValueMemberS).Value)
	}
	output := &dynamodb.ScanOutput{Items: p.items[at : at+1]}
	if at+1 < len(p.items) {
		output.LastEvaluatedKey = map[string]types.AttributeValue{"page": text(strings.Repeat("x", at+1))}
	}
	return output, nil
}

func text(value string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: value} }
func number(value string) types.AttributeValue { return &types.AttributeValueMemberN{Value: value} }

func item(changes map[string]types.AttributeValue) map[string]types.AttributeValue {
	whole := map[string]types.AttributeValue{
		"sessionId": text("r1.1"), "transactionId": text("t1"), "amount": text("12.50"), "minorUnits": number("1250"), "currency": text("USD"),
		"region": text("us-east-1"), "epoch": number("3"), "status": text("completed"), "createdAt": text("2026-11-23T12:00:00.000001Z"),
	}
	maps.Copy(whole, changes)
	return whole
}

func TestTheWholeJournalIsRead(t *testing.T) {
	processing := item(map[string]types.AttributeValue{"sessionId": text("r1.2"), "status": text("processing")})
	probe := map[string]types.AttributeValue{"sessionId": text("#probe/us-east-1"), "probedAt": text("now")}
	got, err := check.ReadJournal(t.Context(), pages{t, []map[string]types.AttributeValue{item(nil), probe, processing}}, "journal")
	if err != nil || len(got) != 2 {
		t.Fatalf("read %+v, error %v", got, err)
	}
	want := check.Item{PaymentID: "r1.1", TransactionID: "t1", Amount: "12.50", MinorUnits: 1250, Currency: "USD", Region: "us-east-1", Epoch: 3,
		CreatedAt: at(0).Add(1000), Completed: true}
	if got[0] != want || got[1].Completed || got[1].PaymentID != "r1.2" {
		t.Errorf("read %+v", got)
	}
}

func TestItemsThatCannotBeRead(t *testing.T) {
	for name, change := range map[string]struct {
		attribute string
		value     types.AttributeValue
		want      string
	}{
		"a number as text":   {"minorUnits", text("1250"), "minorUnits is no number"},
		"half a minor unit":  {"minorUnits", number("1250.5"), "minorUnits is no whole number"},
		"no transaction":     {"transactionId", nil, "transactionId is no text"},
		"an empty text":      {"currency", text(""), "currency is no text"},
		"a status of others": {"status", text("done"), `status is "done"`},
		"a date":             {"createdAt", text("2026-11-23"), "createdAt is no time"},
	} {
		t.Run(name, func(t *testing.T) {
			stored := item(map[string]types.AttributeValue{change.attribute: change.value})
			got, err := check.ReadJournal(t.Context(), pages{t, []map[string]types.AttributeValue{stored}}, "journal")
			if err != nil || len(got) != 1 || got[0].Fault != change.want || got[0].PaymentID != "r1.1" || got[0].TransactionID != "" {
				t.Errorf("read %+v, error %v", got, err)
			}
		})
	}
}
