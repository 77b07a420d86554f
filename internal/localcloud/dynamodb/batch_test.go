package dynamodb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
)

// The parts of a batch are done at the same time: a hundred strong reads take about as long as one, not a hundred round
// trips between Regions. A controller reads so what it replays.
func TestBatchesAreDoneAtOnce(t *testing.T) {
	const oneWay, parts = 20 * time.Millisecond, 100
	cluster := clustertest.Start(t, clustertest.Options{Delay: oneWay})
	table := cluster.ControlTable(t, "batched")
	for _, region := range []string{clustertest.East, clustertest.West} {
		client := cluster.Client(t, region)
		var keys []map[string]types.AttributeValue
		for part := range parts {
			keys = append(keys, key(fmt.Sprint(region, part)))
		}
		began := time.Now()
		for first := 0; first < parts; first += 25 {
			var writes []types.WriteRequest
			for _, item := range keys[first : first+25] {
				writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
			}
			output, err := client.BatchWriteItem(t.Context(), &sdk.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: writes}})
			if err != nil {
				t.Fatal(err)
			}
			if len(output.UnprocessedItems) > 0 {
				t.Fatalf("write a batch: %d not processed", len(output.UnprocessedItems))
			}
		}
		written := time.Now()
		output, err := client.BatchGetItem(t.Context(), &sdk.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(output.Responses[table]) != parts || len(output.UnprocessedKeys) > 0 {
			t.Fatalf("read a batch: %d items, %d not processed", len(output.Responses[table]), len(output.UnprocessedKeys))
		}
		wrote, read := written.Sub(began), time.Since(written)
		t.Logf("%s: %d written in %s, read in %s", region, parts, wrote.Round(time.Millisecond), read.Round(time.Millisecond))
		// One after the other they would take at least a round trip each.
		if limit := parts * 2 * oneWay / 2; wrote > limit || read > limit {
			t.Errorf("%s: writing took %s and reading %s, want each within %s", region, wrote, read, limit)
		}
	}
}
