package endpoint

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Timeouts of a login: of the client as a whole (PostgreSQL's authentication_timeout is 60 s), and of reaching the server.
const (
	loginTimeout = 30 * time.Second
	dialTimeout  = 5 * time.Second
)

// Options describe an endpoint. Listener, TLS and Backend are required.
type Options struct {
	Listener net.Listener
	TLS      *tls.Config
	// RequireTLS refuses logins without TLS, as rds.force_ssl does.
	RequireTLS bool
	// Backend is the Unix socket of the server for a new connection; "" refuses it, as a host without a server does.
	Backend func() string
	// CheckToken says why the token does not let user in; nil refuses every token.
	CheckToken func(ctx context.Context, user, token string) error
	// Reserved are users that exist behind the endpoint only.
	Reserved []string
	Logger   *slog.Logger
}

// Endpoint is a running listener.
type Endpoint struct {
	options Options
	ctx     context.Context
	cancel  context.CancelFunc
	wait    sync.WaitGroup

	mu     sync.Mutex
	open   map[net.Conn]struct{} // of both sides
	closed bool
}

// Serve begins to accept connections; Close ends it.
func Serve(options Options) *Endpoint {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &Endpoint{options: options, ctx: ctx, cancel: cancel, open: map[net.Conn]struct{}{}}
	e.wait.Add(1)
	go e.accept()
	return e
}

// Drop ends all sessions and goes on listening.
func (e *Endpoint) Drop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for conn := range e.open {
		reset(conn)
	}
}

// Close stops listening, ends all sessions and waits for them. It is safe to call twice.
func (e *Endpoint) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.cancel()
	err := e.options.Listener.Close()
	e.Drop()
	e.wait.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (e *Endpoint) accept() {
	defer e.wait.Done()
	for {
		conn, err := e.options.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of file descriptors, mostly: the next try may work.
			e.options.Logger.Error("accept database connection", "error", err)
			select {
			case <-e.ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		if !e.track(conn) {
			continue
		}
		e.wait.Add(1)
		go func() {
			defer e.wait.Done()
			defer e.untrack(conn)
			if err := e.serve(conn); err != nil {
				e.options.Logger.Debug("database session refused", "address", e.options.Listener.Addr(), "error", err)
			}
		}()
	}
}

// track remembers a connection to end it with the endpoint; false when that has ended, and conn with it.
func (e *Endpoint) track(conn net.Conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		reset(conn)
		return false
	}
	e.open[conn] = struct{}{}
	return true
}

func (e *Endpoint) untrack(conn net.Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.open, conn)
	conn.Close() // closing twice is harmless
}

// reset closes a connection the hard way, as a host does that knows nothing of it.
func reset(conn net.Conn) {
	if linger, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = linger.SetLinger(0) // it is being closed either way
	}
	conn.Close()
}
