package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// Names says where a name, or an address, really is: "db.us-east-1.example.net" port 5432 may be 127.1.1.1 port 40123.
// Its zero value is empty. It is safe for use by many goroutines.
type Names struct {
	mutex sync.RWMutex
	table map[string]netip.AddrPort
}

// Set leads a host to an address. Port 0 stands for every port that has no entry of its own; the address's port 0
// keeps the port that was asked for.
func (n *Names) Set(host string, port uint16, address netip.AddrPort) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.table == nil {
		n.table = map[string]netip.AddrPort{}
	}
	n.table[key(host, port)] = address
}

// Delete removes an entry; one that does not exist is no fault.
func (n *Names) Delete(host string, port uint16) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	delete(n.table, key(host, port))
}

// Lookup is where host and port really are; false for one without an entry.
func (n *Names) Lookup(host string, port uint16) (netip.AddrPort, bool) {
	n.mutex.RLock()
	defer n.mutex.RUnlock()
	address, found := n.table[key(host, port)]
	if !found {
		address, found = n.table[key(host, 0)]
	}
	if found && address.Port() == 0 {
		address = netip.AddrPortFrom(address.Addr(), port)
	}
	return address, found
}

// Dialer connects to what the names say and to nothing else, so that nothing leaves the machine by mistake.
func (n *Names) Dialer() func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		where, err := n.Resolve(address)
		if err != nil {
			return nil, fmt.Errorf("dial: %w", err)
		}
		return (&net.Dialer{}).DialContext(ctx, network, where.String())
	}
}

// Resolve looks "host:port" up; a loopback address without an entry is itself. The error of any other host is a
// *net.DNSError that says not found.
func (n *Names) Resolve(address string) (netip.AddrPort, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("resolve %q: %w", address, err)
	}
	const decimal, bits = 10, 16
	port, err := strconv.ParseUint(text, decimal, bits)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("resolve %q: port: %w", address, err)
	}
	if where, found := n.Lookup(host, uint16(port)); found {
		return where, nil
	}
	if literal, err := netip.ParseAddr(host); err == nil && literal.IsLoopback() {
		return netip.AddrPortFrom(literal, uint16(port)), nil
	}
	return netip.AddrPort{}, &net.DNSError{Err: "no such host in the local cloud", Name: host, IsNotFound: true}
}

func key(host string, port uint16) string {
	return strings.ToLower(strings.TrimSuffix(host, ".")) + "/" + strconv.Itoa(int(port))
}
