package zone_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

const apex = "payment.pay.example.net"

// payment has the record sets that the generated files make, and the shapes that break naive servers.
func payment(t *testing.T) *zone.Zone {
	t.Helper()
	short := 10 * time.Second
	made, err := zone.New("Z1", apex, []zone.RecordSet{
		{Name: "us-east-1.api." + apex, Type: "A", Alias: &zone.Alias{Name: "d-east.execute-api.us-east-1.amazonaws.com", EvaluateTargetHealth: true}},
		{Name: "api." + apex, Type: "CNAME", TTL: short, Values: []string{"d-east.execute-api.us-east-1.amazonaws.com"},
			SetIdentifier: "primary", Failover: zone.Primary, HealthCheckID: "east"},
		{Name: "api." + apex, Type: "CNAME", TTL: short, Values: []string{"d-west.execute-api.us-west-2.amazonaws.com"},
			SetIdentifier: "secondary", Failover: zone.Secondary, HealthCheckID: "west"},
		{Name: "bare." + apex, Type: "A", TTL: short, Values: []string{"192.0.2.1"}, SetIdentifier: "1", Failover: zone.Primary, HealthCheckID: "east"},
		{Name: "bare." + apex, Type: "A", TTL: short, Values: []string{"192.0.2.2"}, SetIdentifier: "2", Failover: zone.Secondary},
		{Name: "tree." + apex, Type: "A", SetIdentifier: "1", Failover: zone.Primary, Alias: &zone.Alias{Name: "leaf-east." + apex, EvaluateTargetHealth: true}},
		{Name: "tree." + apex, Type: "A", SetIdentifier: "2", Failover: zone.Secondary, Alias: &zone.Alias{Name: "leaf-west." + apex, EvaluateTargetHealth: true}},
		{Name: "leaf-east." + apex, Type: "A", TTL: 7 * time.Second, Values: []string{"192.0.2.7"}, SetIdentifier: "1", Failover: zone.Primary, HealthCheckID: "east"},
		{Name: "leaf-west." + apex, Type: "A", TTL: 8 * time.Second, Values: []string{"192.0.2.8"}},
		{Name: "half." + apex, Type: "A", SetIdentifier: "1", Failover: zone.Primary, Alias: &zone.Alias{Name: "down.amazonaws.com", EvaluateTargetHealth: true}},
		{Name: "half." + apex, Type: "A", TTL: short, Values: []string{"192.0.2.9"}, SetIdentifier: "2", Failover: zone.Secondary},
		{Name: "one." + apex, Type: "CNAME", TTL: short, Values: []string{"two." + apex + "."}},
		{Name: "two." + apex, Type: "CNAME", TTL: short, Values: []string{"leaf-west." + apex + "."}},
		{Name: "lost." + apex, Type: "CNAME", TTL: short, Values: []string{"nowhere." + apex + "."}},
		{Name: "loop." + apex, Type: "CNAME", TTL: short, Values: []string{"pool." + apex + "."}},
		{Name: "pool." + apex, Type: "CNAME", TTL: short, Values: []string{"loop." + apex + "."}},
		{Name: "*.wild." + apex, Type: "TXT", TTL: short, Values: []string{`"star"`}},
		{Name: "near.wild." + apex, Type: "TXT", TTL: short, Values: []string{`"near"`}},
		{Name: "deep.below.wild." + apex, Type: "TXT", TTL: short, Values: []string{`"deep"`}},
		{Name: "child." + apex, Type: "NS", TTL: short, Values: []string{"ns1.elsewhere.example."}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func targets() map[string]zone.Target {
	return map[string]zone.Target{
		"d-east.execute-api.us-east-1.amazonaws.com.": {Addresses: []netip.Addr{netip.MustParseAddr("127.9.1.1")}, TTL: time.Minute},
		"d-west.execute-api.us-west-2.amazonaws.com.": {Addresses: []netip.Addr{netip.MustParseAddr("127.9.2.1")}, TTL: time.Minute},
		"down.amazonaws.com.":                         {Addresses: []netip.Addr{netip.MustParseAddr("127.9.3.1")}, TTL: time.Minute, Unavailable: true},
	}
}

// flat prints what matters of a reply, one record a line: owner without the apex, TTL, type and data.
func flat(reply zone.Reply) []string {
	lines := []string{dns.RcodeToString[reply.Rcode]}
	for _, section := range []struct {
		name    string
		records []dns.RR
	}{{"", reply.Answer}, {"authority ", reply.Authority}} {
		for _, record := range section.records {
			fields := strings.Fields(record.String())
			if fields[3] == "SOA" {
				fields = fields[:4]
			}
			line := section.name + strings.Join(append(fields[:2:2], fields[3:]...), " ")
			lines = append(lines, strings.ReplaceAll(strings.ReplaceAll(line, "."+apex+".", ""), apex+".", "@"))
		}
	}
	if reply.Next != "" {
		lines = append(lines, "next "+reply.Next)
	}
	return lines
}

func TestAnswer(t *testing.T) {
	east, west := "d-east.execute-api.us-east-1.amazonaws.com.", "d-west.execute-api.us-west-2.amazonaws.com."
	tests := map[string]struct {
		name   string
		kind   uint16
		health map[string]bool
		want   []string
	}{
		"new health checks count as healthy":       {"api", dns.TypeA, nil, []string{"NOERROR", "api 10 CNAME " + east, "next " + east}},
		"primary healthy":                          {"api", dns.TypeA, map[string]bool{"east": true, "west": false}, []string{"NOERROR", "api 10 CNAME " + east, "next " + east}},
		"primary unhealthy":                        {"api", dns.TypeA, map[string]bool{"east": false, "west": true}, []string{"NOERROR", "api 10 CNAME " + west, "next " + west}},
		"both unhealthy":                           {"api", dns.TypeA, map[string]bool{"east": false, "west": false}, []string{"NOERROR", "api 10 CNAME " + east, "next " + east}},
		"CNAME asked for itself":                   {"api", dns.TypeCNAME, nil, []string{"NOERROR", "api 10 CNAME " + east}},
		"secondary without check takes over":       {"bare", dns.TypeA, map[string]bool{"east": false}, []string{"NOERROR", "bare 10 A 192.0.2.2"}},
		"case of the question is kept":             {"aPI", dns.TypeA, nil, []string{"NOERROR", "aPI 10 CNAME " + east, "next " + east}},
		"alias takes over the target's TTL":        {"us-east-1.api", dns.TypeA, nil, []string{"NOERROR", "us-east-1.api 60 A 127.9.1.1"}},
		"alias has no record of another type":      {"us-east-1.api", dns.TypeAAAA, nil, []string{"NOERROR", "authority @ 900 SOA"}},
		"alias of a record in the zone":            {"tree", dns.TypeA, nil, []string{"NOERROR", "tree 7 A 192.0.2.7"}},
		"alias follows its target's health":        {"tree", dns.TypeA, map[string]bool{"east": false}, []string{"NOERROR", "tree 8 A 192.0.2.8"}},
		"group of one answers though unhealthy":    {"leaf-east", dns.TypeA, map[string]bool{"east": false}, []string{"NOERROR", "leaf-east 7 A 192.0.2.7"}},
		"alias of an unavailable resource":         {"half", dns.TypeA, nil, []string{"NOERROR", "half 10 A 192.0.2.9"}},
		"chain inside the zone":                    {"one", dns.TypeA, nil, []string{"NOERROR", "one 10 CNAME two", "two 10 CNAME leaf-west", "leaf-west 8 A 192.0.2.8"}},
		"chain that ends in NODATA":                {"one", dns.TypeTXT, nil, []string{"NOERROR", "one 10 CNAME two", "two 10 CNAME leaf-west", "authority @ 900 SOA"}},
		"chain that ends nowhere":                  {"lost", dns.TypeA, nil, []string{"NXDOMAIN", "lost 10 CNAME nowhere", "authority @ 900 SOA"}},
		"chain without an end":                     {"loop", dns.TypeA, nil, []string{"SERVFAIL"}},
		"name that does not exist":                 {"nowhere", dns.TypeA, nil, []string{"NXDOMAIN", "authority @ 900 SOA"}},
		"type that does not exist":                 {"leaf-west", dns.TypeMX, nil, []string{"NOERROR", "authority @ 900 SOA"}},
		"empty non-terminal":                       {"below.wild", dns.TypeTXT, nil, []string{"NOERROR", "authority @ 900 SOA"}},
		"wildcard":                                 {"any.wild", dns.TypeTXT, nil, []string{"NOERROR", `any.wild 10 TXT "star"`}},
		"wildcard, more labels":                    {"a.b.wild", dns.TypeTXT, nil, []string{"NOERROR", `a.b.wild 10 TXT "star"`}},
		"wildcard, other type":                     {"any.wild", dns.TypeA, nil, []string{"NOERROR", "authority @ 900 SOA"}},
		"nearer name beats the wildcard":           {"near.wild", dns.TypeTXT, nil, []string{"NOERROR", `near.wild 10 TXT "near"`}},
		"wildcard does not reach below a name":     {"x.near.wild", dns.TypeTXT, nil, []string{"NXDOMAIN", "authority @ 900 SOA"}},
		"wildcard does not reach a non-terminal":   {"x.below.wild", dns.TypeTXT, nil, []string{"NXDOMAIN", "authority @ 900 SOA"}},
		"referral":                                 {"host.child", dns.TypeA, nil, []string{"NOERROR", "authority child 10 NS ns1.elsewhere.example."}},
		"DS is answered above the cut":             {"child", dns.TypeDS, nil, []string{"NOERROR", "authority @ 900 SOA"}},
		"every type":                               {"leaf-west", dns.TypeANY, nil, []string{"NOERROR", "leaf-west 8 A 192.0.2.8"}},
		"unknown health check counts as healthy":   {"bare", dns.TypeA, map[string]bool{"other": false}, []string{"NOERROR", "bare 10 A 192.0.2.1"}},
		"primary healthy, secondary without check": {"bare", dns.TypeA, map[string]bool{"east": true}, []string{"NOERROR", "bare 10 A 192.0.2.1"}},
	}
	served := payment(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			reply := served.Answer(zone.Question{Name: test.name + "." + apex + ".", Type: test.kind}, zone.View{Health: test.health, Targets: targets()})
			if diff := cmp.Diff(test.want, flat(reply)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if reply.Authoritative != !strings.HasPrefix(name, "referral") {
				t.Errorf("authoritative: %v", reply.Authoritative)
			}
		})
	}
}

func TestApexHasNameServersAndStart(t *testing.T) {
	served := payment(t)
	servers := served.Answer(zone.Question{Name: apex + ".", Type: dns.TypeNS}, zone.View{}).Answer
	if len(servers) != 4 || servers[0].Header().Ttl != 172800 {
		t.Errorf("NS: %v", servers)
	}
	start := served.Answer(zone.Question{Name: apex + ".", Type: dns.TypeSOA}, zone.View{}).Answer
	if len(start) != 1 || start[0].Header().Ttl != 900 || start[0].(*dns.SOA).Minttl != 86400 {
		t.Errorf("SOA: %v", start)
	}
	if names := served.NameServers(); len(names) != 4 || servers[0].(*dns.NS).Ns != names[0] {
		t.Errorf("name servers %v, NS %v", names, servers)
	}
}

// An answer is the caller's: changing it must not change the zone.
func TestAnswerIsACopy(t *testing.T) {
	served := payment(t)
	question := zone.Question{Name: "leaf-west." + apex + ".", Type: dns.TypeA}
	served.Answer(question, zone.View{}).Answer[0].Header().Ttl = 1
	if ttl := served.Answer(question, zone.View{}).Answer[0].Header().Ttl; ttl != 8 {
		t.Errorf("TTL %d after a caller changed its copy, want 8", ttl)
	}
}
