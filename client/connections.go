package client

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// Ages of an endpoint's connections.
const (
	// oldest bounds how long a connection's address may differ from what DNS says.
	oldest = time.Minute
	// youngest is how long new connections are given before silence on them is taken for death.
	youngest = time.Second
)

// connections are one endpoint's own. They are replaced as a whole: new requests dial, old ones end where they began.
type connections struct {
	template *http.Transport
	mutex    sync.Mutex
	current  *pool
	closed   bool
}

// pool is a generation of connections.
type pool struct {
	transport http.RoundTripper
	born      time.Time
	users     int
	retired   bool
}

// newConnections makes connections like template; a RoundTripper that is no *http.Transport is used as it is.
func newConnections(given http.RoundTripper, now time.Time) *connections {
	if given == nil {
		given = DefaultTransport()
	}
	template, ok := given.(*http.Transport)
	if !ok {
		return &connections{current: &pool{transport: given, born: now}}
	}
	return &connections{template: template, current: &pool{transport: template.Clone(), born: now}}
}

// DefaultTransport is what a nil Config.Transport means: HTTP/2 over verified TLS, with a ping that finds a dead
// connection within three seconds. A payer that needs another dialer or other roots changes its copy.
func DefaultTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 5 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 3 * time.Second, IdleConnTimeout: 30 * time.Second,
		// When a Region is lost, every payment in flight turns to the other one in the same moment. They share a few
		// connections (each has a hundred streams or more) instead of each making a handshake of its own.
		MaxConnsPerHost: 16, MaxIdleConns: 16, MaxIdleConnsPerHost: 16,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 2 * time.Second, PingTimeout: time.Second},
	}
}

// take gives the pool for one request; every take has its release.
func (c *connections) take(now time.Time) *pool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if now.Sub(c.current.born) >= oldest {
		c.replaceLocked(now)
	}
	c.current.users++
	return c.current
}

func (c *connections) release(used *pool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	used.users--
	if used.retired && used.users == 0 {
		closeIdle(used)
	}
}

// drop makes new requests dial, unless the connections are so new that they were not at fault.
func (c *connections) drop(now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if now.Sub(c.current.born) >= youngest {
		c.replaceLocked(now)
	}
}

func (c *connections) replaceLocked(now time.Time) {
	if c.template == nil || c.closed {
		return
	}
	old := c.current
	old.retired = true
	c.current = &pool{transport: c.template.Clone(), born: now}
	closeIdle(old)
}

// close closes what is idle; call it when nothing is under way.
func (c *connections) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closed = true
	if c.template != nil {
		closeIdle(c.current)
	}
}

func closeIdle(of *pool) {
	if idle, ok := of.transport.(interface{ CloseIdleConnections() }); ok {
		idle.CloseIdleConnections()
	}
}
