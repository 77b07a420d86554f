package zone

import (
	"slices"

	"github.com/miekg/dns"
)

// find looks a name up, with wildcards as in RFC 4592: "*.x" answers for what does not exist below x, unless a nearer
// name exists. A name that exists only as part of longer ones has no types, which is NODATA and not NXDOMAIN.
func (z *Zone) find(name string) (types map[uint16]group, exists bool) {
	if z.present[name] {
		return z.names[name], true
	}
	for encloser := parent(name); dns.IsSubDomain(z.Name, encloser); encloser = parent(encloser) {
		if z.present[encloser] {
			types, exists = z.names["*."+encloser]
			return types, exists
		}
	}
	return nil, false
}

func (z *Zone) groupAt(name, kind string) group {
	types, _ := z.find(name)
	return types[dns.StringToType[kind]]
}

// delegation returns the NS records of a zone cut at or above the name, or nil. DS belongs to the side above the cut.
func (z *Zone) delegation(name string, kind uint16) []dns.RR {
	var found []dns.RR
	for at := name; at != z.Name && dns.IsSubDomain(z.Name, at); at = parent(at) {
		members := z.names[at][dns.TypeNS]
		if len(members) > 0 && !(kind == dns.TypeDS && at == name) {
			found = members[0].records
		}
	}
	return found
}

func sortedTypes(types map[uint16]group) []uint16 {
	var kinds []uint16
	for kind := range types {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}
