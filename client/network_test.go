package client

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// network is the wire between payers and Regions, in memory so that it works under synctest. A Region can be silent
// (dials hang, bytes vanish, as behind a cut link) or refused (dials fail, connections are reset).
type network struct {
	mutex     sync.Mutex
	listeners map[string]*listener
}

type linkState int

const (
	linkUp linkState = iota
	linkSilent
	linkRefused
)

type listener struct {
	name     string
	arrivals chan net.Conn
	closed   chan struct{}
	once     sync.Once
	mutex    sync.Mutex
	state    linkState
	dials    int
	wires    []*wire
}

func newNetwork() *network { return &network{listeners: map[string]*listener{}} }

func (n *network) listen(name string) *listener {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	made := &listener{name: name, arrivals: make(chan net.Conn, 1024), closed: make(chan struct{})}
	n.listeners[name] = made
	return made
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mutex.Lock()
	to := n.listeners[host]
	n.mutex.Unlock()
	if to == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	return to.connect(ctx)
}

func (l *listener) connect(ctx context.Context) (net.Conn, error) {
	l.mutex.Lock()
	l.dials++
	state := l.state
	if state == linkUp {
		defer l.mutex.Unlock()
		there, back := newWire(l), newWire(l)
		l.wires = append(l.wires, there, back)
		l.arrivals <- &conn{in: there, out: back}
		return &conn{in: back, out: there}, nil
	}
	l.mutex.Unlock()
	if state == linkRefused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	<-ctx.Done()
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
}

func (l *listener) set(state linkState) {
	l.mutex.Lock()
	l.state = state
	wires := l.wires
	if state == linkRefused {
		l.wires = nil
	}
	l.mutex.Unlock()
	if state == linkRefused {
		for _, one := range wires {
			one.close(syscall.ECONNRESET)
		}
	}
}

func (l *listener) current() linkState {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.state
}

func (l *listener) dialled() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.dials
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case one := <-l.arrivals:
		return one, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return memoryAddress(l.name) }

type memoryAddress string

func (memoryAddress) Network() string  { return "memory" }
func (m memoryAddress) String() string { return string(m) + ":443" }

// wire carries bytes one way, without a bound.
type wire struct {
	from     *listener
	mutex    sync.Mutex
	buffer   bytes.Buffer
	end      error
	deadline time.Time
	changed  chan struct{}
}

func newWire(from *listener) *wire { return &wire{from: from, changed: make(chan struct{})} }

func (w *wire) change(do func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	do()
	close(w.changed)
	w.changed = make(chan struct{})
}

// silent: what is written is lost on the way.
func (w *wire) silent() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.from.current() == linkSilent
}

func (w *wire) close(end error) {
	w.change(func() {
		if w.end == nil {
			w.end = end
		}
	})
}

func (w *wire) read(into []byte) (int, error) {
	for {
		w.mutex.Lock()
		left := time.Until(w.deadline)
		switch {
		case w.buffer.Len() > 0:
			defer w.mutex.Unlock()
			return w.buffer.Read(into)
		case w.end != nil:
			defer w.mutex.Unlock()
			return 0, w.end
		case !w.deadline.IsZero() && left <= 0:
			w.mutex.Unlock()
			return 0, os.ErrDeadlineExceeded
		}
		changed, timed := w.changed, !w.deadline.IsZero()
		w.mutex.Unlock()
		if !timed {
			<-changed
			continue
		}
		timer := time.NewTimer(left)
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (w *wire) write(from []byte) (int, error) {
	if w.silent() {
		return len(from), nil
	}
	var err error
	w.change(func() {
		if err = w.end; err == nil {
			w.buffer.Write(from)
		}
	})
	if err != nil {
		return 0, err
	}
	return len(from), nil
}

// conn is one side of a connection.
type conn struct{ in, out *wire }

func (c *conn) Read(into []byte) (int, error)  { return c.in.read(into) }
func (c *conn) Write(from []byte) (int, error) { return c.out.write(from) }
func (c *conn) LocalAddr() net.Addr            { return memoryAddress("local") }
func (c *conn) RemoteAddr() net.Addr           { return memoryAddress("remote") }

func (c *conn) Close() error {
	c.in.close(net.ErrClosed)
	// The end of a connection is lost on a cut link, too.
	if !c.out.silent() {
		c.out.close(io.EOF)
	}
	return nil
}

func (c *conn) SetReadDeadline(at time.Time) error {
	c.in.change(func() { c.in.deadline = at })
	return nil
}
func (c *conn) SetWriteDeadline(time.Time) error { return nil } // a write never blocks
func (c *conn) SetDeadline(at time.Time) error   { return c.SetReadDeadline(at) }
