package forward_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/forward"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers every line with a mark.
func echo(t *testing.T, mark string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					if _, err := io.WriteString(conn, mark+lines.Text()+"\n"); err != nil {
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func ask(t *testing.T, address, line string) (string, error) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, line+"\n"); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	return answer, err
}

func TestConnectionsGoWhereTheDialLeadsNow(t *testing.T) {
	var now atomic.Value
	now.Store(echo(t, "first: "))
	f, err := forward.Listen("127.0.0.1:0", func(ctx context.Context, _ net.Conn) (net.Conn, []byte, error) {
		target := now.Load().(string)
		if target == "" {
			return nil, nil, errors.New("nowhere")
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
		return conn, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if answer, err := ask(t, f.Address().String(), "hello"); answer != "first: hello\n" {
		t.Fatalf("answer %q, error %v", answer, err)
	}
	now.Store(echo(t, "second: "))
	if answer, err := ask(t, f.Address().String(), "hello"); answer != "second: hello\n" {
		t.Fatalf("after the move: answer %q, error %v", answer, err)
	}
	now.Store("")
	if answer, err := ask(t, f.Address().String(), "hello"); err == nil {
		t.Fatalf("led nowhere and answered %q", answer)
	}
}

func TestHeadIsSentFirstAndCloseEndsConnections(t *testing.T) {
	target := echo(t, "")
	f, err := forward.Listen("127.0.0.1:0", func(ctx context.Context, client net.Conn) (net.Conn, []byte, error) {
		head := make([]byte, 2)
		if _, err := io.ReadFull(client, head); err != nil {
			return nil, nil, err
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
		return conn, head, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if answer, err := ask(t, f.Address().String(), "hello"); answer != "hello\n" {
		t.Fatalf("answer %q, error %v", answer, err)
	}
	idle, err := net.Dial("tcp", f.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := idle.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := idle.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a connection outlived the forward: %v", err)
	}
}
