package ordinary

import (
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// connections are the payer's own, all to one answer of DNS.
type connections struct {
	open    func(addresses []netip.Addr) *http.Transport
	mutex   sync.Mutex
	current *generation
}

// generation is what was opened to some addresses since the last failure. A retired one takes no new requests, and is
// closed when its last one has ended.
type generation struct {
	addresses []netip.Addr
	transport *http.Transport
	requests  int
	retired   bool
}

// take gives the connections to addresses for one request; every take has its release.
func (c *connections) take(addresses []netip.Addr) *generation {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.current != nil && !slices.Equal(c.current.addresses, addresses) {
		c.retireLocked()
	}
	if c.current == nil {
		c.current = &generation{addresses: addresses, transport: c.open(addresses)}
	}
	c.current.requests++
	return c.current
}

func (c *connections) release(used *generation) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if used.requests--; used.retired && used.requests == 0 {
		used.transport.CloseIdleConnections()
	}
}

// drop makes new requests connect again, unless another failure has done so already.
func (c *connections) drop(failed *generation) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.current == failed {
		c.retireLocked()
	}
}

func (c *connections) retireLocked() {
	c.current.retired = true
	c.current.transport.CloseIdleConnections()
	c.current = nil
}

// close closes what is idle.
func (c *connections) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.current != nil {
		c.retireLocked()
	}
}
