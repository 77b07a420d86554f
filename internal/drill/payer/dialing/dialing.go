// Package dialing connects payers: it resolves names by the payer's own resolver, and finds where a port really is.
package dialing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
)

// connectTimeout bounds a connection to one address, so that the next one is tried within a request's time.
const connectTimeout = 3 * time.Second

// Dialer connects to hosts. Resolver is required.
type Dialer struct {
	Resolver *stub.Resolver
	// Ports gives the address to dial (host:port) for an address and a port: a local cloud may be unable to bind 443.
	// nil means that every port is where it says.
	Ports func(host string, port int) string
	// Connect makes the connection; nil means the machine's own network.
	Connect func(ctx context.Context, network, address string) (net.Conn, error)
}

// DialContext is for http.Transport.
func (d Dialer) DialContext(ctx context.Context, network, hostport string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	addresses, err := d.Resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	return d.DialAddresses(ctx, network, addresses, port)
}

// Resolve gives the addresses of a host; an address is its own.
func (d Dialer) Resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	return d.Resolver.Lookup(ctx, host)
}

// DialAddresses connects to the first of the addresses that lets it.
func (d Dialer) DialAddresses(ctx context.Context, network string, addresses []netip.Addr, port string) (net.Conn, error) {
	var failed error
	for _, address := range addresses {
		target := net.JoinHostPort(address.String(), port)
		if number, err := strconv.Atoi(port); err == nil && d.Ports != nil {
			target = d.Ports(address.String(), number)
		}
		conn, err := d.connect(ctx, network, target)
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

func (d Dialer) connect(ctx context.Context, network, target string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if d.Connect != nil {
		return d.Connect(ctx, network, target)
	}
	return new(net.Dialer).DialContext(ctx, network, target)
}
