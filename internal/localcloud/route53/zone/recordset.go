package zone

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// ErrInvalid says that record sets cannot stand together in one zone; the API's code for it is InvalidChangeBatch.
var ErrInvalid = errors.New("invalid record sets")

// Failover is the role of a record set in a failover group.
type Failover string

// The roles of a failover group; a simple record set has none.
const (
	Simple    Failover = ""
	Primary   Failover = "PRIMARY"
	Secondary Failover = "SECONDARY"
)

// RecordSet is one resource record set, as the API has it.
type RecordSet struct {
	// Name is absolute or not, of any case; a leading "*." makes it a wildcard.
	Name string
	// Type is A, AAAA, CNAME, TXT and so on.
	Type string
	// TTL is in whole seconds; zero and without meaning for an alias.
	TTL time.Duration
	// Values are in the presentation format of RFC 1035, TXT values in quotes.
	Values []string
	// Alias is set instead of TTL and Values.
	Alias *Alias
	// SetIdentifier tells the members of a failover group apart.
	SetIdentifier string
	// Failover is the role in the group.
	Failover Failover
	// HealthCheckID is empty for a record set that is always healthy.
	HealthCheckID string
}

// Alias points at another record set of the zone or at an AWS resource, see Target.
type Alias struct {
	// ZoneID is the hosted zone of the target; the API prints it, nothing here depends on it.
	ZoneID string
	// Name is the target's DNS name.
	Name string
	// EvaluateTargetHealth makes the alias as healthy as its target.
	EvaluateTargetHealth bool
}

// normal is the form in which names are compared: lower case, absolute.
func normal(name string) string { return dns.CanonicalName(name) }

// records parses the values of a set; an alias has none.
func (s RecordSet) records() ([]dns.RR, error) {
	var records []dns.RR
	for _, value := range s.Values {
		text := fmt.Sprintf("%s %d IN %s %s", normal(s.Name), int64(s.TTL/time.Second), s.Type, value)
		record, err := dns.NewRR(text)
		if err != nil {
			return nil, fmt.Errorf("read %s %s value %q: %w: %w", s.Name, s.Type, value, ErrInvalid, err)
		}
		if record == nil || strings.TrimSpace(value) == "" {
			return nil, fmt.Errorf("read %s %s value %q: %w: no value", s.Name, s.Type, value, ErrInvalid)
		}
		records = append(records, record)
	}
	return records, nil
}

// check judges one set by itself, in the zone named apex.
func (s RecordSet) check(apex string) error {
	refuse := func(format string, values ...any) error {
		return fmt.Errorf("%w: %s %s: %s", ErrInvalid, s.Name, s.Type, fmt.Sprintf(format, values...))
	}
	name := normal(s.Name)
	_, known := dns.StringToType[s.Type]
	_, valid := dns.IsDomainName(name)
	switch {
	case !known:
		return refuse("unknown record type")
	case !valid:
		return refuse("not a domain name")
	case !dns.IsSubDomain(apex, name):
		return refuse("not in the zone %s", apex)
	case s.Type == "CNAME" && name == apex:
		return refuse("a CNAME cannot stand at the apex")
	case s.Alias == nil && len(s.Values) == 0:
		return refuse("neither values nor an alias")
	case s.Alias != nil && (len(s.Values) > 0 || s.TTL != 0):
		return refuse("an alias has no values and no TTL of its own")
	case s.TTL < 0 || s.TTL%time.Second != 0 || s.TTL > (1<<31-1)*time.Second:
		return refuse("TTL %s is not a number of whole seconds from 0 to 2147483647", s.TTL)
	case s.Type == "CNAME" && len(s.Values) > 1:
		return refuse("%d values, a CNAME has one", len(s.Values))
	case s.Alias != nil && (s.Type == "NS" || s.Type == "SOA"):
		return refuse("NS and SOA cannot be aliases")
	}
	return s.checkRouting(refuse)
}

func (s RecordSet) checkRouting(refuse func(string, ...any) error) error {
	switch s.Failover {
	case Simple:
		if s.SetIdentifier != "" {
			return refuse("set identifier %q without a failover role; other routing policies are not modelled", s.SetIdentifier)
		}
	case Primary, Secondary:
		if s.SetIdentifier == "" {
			return refuse("a failover record set needs a set identifier")
		}
	default:
		return refuse("failover role %q is neither PRIMARY nor SECONDARY", s.Failover)
	}
	if s.Alias != nil {
		if _, valid := dns.IsDomainName(s.Alias.Name); !valid || strings.TrimSuffix(s.Alias.Name, ".") == "" {
			return refuse("alias target %q is not a domain name", s.Alias.Name)
		}
	}
	return nil
}
