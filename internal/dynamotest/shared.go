package dynamotest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
)

// shared is the one server of a test process: its start costs a second, its tables cost nothing.
var shared = sync.OnceValues(func() (*dynamolocal.Server, error) { return dynamolocal.Start(context.Background()) })

var tableNumber atomic.Int64

// Shared is the test process's server; it is started by the first test that asks. A server that cannot be had fails
// the test with what to install: these tests are never skipped.
func Shared(t testing.TB) *dynamolocal.Server {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// Client is a client of the shared server. Each wrap goes around the transport, the last one outermost.
func Client(t testing.TB, wrap ...func(http.RoundTripper) http.RoundTripper) *dynamodb.Client {
	t.Helper()
	base := &http.Transport{MaxIdleConnsPerHost: 128}
	t.Cleanup(base.CloseIdleConnections)
	var transport http.RoundTripper = base
	for _, one := range wrap {
		transport = one(transport)
	}
	config := Shared(t).Config()
	config.HTTPClient = &http.Client{Transport: transport}
	return dynamodb.NewFromConfig(config)
}

// JournalTable creates an empty session table for this test and returns its name.
func JournalTable(t testing.TB) string {
	t.Helper()
	return create(t, "journal", dynamolocal.JournalSchema)
}

// ControlTable creates an empty control table for this test and returns its name.
func ControlTable(t testing.TB) string {
	t.Helper()
	return create(t, "control", dynamolocal.ControlSchema)
}

func create(t testing.TB, kind string, schema func(string) *dynamodb.CreateTableInput) string {
	t.Helper()
	test := strings.Map(func(r rune) rune {
		if r < 'A' || r > 'z' || (r > 'Z' && r < 'a') {
			return '-'
		}
		return r
	}, t.Name())
	name := fmt.Sprintf("%s-%.60s-%d", kind, test, tableNumber.Add(1))
	if _, err := Client(t).CreateTable(context.Background(), schema(name)); err != nil {
		t.Fatalf("create table %s: %v", name, err)
	}
	return name
}
