package hclgen

import "strings"

var routingPolicies = []string{"failover_routing_policy", "weighted_routing_policy", "latency_routing_policy",
	"geolocation_routing_policy", "geoproximity_routing_policy", "cidr_routing_policy", "multivalue_answer_routing_policy"}

func dnsRules() []rule {
	record, check := []string{"aws_route53_record"}, []string{"aws_route53_health_check"}
	return []rule{
		{"record-set-identifier", record, "provider docs r/route53_record: set_identifier is required with a routing policy", setIdentifier},
		{"record-one-policy", record, "provider docs r/route53_record: routing policies conflict", atMostOne(routingPolicies...)},
		{"record-target", record, "provider docs r/route53_record: records or alias, exactly one", exactlyOne("records", "alias")},
		{"record-ttl", record, "provider docs r/route53_record: ttl is required for non-alias records, conflicts with alias", recordTTL},
		{"health-check-own-name", record, "Route 53 guide, health-checks-creating-values: never check the failover name itself", ownName},
		{"health-check-endpoint", check, "Route 53 API HealthCheckConfig: endpoint checks need a name or an address, and an interval", checkedEndpoint},
		{"health-check-interval", check, "Route 53 API HealthCheckConfig: RequestInterval is 10 or 30", within("request_interval", 30, 30, 10)},
		{"health-check-threshold", check, "Route 53 API HealthCheckConfig: FailureThreshold is 1 to 10", within("failure_threshold", 1, 10)},
	}
}

func setIdentifier(v view) {
	policies := v.given(routingPolicies...)
	if len(policies) > 0 && !v.has("set_identifier") {
		v.fault("set_identifier", "is not set, and "+policies[0]+" requires it", "give each record of the name its own identifier")
	}
	if len(policies) == 0 && v.has("set_identifier") {
		v.fault("set_identifier", "is set without a routing policy", "add the policy or remove it")
	}
}

func recordTTL(v view) {
	switch {
	case v.has("records") && !v.any("alias") && !v.has("ttl"):
		v.fault("ttl", "is not set on a record with records", "set ttl in seconds")
	case v.any("alias") && v.has("ttl"):
		v.fault("ttl", "is set on an alias, which takes the target's", "remove it, or use records")
	}
}

// ownName finds a failover record whose health check asks that very name.
func ownName(v view) {
	if !v.any("failover_routing_policy") {
		return
	}
	block, _, ok := Referenced(v.value("health_check_id"))
	if !ok || block == nil {
		return
	}
	asked, ok := block.Attribute("fqdn")
	if !ok {
		return
	}
	asked = v.c.held(asked)
	name := v.value("name")
	target, _, _ := Referenced(asked)
	if name != nil && Text(asked) == Text(name) || target == v.top {
		v.fault("health_check_id", "the check "+block.Address()+" asks the failover name itself, so its answer depends on its own result",
			"check a name that belongs to one Region")
	}
}

func checkedEndpoint(v view) {
	kind, ok := v.text("type")
	if !ok {
		return
	}
	switch {
	case strings.HasPrefix(kind, "HTTP") || kind == "TCP":
		if len(v.given("fqdn", "ip_address")) == 0 {
			v.fault("fqdn", "a check of type "+kind+" has neither fqdn nor ip_address", "set one")
		}
		if !v.has("request_interval") {
			v.fault("request_interval", "is not set, and AWS refuses that for an endpoint check", "set 10 or 30 (seconds)")
		}
		if strings.HasSuffix(kind, "STR_MATCH") && !v.has("search_string") {
			v.fault("search_string", "is not set on a check of type "+kind, "set the text to find")
		}
	case kind == "CALCULATED":
		needs("child_healthchecks", "child_health_threshold")(v)
	case kind == "CLOUDWATCH_METRIC":
		needs("cloudwatch_alarm_name", "cloudwatch_alarm_region")(v)
	}
}
