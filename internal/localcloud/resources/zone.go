package resources

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

// Names is Route 53.
type Names interface {
	PutZone(id, name string, sets []zone.RecordSet) error
	DeleteZone(id string) error
	PutTarget(name string, target zone.Target) error
	DeleteTarget(name string) error
	healthChecks
}

// target makes one of AWS's own names known.
func (c *Cloud) target(name string, address netip.Addr) error {
	if err := c.options.Names.PutTarget(name, zone.Target{Addresses: []netip.Addr{address}, TTL: route53.DefaultTargetTTL}); err != nil {
		return fmt.Errorf("make %s lead to %s: %w", name, address, err)
	}
	return nil
}

// zone handles aws_route53_zone.
func (c *Cloud) zone() handler {
	return handler{cloud: c,
		put: func(_ context.Context, full attributes, _ apply.Resource) (attributes, error) {
			if full.set("vpc") {
				return full, fmt.Errorf("private zones are not modelled here")
			}
			id, name := full.text("zone_id"), full.text("name")
			made, err := zone.New(id, name, nil)
			if err != nil {
				return full, err
			}
			var servers []cty.Value
			for _, server := range made.NameServers() {
				servers = append(servers, cty.StringVal(strings.TrimSuffix(server, ".")))
			}
			full = full.with(map[string]cty.Value{"name_servers": cty.ListVal(servers), "primary_name_server": servers[0]})
			return full, c.zones.put(id, name)
		},
		delete: func(_ context.Context, prior object, _ apply.Resource) error {
			return c.zones.delete(prior.text("zone_id"), prior.yes("force_destroy"))
		},
	}
}

// record handles aws_route53_record.
func (c *Cloud) record() handler {
	return handler{cloud: c,
		put: func(_ context.Context, full attributes, r apply.Resource) (attributes, error) {
			for _, policy := range []string{"weighted_routing_policy", "latency_routing_policy", "geolocation_routing_policy",
				"geoproximity_routing_policy", "cidr_routing_policy", "multivalue_answer_routing_policy"} {
				if full.set(policy) {
					return full, fmt.Errorf("%s is not modelled here, only simple and failover records are", policy)
				}
			}
			name, err := c.zones.putRecord(full.text("zone_id"), key(r), recordSet(full.object))
			return full.with(map[string]cty.Value{"fqdn": cty.StringVal(name)}), err
		},
		delete: func(_ context.Context, prior object, r apply.Resource) error {
			return c.zones.deleteRecord(prior.text("zone_id"), key(r))
		},
	}
}

func recordSet(from object) zone.RecordSet {
	set := zone.RecordSet{Name: from.text("name"), Type: from.text("type"), TTL: time.Duration(from.number("ttl")) * time.Second,
		Values: slices.Sorted(slices.Values(from.texts("records"))), SetIdentifier: from.text("set_identifier"),
		HealthCheckID: from.text("health_check_id"), Failover: zone.Failover(from.block("failover_routing_policy").text("type"))}
	if set.Type == "TXT" || set.Type == "SPF" {
		for i, value := range set.Values {
			set.Values[i] = `"` + strings.Trim(value, `"`) + `"` // the provider adds the quotes
		}
	}
	if from.set("alias") {
		alias := from.block("alias")
		set.Alias = &zone.Alias{ZoneID: alias.text("zone_id"), Name: alias.text("name"), EvaluateTargetHealth: alias.yes("evaluate_target_health")}
	}
	return set
}
