package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// handshake waits for the SYN's way there and back: a cut in either direction keeps a connection from being made.
func (l *Link) handshake(ctx context.Context) error {
	start := time.Now()
	for {
		state, changed := l.now()
		switch {
		case l.isClosed():
			return errClosed
		case state.Reset:
			return errReset
		}
		var over <-chan time.Time // never, while cut
		late := time.Until(start.Add(state.RoundTrip))
		if state.Cut == Open && late <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(max(late, 0))
		if state.Cut == Open {
			over = timer.C
		}
		select {
		case <-over:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// errClosed is what waits for a handshake when the link is closed.
var errClosed = errors.New("the link is closed")

// DialContext connects through the link from inside this process, to an address at the other end. Unlike a connection
// to a Proxy it takes the round trip to connect, and does not connect while the link is cut.
func (l *Link) DialContext(ctx context.Context, from Direction, address string) (net.Conn, error) {
	if err := l.handshake(ctx); err != nil {
		return nil, fmt.Errorf("dial %s through link %s-%s: %w", address, l.a, l.b, err)
	}
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("through link %s-%s: %w", l.a, l.b, err)
	}
	near, far := net.Pipe()
	made := l.connect(far, from)
	if made == nil {
		return nil, errors.Join(fmt.Errorf("dial %s: link %s-%s is closed", address, l.a, l.b), server.Close(), near.Close(), far.Close())
	}
	made.establish(server)
	return near, nil
}

// Proxy is an address at one end of a link that leads to an address at the other.
type Proxy struct {
	link     *Link
	from     Direction
	target   string
	listener net.Listener
	closing  sync.Once
}

// Listen makes an address for processes at the beginning of the direction; what connects to it reaches the target at
// the other end. Port 0 picks a free one. The link's Close closes the proxy, too.
func (l *Link) Listen(from Direction, address netip.AddrPort, target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", address.String())
	if err != nil {
		return nil, fmt.Errorf("listen on %s for link %s-%s: %w", address, l.a, l.b, err)
	}
	proxy := &Proxy{link: l, from: from, target: target, listener: listener}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.closed {
		return nil, errors.Join(fmt.Errorf("listen on %s: link %s-%s is closed", address, l.a, l.b), listener.Close())
	}
	l.proxies[proxy] = true
	l.running.Go(proxy.accept)
	return proxy, nil
}

// Address is where processes connect.
func (p *Proxy) Address() netip.AddrPort { return p.listener.Addr().(*net.TCPAddr).AddrPort() }

// Close stops listening; connections that exist go on. It is safe to call twice.
func (p *Proxy) Close() {
	p.closing.Do(func() {
		_ = p.listener.Close() // fails only if closed already
		p.link.mutex.Lock()
		defer p.link.mutex.Unlock()
		delete(p.link.proxies, p)
	})
}

func (p *Proxy) accept() {
	const pause = 10 * time.Millisecond // when the process has no file descriptor left
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(pause)
			continue
		}
		if made := p.link.connect(client, p.from); made != nil {
			p.link.running.Go(func() { p.open(made) })
		} else {
			hangUp(client, true)
		}
	}
}

// open makes the second half of a connection, after the handshake's time.
func (p *Proxy) open(made *connection) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.link.running.Go(func() {
		select {
		case <-made.done:
			cancel()
		case <-ctx.Done():
		}
	})
	if err := p.link.handshake(ctx); err != nil {
		made.end(true)
		return
	}
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.target)
	if err != nil {
		made.end(true) // the client sees a reset, a round trip after it connected
		return
	}
	made.establish(server)
}
