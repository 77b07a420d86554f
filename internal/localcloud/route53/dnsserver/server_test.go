package dnsserver_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/dnsserver"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	apex = "payment.pay.example.net"
	east = "d-east.execute-api.us-east-1.amazonaws.com."
	west = "d-west.execute-api.us-west-2.amazonaws.com."
)

// world is a source whose health a test changes.
type world struct {
	snapshot dnsserver.Snapshot
	down     atomic.Bool // the primary's health check
}

func (w *world) Snapshot() dnsserver.Snapshot {
	result := w.snapshot
	result.View.Health = map[string]bool{"east": !w.down.Load()}
	return result
}

func listen(t *testing.T) (*dnsserver.Server, *world) {
	t.Helper()
	long := make([]string, 40)
	for i := range long {
		long[i] = fmt.Sprintf("%q", fmt.Sprintf("value %02d %s", i, strings.Repeat("x", 60)))
	}
	failover := zone.RecordSet{Name: "api." + apex, Type: "CNAME", TTL: 10 * time.Second}
	primary, secondary := failover, failover
	primary.Values, primary.SetIdentifier, primary.Failover, primary.HealthCheckID = []string{east}, "primary", zone.Primary, "east"
	secondary.Values, secondary.SetIdentifier, secondary.Failover = []string{west}, "secondary", zone.Secondary
	outer, err := zone.New("Z1", apex, []zone.RecordSet{primary, secondary, {Name: "long." + apex, Type: "TXT", TTL: time.Second, Values: long}})
	if err != nil {
		t.Fatal(err)
	}
	inner, err := zone.New("Z2", "inner."+apex, []zone.RecordSet{{Name: "a.inner." + apex, Type: "A", TTL: time.Second, Values: []string{"192.0.2.3"}}})
	if err != nil {
		t.Fatal(err)
	}
	source := &world{snapshot: dnsserver.Snapshot{Zones: []*zone.Zone{outer, inner}, View: zone.View{Targets: map[string]zone.Target{
		east: {Addresses: []netip.Addr{netip.MustParseAddr("127.9.1.1")}, TTL: time.Minute},
		west: {Addresses: []netip.Addr{netip.MustParseAddr("127.9.2.1")}, TTL: time.Minute},
	}}}}
	server, err := dnsserver.Listen(netip.MustParseAddrPort("127.0.0.1:0"), source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, source
}

// ask is dig: one question over one protocol.
func ask(t *testing.T, server *dnsserver.Server, network string, request *dns.Msg) *dns.Msg {
	t.Helper()
	client := &dns.Client{Net: network, Timeout: 5 * time.Second}
	response, _, err := client.Exchange(request, server.Address().String())
	if err != nil {
		t.Fatalf("ask over %s: %v", network, err)
	}
	return response
}

func question(name string, kind uint16, recursion bool) *dns.Msg {
	request := new(dns.Msg).SetQuestion(name, kind)
	request.RecursionDesired = recursion
	return request
}

func TestServer(t *testing.T) {
	edit := func(request *dns.Msg, change func(*dns.Msg)) *dns.Msg {
		change(request)
		return request
	}
	server, _ := listen(t)
	tests := map[string]struct {
		request *dns.Msg
		rcode   int
		answers int
		aa      bool
	}{
		"authoritative: the zone's part of the chain": {question("api."+apex+".", dns.TypeA, false), dns.RcodeSuccess, 1, true},
		"resolver: the whole chain":                   {question("api."+apex+".", dns.TypeA, true), dns.RcodeSuccess, 2, true},
		"resolver: a chain without such an address":   {question("api."+apex+".", dns.TypeAAAA, true), dns.RcodeSuccess, 1, true},
		"AWS's own name":                              {question(east, dns.TypeA, false), dns.RcodeSuccess, 1, true},
		"the nearest zone answers":                    {question("a.inner."+apex+".", dns.TypeA, false), dns.RcodeSuccess, 1, true},
		"no such name":                                {question("no."+apex+".", dns.TypeA, true), dns.RcodeNameError, 0, true},
		"another's zone":                              {question("example.org.", dns.TypeA, true), dns.RcodeRefused, 0, false},
		"zone transfer":                               {question(apex+".", dns.TypeAXFR, false), dns.RcodeRefused, 0, false},
		"another class": {edit(question(apex+".", dns.TypeTXT, false), func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }),
			dns.RcodeRefused, 0, false},
		"an update":    {edit(question(apex+".", dns.TypeSOA, false), func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate }), dns.RcodeNotImplemented, 0, false},
		"a notify":     {edit(question(apex+".", dns.TypeSOA, false), func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }), dns.RcodeNotImplemented, 0, false},
		"no question":  {edit(question(apex+".", dns.TypeSOA, false), func(m *dns.Msg) { m.Question = nil }), dns.RcodeFormatError, 0, false},
		"two of them":  {edit(question(apex+".", dns.TypeSOA, false), func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }), dns.RcodeFormatError, 0, false},
		"a later EDNS": {edit(question(apex+".", dns.TypeSOA, false), func(m *dns.Msg) { m.SetEdns0(1232, false); m.IsEdns0().SetVersion(1) }), dns.RcodeBadVers, 0, false},
	}
	for name, test := range tests {
		for _, network := range []string{"udp", "tcp"} {
			t.Run(name+" over "+network, func(t *testing.T) {
				response := ask(t, server, network, test.request.Copy())
				if response.Rcode != test.rcode || len(response.Answer) != test.answers || response.Authoritative != test.aa {
					t.Errorf("%v\nwant %s, %d answers, authoritative %v", response, dns.RcodeToString[test.rcode], test.answers, test.aa)
				}
			})
		}
	}
}

// Resolvers vary the case of a question and expect it back, in the question and in the owner of the first record.
func TestCaseIsPreserved(t *testing.T) {
	server, _ := listen(t)
	response := ask(t, server, "udp", question("aPi.PAYment.pay.eXample.net.", dns.TypeA, true))
	if got := response.Question[0].Name; got != "aPi.PAYment.pay.eXample.net." {
		t.Errorf("question %q", got)
	}
	if got := response.Answer[0].Header().Name; got != "aPi.PAYment.pay.eXample.net." {
		t.Errorf("owner %q", got)
	}
}

func TestTruncation(t *testing.T) {
	server, _ := listen(t)
	plain := question("long."+apex+".", dns.TypeTXT, false)
	response := ask(t, server, "udp", plain.Copy())
	response.Compress = true
	if !response.Truncated || response.Len() > dns.MinMsgSize || response.IsEdns0() != nil {
		t.Errorf("512 bytes: truncated %v, %d bytes, EDNS %v", response.Truncated, response.Len(), response.IsEdns0())
	}
	large := plain.Copy()
	large.SetEdns0(4096, false)
	if response := ask(t, server, "udp", large); response.Truncated || len(response.Answer) != 40 || response.IsEdns0() == nil {
		t.Errorf("4,096 bytes: truncated %v, %d answers, EDNS %v", response.Truncated, len(response.Answer), response.IsEdns0())
	}
	if response := ask(t, server, "tcp", plain.Copy()); response.Truncated || len(response.Answer) != 40 {
		t.Errorf("TCP: truncated %v, %d answers", response.Truncated, len(response.Answer))
	}
}

// The resolver of Go is a payer's: it must follow the failover, and see no such host for what does not exist.
func TestGoResolverFollowsTheFailover(t *testing.T) {
	server, source := listen(t)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Address().String())
	}}
	for _, step := range []struct {
		down bool
		want string
	}{{false, "[127.9.1.1]"}, {true, "[127.9.2.1]"}, {false, "[127.9.1.1]"}} {
		source.down.Store(step.down)
		addresses, err := resolver.LookupHost(t.Context(), "api."+apex)
		if err != nil || fmt.Sprint(addresses) != step.want {
			t.Errorf("primary down %v: %v, %v; want %s", step.down, addresses, err, step.want)
		}
	}
	_, err := resolver.LookupHost(t.Context(), "no."+apex)
	if fault, is := err.(*net.DNSError); !is || !fault.IsNotFound {
		t.Errorf("missing name: %v, want not found", err)
	}
}

// miekg's TCP server closes after 128 questions by default; a resolver that keeps its connection must not notice.
func TestManyQuestionsOverOneConnection(t *testing.T) {
	server, _ := listen(t)
	conn, err := dns.Dial("tcp", server.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // the test is over
	for i := range 300 {
		if err := conn.WriteMsg(question(east, dns.TypeA, false)); err != nil {
			t.Fatalf("question %d: %v", i, err)
		}
		if _, err := conn.ReadMsg(); err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
	}
}

func TestCloseTwiceAndPortInUse(t *testing.T) {
	server, source := listen(t)
	if _, err := dnsserver.Listen(server.Address(), source); err == nil || !strings.Contains(err.Error(), "listen for DNS on "+server.Address().String()) {
		t.Errorf("second server on the port: %v", err)
	}
	for range 2 {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
	again, err := dnsserver.Listen(server.Address(), source)
	if err != nil {
		t.Fatalf("the port is not free after Close: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkUDP(b *testing.B) {
	made, err := zone.New("Z1", apex, []zone.RecordSet{{Name: "a." + apex, Type: "A", TTL: time.Second, Values: []string{"192.0.2.1"}}})
	if err != nil {
		b.Fatal(err)
	}
	server, err := dnsserver.Listen(netip.MustParseAddrPort("127.0.0.1:0"), &world{snapshot: dnsserver.Snapshot{Zones: []*zone.Zone{made}}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Close() }() // the benchmark is over
	conn, err := dns.Dial("udp", server.Address().String())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // as above
	for b.Loop() {
		if err := conn.WriteMsg(question("a."+apex+".", dns.TypeA, false)); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.ReadMsg(); err != nil {
			b.Fatal(err)
		}
	}
}
