// Package forward listens at an address and carries every connection to wherever its Dial leads at that moment: through
// a link, to a database that moves, to the member that the first bytes name.
package forward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Dial connects an accepted client onward. What it has read from the client already it returns as head, to be sent
// first. The context ends when the forward is closed.
type Dial func(ctx context.Context, client net.Conn) (server net.Conn, head []byte, err error)

// Forward is an address that leads elsewhere.
type Forward struct {
	listener net.Listener
	dial     Dial
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// Listen opens the address, host:port; port 0 picks a free one. The caller closes the forward.
func Listen(address string, dial Dial) (*Forward, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	f := &Forward{listener: listener, dial: dial, ctx: ctx, cancel: cancel}
	f.running.Go(f.accept)
	return f, nil
}

// Address is where it listens.
func (f *Forward) Address() netip.AddrPort { return f.listener.Addr().(*net.TCPAddr).AddrPort() }

// Close stops listening, ends all connections and waits for them. It is safe to call twice.
func (f *Forward) Close() error {
	f.cancel()
	err := f.listener.Close()
	f.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (f *Forward) accept() {
	const pause = 10 * time.Millisecond // when the process has no file descriptor left
	for {
		client, err := f.listener.Accept()
		switch {
		case err == nil:
			f.running.Go(func() { f.carry(client) })
		case f.ctx.Err() != nil:
			return
		default:
			time.Sleep(pause)
		}
	}
}

// carry is one connection. A failed dial is a reset for the client, as from a host without a listener.
func (f *Forward) carry(client net.Conn) {
	stop := context.AfterFunc(f.ctx, func() { _ = client.Close() })
	defer stop()
	server, head, err := f.dial(f.ctx, client)
	if err != nil {
		reset(client)
		return
	}
	stopServer := context.AfterFunc(f.ctx, func() { _ = server.Close() })
	defer stopServer()
	defer server.Close()
	defer client.Close()
	if _, err := server.Write(head); err != nil {
		reset(client)
		return
	}
	var back sync.WaitGroup
	back.Go(func() { pass(client, server) })
	pass(server, client)
	back.Wait()
}

// pass copies until the source ends, and tells the other end so. A connection that cannot be half closed ends whole.
func pass(to, from net.Conn) {
	_, err := io.Copy(to, from)
	half, can := to.(interface{ CloseWrite() error })
	if err == nil && can && half.CloseWrite() == nil {
		return
	}
	_ = to.Close()
	_ = from.Close()
}

func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
