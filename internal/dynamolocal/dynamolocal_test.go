package dynamolocal_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
)

func TestServerListensOnLoopbackAndEndsWithStop(t *testing.T) {
	started := time.Now()
	server, err := dynamolocal.Start(t.Context())
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

func TestMissingJavaSaysWhatToInstall(t *testing.T) {
	if _, err := dynamolocal.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := dynamolocal.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "openjdk-17") {
		t.Fatalf("Start without java = %v, want an error that names what to install", err)
	}
}
