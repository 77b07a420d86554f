package main_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/journal/journaltest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
)

// The journal's contract holds in the Region that is left while the other is killed (kill -9) and started again and again.
func TestJournalContractWhileARegionIsKilled(t *testing.T) {
	const rounds, tests, leastKills = 2, 15, 2 // the contract has a few tests less
	c := newCloud(t)
	c.up()
	east, west := c.dynamoDB("us-east-1"), c.dynamoDB("us-west-2")
	tables := make(chan string, rounds*tests)
	for n := range cap(tables) {
		name := fmt.Sprintf("contract-%d", n)
		if _, err := east.CreateTable(t.Context(), dynamolocal.JournalSchema(name)); err != nil {
			t.Fatal(err)
		}
		if _, err := east.UpdateTable(t.Context(), clustertest.Strong(name)); err != nil {
			t.Fatal(err)
		}
		tables <- name
	}
	var kills atomic.Int64
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			for _, order := range []string{"kill", "start"} {
				select {
				case <-ended:
					return
				case <-time.After(time.Second):
				}
				if got, err := c.run(t.Context(), "local", order, "us-east-1"); err != nil || got.code != 0 {
					t.Errorf("local %s us-east-1: code %d, %v\n%s", order, got.code, err, got.stderr)
					return
				}
			}
			kills.Add(1)
		}
	}()
	for round := 0; round < rounds && (round == 0 || kills.Load() < leastKills); round++ {
		t.Run(fmt.Sprintf("round-%d", round), func(t *testing.T) {
			journaltest.Run(t, func(t *testing.T) []*journal.Store {
				return []*journal.Store{journal.New(west, <-tables, journal.Options{AttemptTimeout: 10 * time.Second, PageSize: 3})}
			})
		})
	}
	close(ended)
	<-stopped
	if kills.Load() < leastKills {
		t.Errorf("the contract was held to while the Region was killed %d times, want %d", kills.Load(), leastKills)
	}
}

// dynamoDB is a client of a Region's endpoint, by the variables that a user gets.
func (c cloud) dynamoDB(region string) *dynamodb.Client {
	c.t.Helper()
	variables := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^export (\w+)='?([^'\n]*)'?$`).FindAllStringSubmatch(c.says(0, "", "local", "env", region), -1) {
		variables[found[1]] = found[2]
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted(c.t, variables["AWS_CA_BUNDLE"]), MinVersion: tls.VersionTLS12}}
	c.t.Cleanup(transport.CloseIdleConnections)
	return dynamodb.New(dynamodb.Options{
		Region: region, BaseEndpoint: aws.String(variables["AWS_ENDPOINT_URL"]), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], ""),
	})
}
