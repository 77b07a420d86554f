package dynamotest_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/dynamotest"
)

func TestTablesAreAsTheStackDefinesThem(t *testing.T) {
	client := dynamotest.Client(t)
	journal, control := dynamotest.JournalTable(t), dynamotest.ControlTable(t)
	if other := dynamotest.JournalTable(t); other == journal {
		t.Fatalf("two tables have one name, %s", other)
	}
	for table, indexes := range map[string]int{journal: 2, control: 0} {
		described, err := client.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: aws.String(table)})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(described.Table.GlobalSecondaryIndexes); got != indexes {
			t.Errorf("table %s has %d indexes, want %d", table, got, indexes)
		}
	}
}
