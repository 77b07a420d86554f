package endpoint_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds/endpoint"
	"github.com/paymentdr/paymentdr/internal/postgres/certificate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// head is a message without a type.
func head(code uint32, rest string) []byte {
	message := binary.BigEndian.AppendUint32(nil, uint32(8+len(rest)))
	return append(binary.BigEndian.AppendUint32(message, code), rest...)
}

const (
	protocol3  = 3 << 16
	requestTLS = 80877103
	requestGSS = 80877104
)

// serve starts an endpoint before a server that lets everybody in and then echoes. The real server's part is tested
// with the package rds.
func serve(t *testing.T, change func(*endpoint.Options)) (address string, front *endpoint.Endpoint) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "socket")
	server, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			first := make([]byte, 4)
			if _, err := io.ReadFull(conn, first); err == nil {
				if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(first)-4)); err == nil {
					conn.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 0})
					io.Copy(conn, conn)
				}
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { server.Close(); <-done })
	authority, err := certificate.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	issued, err := authority.Issue("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(issued.CertificatePEM, issued.KeyPEM)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	options := endpoint.Options{Listener: listener, TLS: &tls.Config{Certificates: []tls.Certificate{pair}}, Reserved: []string{"postgres"},
		Backend: func() string { return socket },
		CheckToken: func(_ context.Context, user, token string) error {
			if user != "app" || token != "good" {
				return errors.New("wrong token")
			}
			return nil
		}}
	if change != nil {
		change(&options)
	}
	front = endpoint.Serve(options)
	t.Cleanup(func() {
		if err := front.Close(); err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), front
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// secure asks for TLS after a refused request for GSS.
func secure(t *testing.T, conn net.Conn) net.Conn {
	t.Helper()
	answer(t, conn, head(requestGSS, ""), 'N')
	answer(t, conn, head(requestTLS, ""), 'S')
	return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // verifying is tested with the package rds
}

func answer(t *testing.T, conn net.Conn, send []byte, want byte) {
	t.Helper()
	got := make([]byte, 1)
	if _, err := conn.Write(send); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, got); err != nil || got[0] != want {
		t.Fatalf("answer %q, error %v; want %q", got, err, want)
	}
}

func TestTokenOpensASessionThatEndsWithTheEndpoint(t *testing.T) {
	address, front := serve(t, nil)
	conn := secure(t, dial(t, address))
	if _, err := conn.Write(head(protocol3, "user\x00app\x00\x00")); err != nil {
		t.Fatal(err)
	}
	exchange := func(send, want string) {
		t.Helper()
		if _, err := conn.Write([]byte(send)); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Fatalf("answer %q, error %v; want %q", got, err, want)
		}
	}
	exchange("", "R\x00\x00\x00\x08\x00\x00\x00\x03") // cleartext password
	exchange("p\x00\x00\x00\x09good\x00", "R\x00\x00\x00\x08\x00\x00\x00\x00")
	exchange("echo", "echo")
	front.Drop()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the session outlived Drop")
	}
	stalled := dial(t, address) // says nothing
	if err := front.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := stalled.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlived Close")
	}
}

func TestRefusedLogins(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*endpoint.Options)
		secure bool
		send   string
		want   string // in the answer; "" is an end without an answer
	}{
		"wrong token":          {secure: true, send: string(head(protocol3, "user\x00app\x00\x00")) + "p\x00\x00\x00\x08bad\x00", want: `PAM authentication failed for user "app"`},
		"another message":      {secure: true, send: string(head(protocol3, "user\x00app\x00\x00")) + "Q\x00\x00\x00\x08bad\x00", want: "expected password response"},
		"a token without TLS":  {send: string(head(protocol3, "user\x00app\x00\x00")), want: "PAM authentication failed"},
		"no tokens at all":     {change: func(o *endpoint.Options) { o.CheckToken = nil }, secure: true, send: string(head(protocol3, "user\x00app\x00\x00")), want: "PAM authentication failed"},
		"TLS is required":      {change: func(o *endpoint.Options) { o.RequireTLS = true }, send: string(head(protocol3, "user\x00app\x00\x00")), want: "no encryption"},
		"reserved user":        {secure: true, send: string(head(protocol3, "user\x00postgres\x00\x00")), want: "rejects connection"},
		"replication":          {secure: true, send: string(head(protocol3, "user\x00app\x00replication\x00true\x00\x00")), want: "rejects connection"},
		"no user":              {secure: true, send: string(head(protocol3, "\x00")), want: "invalid startup packet"},
		"protocol 2":           {secure: true, send: string(head(2<<16, "user\x00app\x00\x00")), want: "invalid startup packet"},
		"a length of 2 GB":     {send: "\x7f\xff\xff\xff\x00\x03\x00\x00"},
		"a length of nothing":  {send: "\x00\x00\x00\x00\x00\x03\x00\x00"},
		"an HTTP request":      {send: "GET / HTTP/1.1\r\n\r\n"},
		"TLS twice":            {secure: true, send: string(head(requestTLS, ""))},
		"endless GSS requests": {send: strings.Repeat(string(head(requestGSS, "")), 3), want: "NNN"},
		"no server":            {change: func(o *endpoint.Options) { o.Backend = func() string { return "" } }, secure: true, send: string(head(protocol3, "user\x00app\x00\x00"))},
		"a dead server":        {change: func(o *endpoint.Options) { o.Backend = func() string { return "/nowhere" } }, secure: true, send: string(head(protocol3, "user\x00app\x00\x00"))},
	} {
		t.Run(name, func(t *testing.T) {
			address, _ := serve(t, test.change)
			conn := dial(t, address)
			if test.secure {
				conn = secure(t, conn)
			}
			if _, err := conn.Write([]byte(test.send)); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(conn) // an end of any kind; the deadline would be none
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				t.Fatalf("the connection stays open after %q", got)
			}
			if !strings.Contains(string(got), test.want) || (test.want == "" && len(got) > 0) {
				t.Errorf("answer %q, want %q", got, test.want)
			}
		})
	}
}
