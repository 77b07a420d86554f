package dynamodb_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
)

// BenchmarkJournalWrites is conditional puts of the journal's size through the SDK, by clients of one Region.
func BenchmarkJournalWrites(b *testing.B) {
	cluster := clustertest.Start(b, clustertest.Options{})
	table := cluster.JournalTable(b, "journal")
	for _, region := range []string{clustertest.East, clustertest.West} {
		for _, clients := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/clients-%d", region, clients), func(b *testing.B) {
				measure(b, clients, cluster.Client(b, region), table)
			})
		}
	}
}

var benchmarkNumber atomic.Int64

func measure(b *testing.B, clients int, client *sdk.Client, table string) {
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range clients {
		group.Go(func() {
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				begun := time.Now()
				if err := begin(b, client, table, fmt.Sprintf("pay-%d", benchmarkNumber.Add(1))); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(begun)
			}
		})
	}
	group.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// begin is a put as the journal makes it.
func begin(b *testing.B, client *sdk.Client, table, id string) error {
	_, err := client.PutItem(b.Context(), &sdk.PutItemInput{
		TableName: aws.String(table), ConditionExpression: aws.String("attribute_not_exists(sessionId)"),
		Item: map[string]types.AttributeValue{
			"sessionId": text(id), "status": text("processing"), "transactionId": text(id), "amount": text("10.00"),
			"fingerprint": text("b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184"), "currency": text("USD"),
			"createdAt": text("2026-11-23T12:00:00.000000Z"), "pendingShard": text("7"), "createdShard": text("2026-11-23T12/07"),
		},
	})
	return err
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
