package rds_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// link is the connection between two Regions: a proxy for every address behind it, which can be cut.
type link struct {
	t       *testing.T
	mu      sync.Mutex
	cut     bool
	proxies map[string]net.Listener
	open    map[net.Conn]struct{}
	wait    sync.WaitGroup
	closed  bool
}

func newLink(t *testing.T) *link {
	l := &link{t: t, proxies: map[string]net.Listener{}, open: map[net.Conn]struct{}{}}
	t.Cleanup(l.close)
	return l
}

// address is where the target can be reached through the link.
func (l *link) address(_, _, target string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found, ok := l.proxies[target]; ok {
		return found.Addr().String(), nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	l.proxies[target] = listener
	l.wait.Add(1)
	go l.accept(listener, target)
	return listener.Addr().String(), nil
}

func (l *link) accept(listener net.Listener, target string) {
	defer l.wait.Done()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		if !l.track(conn) {
			continue
		}
		l.wait.Add(1)
		go func() {
			defer l.wait.Done()
			defer l.drop(conn)
			far, err := net.Dial("tcp", target)
			if err != nil || !l.track(far) {
				return
			}
			defer l.drop(far)
			l.wait.Add(1)
			go func() {
				defer l.wait.Done()
				io.Copy(far, conn)
				l.drop(far)
			}()
			io.Copy(conn, far)
		}()
	}
}

func (l *link) track(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut || l.closed {
		conn.Close()
		return false
	}
	l.open[conn] = struct{}{}
	return true
}

func (l *link) drop(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
	conn.Close()
}

// setCut cuts the link with all that goes over it, or heals it.
func (l *link) setCut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	if cut {
		for conn := range l.open {
			conn.Close()
		}
	}
}

func (l *link) close() {
	l.setCut(true)
	l.mu.Lock()
	l.closed = true
	for _, listener := range l.proxies {
		listener.Close()
	}
	l.mu.Unlock()
	l.wait.Wait()
}
