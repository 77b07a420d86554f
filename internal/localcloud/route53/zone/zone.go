package zone

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// TTLs and timers of the records that Route 53 makes with every zone,
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html.
const (
	nameServerTTL = 172800 * time.Second
	startTTL      = 900 * time.Second
	startTimers   = "1 7200 900 1209600 86400"
)

// member is a record set with its values parsed.
type member struct {
	RecordSet
	records []dns.RR
}

// group is the record sets of one name and type: one simple set, or a primary and a secondary.
type group []member

// Zone is a hosted zone that cannot be changed: to change records, make another.
type Zone struct {
	// ID is the zone's id without "/hostedzone/", Name is absolute and lower case.
	ID, Name string
	sets     []RecordSet
	names    map[string]map[uint16]group
	// present has every name of the zone and every name between those and the apex (empty non-terminals).
	present map[string]bool
}

// New checks the sets and makes the zone of them. NS and SOA at the apex are added when they are not given, as
// Route 53 does. The error joins everything that is wrong and is ErrInvalid.
func New(id, name string, sets []RecordSet) (*Zone, error) {
	zone := &Zone{ID: id, Name: normal(name), names: map[string]map[uint16]group{}, present: map[string]bool{}}
	if _, valid := dns.IsDomainName(name); !valid || zone.Name == "." {
		return nil, fmt.Errorf("make zone %s: %w: %q is not a domain name", id, ErrInvalid, name)
	}
	var faults []error
	for _, set := range zone.withApex(sets) {
		if err := zone.add(set); err != nil {
			faults = append(faults, err)
		}
	}
	faults = append(faults, zone.checkTogether()...)
	if len(faults) > 0 {
		return nil, fmt.Errorf("make zone %s (%s): %w", zone.Name, id, errors.Join(faults...))
	}
	slices.SortStableFunc(zone.sets, Compare)
	return zone, nil
}

// RecordSets lists the zone's record sets in the order of the API: by name with its labels reversed, then by type.
func (z *Zone) RecordSets() []RecordSet { return slices.Clone(z.sets) }

// NameServers are the four names that the zone's delegation would have. Nothing resolves them on one machine.
func (z *Zone) NameServers() []string { return nameServers(z.ID) }

// Owns says whether the name is the apex or below it.
func (z *Zone) Owns(name string) bool { return dns.IsSubDomain(z.Name, normal(name)) }

func (z *Zone) withApex(sets []RecordSet) []RecordSet {
	has := func(kind string) bool {
		return slices.ContainsFunc(sets, func(set RecordSet) bool { return set.Type == kind && normal(set.Name) == z.Name })
	}
	result := slices.Clone(sets)
	if !has("NS") {
		result = append(result, RecordSet{Name: z.Name, Type: "NS", TTL: nameServerTTL, Values: z.NameServers()})
	}
	if !has("SOA") {
		start := fmt.Sprintf("%s awsdns-hostmaster.amazon.com. %s", z.NameServers()[0], startTimers)
		result = append(result, RecordSet{Name: z.Name, Type: "SOA", TTL: startTTL, Values: []string{start}})
	}
	return result
}

func (z *Zone) add(set RecordSet) error {
	if err := set.check(z.Name); err != nil {
		return err
	}
	records, err := set.records()
	if err != nil {
		return err
	}
	set.Name = normal(set.Name)
	if z.names[set.Name] == nil {
		z.names[set.Name] = map[uint16]group{}
	}
	kind := dns.StringToType[set.Type]
	z.names[set.Name][kind] = append(z.names[set.Name][kind], member{RecordSet: set, records: records})
	z.sets = append(z.sets, set)
	for name := set.Name; dns.IsSubDomain(z.Name, name); name = parent(name) {
		z.present[name] = true
	}
	return nil
}

// checkTogether judges groups: one simple set, or at most one of each failover role; nothing beside a CNAME.
func (z *Zone) checkTogether() []error {
	var faults []error
	for name, types := range z.names {
		if len(types) > 1 && types[dns.TypeCNAME] != nil {
			faults = append(faults, fmt.Errorf("%w: %s: no other type can stand beside a CNAME", ErrInvalid, name))
		}
		for kind, members := range types {
			roles, identifiers := map[Failover]bool{}, map[string]bool{}
			for _, member := range members {
				mixed := len(members) > 1 && member.Failover == Simple
				if roles[member.Failover] || identifiers[member.SetIdentifier] || mixed {
					faults = append(faults, fmt.Errorf("%w: %s %s: more than one simple set, or one role or set identifier twice",
						ErrInvalid, name, dns.TypeToString[kind]))
					break
				}
				roles[member.Failover], identifiers[member.SetIdentifier] = true, true
			}
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return faults
}

func parent(name string) string {
	next, end := dns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[next:]
}

// Compare orders record sets as the API does: by name with its labels reversed, then by type and set identifier.
func Compare(a, b RecordSet) int {
	left, right := dns.SplitDomainName(normal(a.Name)), dns.SplitDomainName(normal(b.Name))
	slices.Reverse(left)
	slices.Reverse(right)
	if order := slices.Compare(left, right); order != 0 {
		return order
	}
	if order := strings.Compare(a.Type, b.Type); order != 0 {
		return order
	}
	return strings.Compare(a.SetIdentifier, b.SetIdentifier)
}

// nameServers derives four names of AWS's shape from the id, so that two runs give the same.
func nameServers(id string) []string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id)) // a hash never fails
	number := sum.Sum32() % 512
	var names []string
	for i, end := range []string{"com", "net", "org", "co.uk"} {
		serial := uint32(i)*512 + number
		names = append(names, fmt.Sprintf("ns-%d.awsdns-%02d.%s.", serial, serial%64, end))
	}
	return names
}
