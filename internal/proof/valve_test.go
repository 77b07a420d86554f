package proof_test

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
)

// valve is a TCP relay before the ledger. Shut, it cuts every connection and takes no new one.
type valve struct {
	target   string
	listener net.Listener
	relays   sync.WaitGroup

	mutex sync.Mutex // guards the rest
	shut  bool
	open  map[net.Conn]bool
}

func newValve(t testing.TB, host string, port int) *valve {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{target: net.JoinHostPort(host, strconv.Itoa(port)), listener: listener, open: map[net.Conn]bool{}}
	v.relays.Go(v.accept)
	t.Cleanup(func() {
		listener.Close()
		v.set(true)
		v.relays.Wait()
	})
	return v
}

// port is where to connect instead of the target.
func (v *valve) port() int { return v.listener.Addr().(*net.TCPAddr).Port }

// set shuts or opens the valve.
func (v *valve) set(shut bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.shut = shut
	if shut {
		for conn := range v.open {
			conn.Close()
		}
	}
}

// keep registers a connection to be cut; false means that the valve is shut.
func (v *valve) keep(conn net.Conn) bool {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.shut {
		conn.Close()
		return false
	}
	v.open[conn] = true
	return true
}

func (v *valve) forget(conn net.Conn) {
	conn.Close()
	v.mutex.Lock()
	defer v.mutex.Unlock()
	delete(v.open, conn)
}

func (v *valve) accept() {
	for {
		incoming, err := v.listener.Accept()
		if err != nil {
			return // closed by the test's end
		}
		if v.keep(incoming) {
			v.relays.Go(func() { v.relay(incoming) })
		}
	}
}

// relay copies both ways until one side ends, then ends the other.
func (v *valve) relay(incoming net.Conn) {
	defer v.forget(incoming)
	outgoing, err := net.Dial("tcp", v.target)
	if err != nil || !v.keep(outgoing) {
		return
	}
	defer v.forget(outgoing)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(incoming, outgoing)
		incoming.Close()
	})
	_, _ = io.Copy(outgoing, incoming)
	outgoing.Close()
	back.Wait()
}
