package stub

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// reading is what a reply says of a name. end is where its chain of CNAMEs leads, ttl the shortest on the way.
type reading struct {
	addresses []netip.Addr
	end       string
	ttl       uint32
}

// read follows the CNAMEs within a reply; records that are not on the way say nothing about the name.
func read(reply *dns.Msg, target string) reading {
	result := reading{end: target, ttl: ^uint32(0)}
	for range maxChain {
		next := ""
		for _, record := range reply.Answer {
			if dns.CanonicalName(record.Header().Name) != result.end {
				continue
			}
			switch record := record.(type) {
			case *dns.A:
				if address, ok := netip.AddrFromSlice(record.A.To4()); ok {
					result.addresses = append(result.addresses, address)
					result.ttl = min(result.ttl, record.Hdr.Ttl)
				}
			case *dns.CNAME:
				next = dns.CanonicalName(record.Target)
				result.ttl = min(result.ttl, record.Hdr.Ttl)
			}
		}
		if next == "" || len(result.addresses) > 0 {
			return result
		}
		result.end = next
	}
	return result
}

// negativeTTL is how long the lack of an answer may be kept (RFC 2308, section 5): not at all without an SOA record.
func negativeTTL(reply *dns.Msg) uint32 {
	for _, record := range reply.Ns {
		if soa, ok := record.(*dns.SOA); ok {
			return min(soa.Hdr.Ttl, soa.Minttl)
		}
	}
	return 0
}

// Server is a DNS server at an address (host:port), asked over UDP, and over TCP when an answer is too long for that.
type Server string

// Exchange implements Exchanger.
func (s Server) Exchange(ctx context.Context, question *dns.Msg) (*dns.Msg, error) {
	for _, network := range []string{"udp", "tcp"} {
		client := dns.Client{Net: network, Timeout: askTimeout}
		if deadline, ok := ctx.Deadline(); ok {
			client.Timeout = min(askTimeout, time.Until(deadline))
		}
		reply, _, err := client.ExchangeContext(ctx, question, string(s))
		if err != nil {
			return nil, fmt.Errorf("ask DNS server %s over %s: %w", string(s), network, err)
		}
		if !reply.Truncated {
			return reply, nil
		}
	}
	return nil, fmt.Errorf("ask DNS server %s: the answer is cut off over TCP, too", string(s))
}
