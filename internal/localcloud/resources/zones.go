package resources

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

// zones collects records: Route 53 gets a zone whole.
type zones struct {
	names Names

	mutex sync.Mutex
	zones map[string]*hostedZone // by id
}

type hostedZone struct {
	name    string
	records map[string]zone.RecordSet // by the key of the resource
}

func (z *zones) put(id, name string) error {
	z.mutex.Lock()
	defer z.mutex.Unlock()
	known, exists := z.zones[id]
	if !exists {
		known = &hostedZone{records: map[string]zone.RecordSet{}}
	}
	known.name = name
	if err := z.names.PutZone(id, name, known.sets(nil, "")); err != nil {
		return fmt.Errorf("put zone %s: %w", name, err)
	}
	z.zones[id] = known
	return nil
}

func (z *zones) delete(id string, force bool) error {
	z.mutex.Lock()
	defer z.mutex.Unlock()
	known, exists := z.zones[id]
	if exists && len(known.records) > 0 && !force {
		return fmt.Errorf("delete zone %s: it still has records: %s", known.name, quoted(slices.Sorted(maps.Keys(known.records))))
	}
	if err := z.names.DeleteZone(id); err != nil {
		return fmt.Errorf("delete zone %s: %w", id, err)
	}
	delete(z.zones, id)
	return nil
}

// putRecord adds or replaces a record set and gives its whole name. An impossible one changes nothing.
func (z *zones) putRecord(id, owner string, set zone.RecordSet) (string, error) {
	z.mutex.Lock()
	defer z.mutex.Unlock()
	known, exists := z.zones[id]
	if !exists {
		return "", fmt.Errorf("put record %s: there is no zone %q", set.Name, id)
	}
	set.Name = absolute(set.Name, known.name)
	if err := z.names.PutZone(id, known.name, known.sets(&set, owner)); err != nil {
		return "", fmt.Errorf("put record %s: %w", set.Name, err)
	}
	known.records[owner] = set
	return set.Name, nil
}

func (z *zones) deleteRecord(id, owner string) error {
	z.mutex.Lock()
	defer z.mutex.Unlock()
	known, exists := z.zones[id]
	if !exists {
		return nil
	}
	if err := z.names.PutZone(id, known.name, known.sets(nil, owner)); err != nil {
		return fmt.Errorf("delete record of %s: %w", owner, err)
	}
	delete(known.records, owner)
	return nil
}

// sets are the record sets with the owner's replaced, or without it.
func (h *hostedZone) sets(instead *zone.RecordSet, owner string) []zone.RecordSet {
	var found []zone.RecordSet
	for _, each := range slices.Sorted(maps.Keys(h.records)) {
		if each != owner {
			found = append(found, h.records[each])
		}
	}
	if instead != nil {
		found = append(found, *instead)
	}
	return found
}

// absolute is a record's name with its zone's, as the provider completes it; without a dot at the end.
func absolute(name, zone string) string {
	name, zone = strings.TrimSuffix(strings.ToLower(name), "."), strings.TrimSuffix(strings.ToLower(zone), ".")
	if name == "" || name == zone || strings.HasSuffix(name, "."+zone) {
		return cmp.Or(name, zone)
	}
	return name + "." + zone
}

// has says whether a zone has a record set of the name and type with the value.
func (z *zones) has(name, kind, value string) bool {
	z.mutex.Lock()
	defer z.mutex.Unlock()
	for _, known := range z.zones {
		for _, set := range known.records {
			if set.Type == kind && strings.EqualFold(set.Name, strings.TrimSuffix(name, ".")) && slices.ContainsFunc(set.Values, func(one string) bool {
				return strings.EqualFold(strings.TrimSuffix(one, "."), strings.TrimSuffix(value, "."))
			}) {
				return true
			}
		}
	}
	return false
}
