// Package dnsserver speaks DNS over UDP and TCP for hosted zones. To a question
// without the "recursion desired" bit it answers as Route 53's authoritative
// servers do. With that bit it stands in for the payer's resolver as well, as
// far as it knows names: it follows a chain of CNAMEs over all its zones and
// AWS's own names, so that dig and a stub resolver get addresses. It caches
// nothing; clients see the full TTLs.
package dnsserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// ednsSize is the most that a UDP answer may have; the name servers of Route 53 announce this, too.
const ednsSize = 4096

// Server is a running server. Its sockets are on one address and port.
type Server struct {
	udp, tcp *dns.Server
	address  netip.AddrPort
	running  sync.WaitGroup
	closing  sync.Once
	fault    error
}

// Listen answers on the address, over UDP and TCP with the same port; port 0 picks a free one. The caller closes the
// server.
func Listen(address netip.AddrPort, source Source) (*Server, error) {
	packets, listener, err := sockets(address)
	if err != nil {
		return nil, fmt.Errorf("listen for DNS on %s: %w", address, err)
	}
	server := &Server{address: listener.Addr().(*net.TCPAddr).AddrPort()}
	handler := dns.HandlerFunc(func(writer dns.ResponseWriter, request *dns.Msg) {
		_, stream := writer.RemoteAddr().(*net.TCPAddr)
		// A client that has gone away is no fault of ours: DNS clients ask again.
		_ = writer.WriteMsg(Respond(source.Snapshot(), request, stream))
	})
	server.udp = &dns.Server{PacketConn: packets, Handler: handler, UDPSize: ednsSize, MsgAcceptFunc: accept}
	server.tcp = &dns.Server{Listener: listener, Handler: handler, MaxTCPQueries: -1, IdleTimeout: idle, MsgAcceptFunc: accept}
	started := make(chan struct{}, 2)
	for _, each := range []*dns.Server{server.udp, server.tcp} {
		each.NotifyStartedFunc = func() { started <- struct{}{} }
		server.running.Go(func() { _ = each.ActivateAndServe() }) // ends by Close, which reports
	}
	<-started
	<-started
	return server, nil
}

func idle() time.Duration { return 10 * time.Second }

// accept leaves every question to Respond, which answers instead of dropping; only answers are ignored.
func accept(header dns.Header) dns.MsgAcceptAction {
	if header.Bits&(1<<15) != 0 {
		return dns.MsgIgnore
	}
	return dns.MsgAccept
}

// sockets finds one port that is free for both protocols.
func sockets(address netip.AddrPort) (net.PacketConn, net.Listener, error) {
	const attempts = 20
	var faults []error
	for range attempts {
		listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(address))
		if err != nil {
			return nil, nil, err
		}
		bound := listener.Addr().(*net.TCPAddr)
		packets, err := net.ListenUDP("udp", &net.UDPAddr{IP: bound.IP, Port: bound.Port})
		if err == nil {
			return packets, listener, nil
		}
		faults = append(faults, err, listener.Close())
		if address.Port() != 0 {
			break // another port was not asked for
		}
	}
	return nil, nil, errors.Join(faults...)
}

// Address is where the server listens.
func (s *Server) Address() netip.AddrPort { return s.address }

// Close stops both sockets and waits for answers under way, 2 s at most. It is safe to call twice.
func (s *Server) Close() error {
	s.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		for _, each := range []*dns.Server{s.udp, s.tcp} {
			if err := each.ShutdownContext(ctx); err != nil {
				s.fault = errors.Join(s.fault, fmt.Errorf("close DNS server on %s: %w", s.address, err))
			}
		}
		s.running.Wait()
	})
	return s.fault
}
