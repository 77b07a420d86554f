package dnsserver

import (
	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

// Source gives what the server knows at the time of a question.
type Source interface {
	Snapshot() Snapshot
}

// Snapshot is the zones and their view of the world; nobody changes it after it was given out.
type Snapshot struct {
	Zones []*zone.Zone
	View  zone.View
}

// maxChain bounds how many zones and targets a chain of CNAMEs may cross.
const maxChain = 8

// Respond is the whole answer to a request. stream says that it came over TCP and needs no truncation.
func Respond(known Snapshot, request *dns.Msg, stream bool) *dns.Msg {
	response := new(dns.Msg).SetReply(request)
	response.Compress = true
	size := dns.MinMsgSize
	if options := request.IsEdns0(); options != nil {
		size = min(max(int(options.UDPSize()), dns.MinMsgSize), ednsSize)
		response.SetEdns0(ednsSize, false)
		if options.Version() != 0 {
			response.Rcode = dns.RcodeBadVers
			return response
		}
	}
	switch {
	case request.Opcode != dns.OpcodeQuery:
		response.Rcode = dns.RcodeNotImplemented
	case len(request.Question) != 1:
		response.Rcode = dns.RcodeFormatError
	default:
		answer(known, request, response)
	}
	if !stream {
		response.Truncate(size)
	}
	return response
}

func answer(known Snapshot, request, response *dns.Msg) {
	question := request.Question[0]
	transfer := question.Qtype == dns.TypeAXFR || question.Qtype == dns.TypeIXFR
	if question.Qclass != dns.ClassINET || transfer {
		response.Rcode = dns.RcodeRefused
		return
	}
	reply, found := known.reply(zone.Question{Name: question.Name, Type: question.Qtype})
	if !found {
		response.Rcode = dns.RcodeRefused
		return
	}
	response.RecursionAvailable = request.RecursionDesired
	if request.RecursionDesired {
		reply = known.follow(reply, question.Qtype)
	}
	response.Rcode, response.Authoritative = reply.Rcode, reply.Authoritative
	response.Answer, response.Ns = reply.Answer, reply.Authority
}

// reply answers from the zone nearest to the name, or from AWS's own names. Not found: no zone of ours.
func (s Snapshot) reply(question zone.Question) (zone.Reply, bool) {
	var nearest *zone.Zone
	for _, each := range s.Zones {
		if each.Owns(question.Name) && (nearest == nil || len(each.Name) > len(nearest.Name)) {
			nearest = each
		}
	}
	if nearest != nil {
		return nearest.Answer(question, s.View), true
	}
	target, known := s.View.Targets[dns.CanonicalName(question.Name)]
	if !known {
		return zone.Reply{}, false
	}
	return zone.Reply{Authoritative: true, Answer: target.Records(question.Name, question.Type)}, true
}

// follow goes on where a chain left its zone, as far as the names are known here.
func (s Snapshot) follow(reply zone.Reply, kind uint16) zone.Reply {
	for range maxChain {
		if reply.Next == "" {
			return reply
		}
		next, found := s.reply(zone.Question{Name: reply.Next, Type: kind})
		if !found {
			return reply
		}
		next.Answer = append(reply.Answer, next.Answer...)
		next.Authoritative = reply.Authoritative && next.Authoritative
		reply = next
	}
	return zone.Reply{Rcode: dns.RcodeServerFailure}
}
