package zone_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

func TestNewRefuses(t *testing.T) {
	simple := zone.RecordSet{Name: "a." + apex, Type: "A", TTL: time.Second, Values: []string{"192.0.2.1"}}
	with := func(change func(*zone.RecordSet)) []zone.RecordSet {
		set := simple
		change(&set)
		return []zone.RecordSet{set}
	}
	tests := map[string]struct {
		sets []zone.RecordSet
		want string
	}{
		"name of another zone":        {with(func(s *zone.RecordSet) { s.Name = "a.example.org" }), "not in the zone"},
		"unknown type":                {with(func(s *zone.RecordSet) { s.Type = "ABC" }), "unknown record type"},
		"value of another type":       {with(func(s *zone.RecordSet) { s.Values = []string{"::1"} }), "a.payment"},
		"empty value":                 {with(func(s *zone.RecordSet) { s.Values = []string{""} }), "invalid record sets"},
		"nothing to answer":           {with(func(s *zone.RecordSet) { s.Values = nil }), "neither values nor an alias"},
		"alias with a TTL":            {with(func(s *zone.RecordSet) { s.Values = nil; s.Alias = &zone.Alias{Name: "x.y"} }), "no TTL of its own"},
		"alias to nothing":            {with(func(s *zone.RecordSet) { s.Values = nil; s.TTL = 0; s.Alias = &zone.Alias{} }), "alias target"},
		"TTL with a fraction":         {with(func(s *zone.RecordSet) { s.TTL = 1500 * time.Millisecond }), "whole seconds"},
		"CNAME at the apex":           {with(func(s *zone.RecordSet) { s.Name = apex; s.Type = "CNAME"; s.Values = []string{"x.y."} }), "apex"},
		"two CNAME values":            {with(func(s *zone.RecordSet) { s.Type = "CNAME"; s.Values = []string{"x.y.", "y.z."} }), "a CNAME has one"},
		"other routing policy":        {with(func(s *zone.RecordSet) { s.SetIdentifier = "weighted" }), "not modelled"},
		"failover without identifier": {with(func(s *zone.RecordSet) { s.Failover = zone.Primary }), "set identifier"},
		"unknown role":                {with(func(s *zone.RecordSet) { s.Failover = "TERTIARY" }), "neither PRIMARY nor SECONDARY"},
		"two simple sets":             {[]zone.RecordSet{simple, simple}, "more than one simple set"},
		"simple beside failover": {append(with(func(s *zone.RecordSet) { s.Failover, s.SetIdentifier = zone.Primary, "1" }), simple),
			"more than one simple set"},
		"CNAME beside another type": {append(with(func(s *zone.RecordSet) { s.Type = "CNAME"; s.Values = []string{"x.y."} }), simple),
			"no other type can stand beside a CNAME"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := zone.New("Z1", apex, test.sets)
			if !errors.Is(err, zone.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want ErrInvalid with %q", err, test.want)
			}
		})
	}
}

// slowFailover is the rule as the API reference words it, sentence by sentence, for records with or without a check.
func slowFailover(primaryCheck, secondaryCheck string, health map[string]bool) zone.Failover {
	status := func(check string) string {
		healthy, known := health[check]
		switch {
		case check == "":
			return "always healthy"
		case !known, healthy:
			return "healthy"
		}
		return "unhealthy"
	}
	if status(primaryCheck) != "unhealthy" {
		return zone.Primary // regardless of the health of the secondary
	}
	if status(secondaryCheck) == "always healthy" {
		return zone.Secondary // no check: regardless of the endpoint
	}
	if status(secondaryCheck) == "healthy" {
		return zone.Secondary
	}
	return zone.Primary // both unhealthy
}

func TestFailoverAgreesWithItsWording(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checks := rapid.SampledFrom([]string{"", "a", "b", "unknown"})
		primary, secondary := checks.Draw(t, "primary check"), checks.Draw(t, "secondary check")
		health := map[string]bool{"a": rapid.Bool().Draw(t, "a"), "b": rapid.Bool().Draw(t, "b")}
		sets := []zone.RecordSet{
			{Name: "f." + apex, Type: "TXT", TTL: time.Second, Values: []string{`"PRIMARY"`}, SetIdentifier: "1", Failover: zone.Primary, HealthCheckID: primary},
			{Name: "f." + apex, Type: "TXT", TTL: time.Second, Values: []string{`"SECONDARY"`}, SetIdentifier: "2", Failover: zone.Secondary, HealthCheckID: secondary},
		}
		if rapid.Bool().Draw(t, "secondary first") {
			sets[0], sets[1] = sets[1], sets[0]
		}
		served, err := zone.New("Z1", apex, sets)
		if err != nil {
			t.Fatal(err)
		}
		reply := served.Answer(zone.Question{Name: "f." + apex + ".", Type: dns.TypeTXT}, zone.View{Health: health})
		got := zone.Failover(reply.Answer[0].(*dns.TXT).Txt[0])
		if want := slowFailover(primary, secondary, health); got != want {
			t.Errorf("primary check %q, secondary check %q, health %v: %s, want %s", primary, secondary, health, got, want)
		}
	})
}

// slowExists is NXDOMAIN against NODATA by comparing strings with every record set of the zone, without wildcards.
func slowExists(names []string, name string) bool {
	for _, each := range names {
		if each == name || strings.HasSuffix(each, "."+name) {
			return true
		}
	}
	return name == apex
}

func TestExistenceAgreesWithSlowTwin(t *testing.T) {
	label := rapid.SampledFrom([]string{"a", "b", "aa"})
	name := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(append(rapid.SliceOfN(label, 1, 4).Draw(t, "labels"), apex), ".")
	})
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfDistinct(name, func(name string) string { return name }).Draw(t, "names")
		var sets []zone.RecordSet
		for _, each := range names {
			sets = append(sets, zone.RecordSet{Name: each, Type: "A", TTL: time.Second, Values: []string{"192.0.2.1"}})
		}
		served, err := zone.New("Z1", apex, sets)
		if err != nil {
			t.Fatal(err)
		}
		asked := name.Draw(t, "asked")
		reply := served.Answer(zone.Question{Name: asked + ".", Type: dns.TypeMX}, zone.View{})
		if exists := reply.Rcode == dns.RcodeSuccess; exists != slowExists(names, asked) {
			t.Errorf("%s in %v: exists %v, want %v", asked, names, exists, !exists)
		}
	})
}
