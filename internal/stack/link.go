package stack

import (
	"fmt"
	"strconv"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// linkRoot holds what needs both Regions to exist. It is applied last and changed seldom: nothing in it is touched by
// a failover, which Route 53's data plane does by itself from the health checks made here.
// Its home is us-east-1, where Route 53 is managed and measured.
func linkRoot(cfg config.Config) Root {
	l := link{concern: newRoot(cfg, RootLink, route53Region), regions: map[config.Role]hclgen.Expr{}}
	l.global = l.remote(RootGlobal)
	for _, role := range config.Roles() {
		l.regions[role] = l.remote(cfg.Region(role))
	}
	l.peering()
	checks := l.healthChecks()
	l.records(checks)
	l.healthAlarms(checks)
	return Root{
		Name:    RootLink,
		Purpose: "what needs both Regions: peering, health checks, failover records",
		Reads:   []string{RootGlobal, cfg.Regions.Primary, cfg.Regions.Secondary},
		Module:  l.Module,
	}
}

// route53Region is the Region of Route 53's control plane and the only one with its metrics.
const route53Region = "us-east-1"

type link struct {
	concern
	global  hclgen.Expr
	regions map[config.Role]hclgen.Expr
}

func (l link) from(role config.Role, path string) hclgen.Expr {
	return hclgen.Traverse(l.regions[role], path)
}

// peering lets each Region's functions reach the other Region's ledger, and nothing else: the security groups decide.
func (l link) peering() {
	l.concern = l.in("peering.tf", "Each Region's functions reach the ledger of the other, on Amazon's own network.")
	vpc := func(role config.Role) hclgen.Expr { return l.from(role, string(role)+"_vpc_id") }
	tag := "payment-vpc-peering-" + l.cfg.EnvironmentSuffix
	peering := l.resource("aws_vpc_peering_connection", "payment", "Asked for by the primary Region. Its status stays active when a Region fails: it is no health signal.")
	l.regional(peering, config.Primary)
	peering.Set("vpc_id", vpc(config.Primary)).
		Set("peer_vpc_id", vpc(config.Secondary)).
		Set("peer_region", l.cfg.Regions.Secondary).
		Set("auto_accept", false).
		Set("tags", nameTag(tag))
	accepter := l.resource("aws_vpc_peering_connection_accepter", "payment", "Accepted in the secondary Region.")
	l.regional(accepter, config.Secondary)
	accepter.Set("vpc_peering_connection_id", peering.Ref("id")).
		Set("auto_accept", true).
		Set("tags", nameTag("payment-vpc-peering-accepter-"+l.cfg.EnvironmentSuffix))
	for _, role := range config.Roles() {
		options := l.resource("aws_vpc_peering_connection_options", string(role), "Names of the peer's database resolve to its private addresses.")
		l.regional(options, role)
		side := "requester"
		if role == config.Secondary {
			side = "accepter"
		}
		options.Set("vpc_peering_connection_id", accepter.Ref("id")).
			Block(side).Set("allow_remote_vpc_dns_resolution", true)
		l.routes(role, accepter)
	}
}

// routes leads from each private route table to the peer's private subnets.
func (l link) routes(role config.Role, accepter *hclgen.Block) {
	tables := 1
	if l.cfg.Egress == config.EgressNAT {
		tables = len(l.cfg.Zones(role))
	}
	for i := range tables {
		name := string(role)
		if tables > 1 {
			name += "_" + strconv.Itoa(i)
		}
		route := l.resource("aws_route", name+"_to_peer", "")
		l.regional(route, role)
		route.Set("route_table_id", l.from(role, fmt.Sprintf("private_route_table_ids[%d]", i))).
			Set("destination_cidr_block", l.cfg.CIDR(role.Peer()).String()).
			Set("vpc_peering_connection_id", accepter.Ref("id"))
	}
}

// healthChecks ask each Region by its own name: a check on the failover name would follow what it decides.
func (l link) healthChecks() map[config.Role]*hclgen.Block {
	l.concern = l.in("dns.tf", "What payers resolve. A failover changes nothing here: Route 53 answers by the health checks.")
	checks := map[config.Role]*hclgen.Block{}
	for _, role := range config.Roles() {
		checks[role] = l.resource("aws_route53_health_check", string(role),
			"Asks the Region's own name, as deeply as a payment goes; the primary answers 200 only while it is active.").
			Set("type", "HTTPS").
			Set("fqdn", l.names.RegionalDomain(role)).
			Set("port", 443).
			Set("resource_path", "/health").
			Set("request_interval", int(l.cfg.HealthCheck.Interval.Seconds())).
			Set("failure_threshold", l.cfg.HealthCheck.Threshold).
			Set("measure_latency", true).
			Set("enable_sni", true).
			Set("tags", nameTag(l.names.Named(role, "health")))
	}
	return checks
}

func (l link) records(checks map[config.Role]*hclgen.Block) {
	l.concern.file = "dns.tf"
	zone := hclgen.Traverse(l.global, "zone_id")
	for _, role := range config.Roles() {
		alias := l.resource("aws_route53_record", string(role)+"_regional", "The Region by name, for health checks and for clients that know both.").
			Set("zone_id", zone).
			Set("name", l.names.RegionalDomain(role)).
			Set("type", "A").
			Block("alias")
		alias.Set("name", l.from(role, "regional_target.domain_name")).
			Set("zone_id", l.from(role, "regional_target.zone_id")).
			Set("evaluate_target_health", false)
	}
	policies := map[config.Role]string{config.Primary: "PRIMARY", config.Secondary: "SECONDARY"}
	for _, role := range config.Roles() {
		record := l.resource("aws_route53_record", string(role)+"_failover", "A CNAME and not an alias, because an alias would not let us choose the TTL.").
			Set("zone_id", zone).
			Set("name", l.names.FailoverDomain()).
			Set("type", "CNAME").
			Set("ttl", int(l.cfg.HealthCheck.TTL.Seconds())).
			Set("records", hclgen.List(l.from(role, "failover_target.domain_name"))).
			Set("set_identifier", string(role)).
			Set("health_check_id", checks[role].Ref("id"))
		record.Block("failover_routing_policy").Set("type", policies[role])
	}
	l.output("dns_failover_domain", "The name that payers use.", hclgen.String(l.names.FailoverDomain()))
	l.output("health_check_ids", "Route 53's view of the Regions.", l.byRole(func(role config.Role) any {
		return checks[role].Ref("id")
	}))
}

// healthAlarms live in us-east-1, the only Region that has Route 53's metrics, with a topic of their own there.
func (l link) healthAlarms(checks map[config.Role]*hclgen.Block) {
	l.concern = l.in("monitoring.tf", "Route 53 publishes its metrics in us-east-1 only, so these alarms and their topic are there.")
	account := l.account()
	key := l.resource("aws_kms_key", "dns_alerts", "The managed key of SNS does not let alarms publish."+keyWildcard).
		Set("description", "Payment DNS alerts, "+l.cfg.EnvironmentSuffix).
		Set("enable_key_rotation", true).
		Set("deletion_window_in_days", 30).
		Set("policy", policy(accountRoot(account), alarmsPublish(account)))
	key.Set("tags", nameTag(l.names.DNSAlertsTopic()))
	topic := l.topic("dns_alerts", l.names.DNSAlertsTopic(), key.Ref("arn"), account)
	for _, role := range config.Roles() {
		l.alarm(alarm{
			name: string(role) + "_unhealthy", description: "Route 53 sees " + l.cfg.Region(role) + " as down.",
			namespace: "AWS/Route53", metric: "HealthCheckStatus",
			dimensions: map[string]any{"HealthCheckId": checks[role].Ref("id")}, statistic: "Minimum",
			operator: below, threshold: 1, period: 60, periods: 1, missing: missingIsBad,
		}, l.names.Alarm(role, "unhealthy"), topic)
	}
}
