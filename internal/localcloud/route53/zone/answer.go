package zone

import (
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// maxChain bounds CNAME and alias chains; Route 53's own bound is not published, resolvers stop at 8 to 16.
const maxChain = 8

// View is the world outside the zone at the time of a question.
type View struct {
	// Health is the status of each health check. A check that is not in it counts as healthy, as a new one does.
	Health map[string]bool
	// Targets are AWS's own names by their canonical form (lower case, absolute).
	Targets map[string]Target
}

func (v View) healthy(id string) bool {
	status, known := v.Health[id]
	return id == "" || !known || status
}

// Target is an AWS resource that an alias or a CNAME points at, such as the regional name of an API.
type Target struct {
	Addresses []netip.Addr
	// TTL is what AWS's own records carry; an alias takes it over. Whole seconds.
	TTL time.Duration
	// Unavailable makes an alias with EvaluateTargetHealth unhealthy. It says nothing about the code behind an API.
	Unavailable bool
}

// Question is a name, in the case in which it was asked, and a type such as dns.TypeA.
type Question struct {
	Name string
	Type uint16
}

// Reply is the answer to a question, ready to be put into a message.
type Reply struct {
	// Rcode is dns.RcodeSuccess, RcodeNameError or RcodeServerFailure (a chain without an end).
	Rcode int
	// Authoritative is false for a referral to a zone delegated further.
	Authoritative     bool
	Answer, Authority []dns.RR
	// Next is the name outside the zone at which the chain of CNAMEs ended, or "".
	Next string
}

// Answer answers a question about a name that the zone owns. The first record's name has the case of the question.
func (z *Zone) Answer(question Question, view View) Reply {
	reply := Reply{Authoritative: true}
	owner, name := question.Name, normal(question.Name)
	for range maxChain {
		if cut := z.delegation(name, question.Type); cut != nil {
			reply.Authoritative, reply.Authority = len(reply.Answer) > 0, cut
			return reply
		}
		types, exists := z.find(name)
		if !exists {
			reply.Rcode, reply.Authority = dns.RcodeNameError, z.negative()
			return reply
		}
		if alias := types[dns.TypeCNAME]; alias != nil && question.Type != dns.TypeCNAME && question.Type != dns.TypeANY {
			records := z.resolve(alias, dns.TypeCNAME, owner, view, maxChain)
			reply.Answer = append(reply.Answer, records...)
			if len(records) == 0 {
				break
			}
			owner = records[0].(*dns.CNAME).Target
			name = normal(owner)
			if !z.Owns(name) {
				reply.Next = name
				return reply
			}
			continue
		}
		records := z.ofType(types, question.Type, owner, view)
		reply.Answer = append(reply.Answer, records...)
		if len(records) == 0 {
			reply.Authority = z.negative()
		}
		return reply
	}
	return Reply{Rcode: dns.RcodeServerFailure, Authoritative: true}
}

func (z *Zone) ofType(types map[uint16]group, kind uint16, owner string, view View) []dns.RR {
	if kind != dns.TypeANY {
		return z.resolve(types[kind], kind, owner, view, maxChain)
	}
	var records []dns.RR
	for _, each := range sortedTypes(types) {
		records = append(records, z.resolve(types[each], each, owner, view, maxChain)...)
	}
	return records
}

// resolve gives the records of the chosen member under the owner's name. An alias answers with its target's records
// and their TTL, as if they were its own.
func (z *Zone) resolve(members group, kind uint16, owner string, view View, left int) []dns.RR {
	if len(members) == 0 || left == 0 {
		return nil
	}
	chosen := z.choose(members, view)
	if chosen.Alias == nil {
		return renamed(chosen.records, owner)
	}
	target := normal(chosen.Alias.Name)
	if z.Owns(target) {
		return z.resolve(z.groupAt(target, chosen.Type), kind, owner, view, left-1)
	}
	return view.Targets[target].Records(owner, kind)
}

// Records are the target's address records under the owner's name, of the type asked for.
func (t Target) Records(owner string, kind uint16) []dns.RR {
	header := dns.RR_Header{Name: owner, Rrtype: kind, Class: dns.ClassINET, Ttl: uint32(t.TTL / time.Second)}
	var records []dns.RR
	for _, address := range t.Addresses {
		switch {
		case kind == dns.TypeA && address.Is4():
			records = append(records, &dns.A{Hdr: header, A: address.AsSlice()})
		case kind == dns.TypeAAAA && address.Is6():
			records = append(records, &dns.AAAA{Hdr: header, AAAA: address.AsSlice()})
		}
	}
	return records
}

// negative is the authority section of NXDOMAIN and NODATA: the SOA, its TTL being how long "no" is kept (RFC 2308).
func (z *Zone) negative() []dns.RR {
	records := renamed(z.names[z.Name][dns.TypeSOA][0].records, z.Name)
	start := records[0].(*dns.SOA)
	start.Hdr.Ttl = min(start.Hdr.Ttl, start.Minttl)
	return records
}

func renamed(records []dns.RR, owner string) []dns.RR {
	var result []dns.RR
	for _, record := range records {
		copied := dns.Copy(record)
		copied.Header().Name = owner
		result = append(result, copied)
	}
	return result
}
