package dynamotest_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/paymentdr/paymentdr/internal/dynamotest"
)

func TestServerListensOnLoopbackAndEndsWithStop(t *testing.T) {
	started := time.Now()
	server, err := dynamotest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %v", time.Since(started).Round(time.Millisecond))
	address, ok := strings.CutPrefix(server.Endpoint, "http://127.0.0.1:")
	if !ok {
		t.Fatalf("endpoint %s is not on loopback", server.Endpoint)
	}
	if connection, err := net.Dial("tcp", "127.0.0.1:"+address); err != nil {
		t.Fatalf("dial running server: %v", err)
	} else {
		connection.Close()
	}
	server.Stop()
	server.Stop()
	if connection, err := net.Dial("tcp", "127.0.0.1:"+address); err == nil {
		connection.Close()
		t.Fatal("server still listens after Stop")
	}
}

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

func TestMissingJavaSaysWhatToInstall(t *testing.T) {
	if _, err := dynamotest.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := dynamotest.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "openjdk-17") {
		t.Fatalf("Start without java = %v, want an error that names what to install", err)
	}
}
