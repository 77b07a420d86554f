package cost

import (
	"strings"
	"time"
)

func (e *estimate) databaseInstance(r Resource) {
	class := r.text("instance_class")
	e.fixed(r, "instance "+class, "aurora."+class, e.assume("hours_per_month"))
	e.used(r, "logs and system metrics", "logs.ingest", e.assume("database_log_gigabytes"))
}

func (e *estimate) databaseCluster(r Resource) {
	if storage := r.text("storage_type"); storage != "" {
		e.fault("%s/%s: storage %q is not priced", r.Root, r.Address, storage)
	}
	payments := e.assume(PaymentsPerMonth)
	e.used(r, "storage after a year", "aurora.storage",
		payments*e.assume("months_kept")*e.assume("ledger_kilobytes_per_payment")/gigabyte)
	requests := e.assume("ledger_ios_per_second_idle") * e.seconds()
	if r.Root == e.activeRoot() {
		requests += payments * e.assume("ledger_ios_per_payment")
	}
	e.used(r, "I/O", "aurora.io", requests/million)
}

// globalCluster is charged for what it replicates to each further cluster.
func (e *estimate) globalCluster(r Resource) {
	clusters := 0
	for _, other := range e.Resources {
		if other.Type == "aws_rds_cluster" {
			clusters++
		}
	}
	if clusters > 1 {
		e.used(r, "replicated writes", "aurora.io",
			e.assume(PaymentsPerMonth)*e.assume("ledger_replicated_ios_per_payment")*float64(clusters-1)/million)
	}
}

// tableUse is a month's requests to a table from both Regions: write units before replication, read units, gigabytes.
type tableUse struct{ writes, reads, gigabytes float64 }

// table is charged for writes, storage and recovery in every Region with a replica, and not for the witness
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/global-tables-billing.html).
func (e *estimate) table(r Resource) {
	var use tableUse
	switch r.Name {
	case "sessions":
		use = e.journalUse(r)
	case "control":
		use = e.leaseUse()
	default:
		e.fault("%s/%s: there is no assumption about the use of this table", r.Root, r.Address)
		return
	}
	if mode := r.text("billing_mode"); mode != "PAY_PER_REQUEST" {
		e.fault("%s/%s: billing mode %q is not priced", r.Root, r.Address, mode)
	}
	e.used(r, "reads of all Regions", "dynamodb.read", use.reads/million)
	for i, copied := range append([]Resource{r}, r.blocks("replica")...) {
		place, where := r, r.Region
		recovery := len(r.blocks("point_in_time_recovery")) > 0
		if i > 0 {
			where = copied.text("region_name")
			place.Region, recovery = where, copied.is("point_in_time_recovery")
		}
		e.used(place, "writes in "+where, "dynamodb.write", use.writes/million)
		e.used(place, "storage in "+where, "dynamodb.storage", use.gigabytes)
		if recovery {
			e.used(place, "recovery in "+where, "dynamodb.recovery", use.gigabytes)
		}
	}
}

// journalUse counts the payments and the looks of the health checks, each one write and one strong read.
func (e *estimate) journalUse(r Resource) tableUse {
	payments := e.assume(PaymentsPerMonth)
	indexes := float64(len(r.blocks("global_secondary_index")))
	use := tableUse{
		writes:    payments * (1 + indexes + e.assume("journal_writes_per_completion")),
		reads:     payments * e.assume("journal_reads_per_payment"),
		gigabytes: payments * e.assume("months_kept") * e.assume("journal_kilobytes_per_payment") / gigabyte,
	}
	for _, root := range e.Roots {
		looks := min(e.healthRequests(root), e.seconds()*e.assume("health_looks_per_second"))
		use.writes += looks
		use.reads += looks
	}
	return use
}

// leaseUse counts the ticks of every function that runs by the clock and knows one.
func (e *estimate) leaseUse() tableUse {
	var use tableUse
	for _, r := range e.Resources {
		if r.Type != "aws_lambda_function" {
			continue
		}
		runs := e.scheduledRuns(r)
		tick := e.duration(r, "LEASE_TICK")
		if runs == 0 || tick == 0 {
			continue
		}
		ticks := runs * r.number("timeout") / tick.Seconds()
		use.reads += ticks * e.assume("lease_reads_per_tick")
		if r.Root == e.activeRoot() {
			use.writes += ticks * e.assume("lease_writes_per_tick")
		}
	}
	return use
}

// duration is a duration in a function's environment, or 0.
func (e *estimate) duration(r Resource, variable string) time.Duration {
	for _, environment := range r.blocks("environment") {
		if text := environment.entry("variables", variable); text != "" {
			duration, err := time.ParseDuration(text)
			if err != nil {
				e.fault("%s/%s: %s: %w", r.Root, r.Address, variable, err)
			}
			return duration
		}
	}
	return 0
}

// activeRoot is the root that takes the payments: the one that the primary failover record's health check asks.
func (e *estimate) activeRoot() string {
	for _, record := range e.Resources {
		for _, policy := range record.blocks("failover_routing_policy") {
			if policy.text("type") == "PRIMARY" {
				return e.checkedRoot(record.refers("health_check_id"))
			}
		}
	}
	return ""
}

// checkedRoot is the root that has the name which a health check asks.
func (e *estimate) checkedRoot(check string) string {
	for _, r := range e.Resources {
		if r.Address != check || r.Type != "aws_route53_health_check" {
			continue
		}
		for _, domain := range e.Resources {
			if domain.Type == "aws_apigatewayv2_domain_name" && strings.EqualFold(domain.text("domain_name"), r.text("fqdn")) {
				return domain.Root
			}
		}
	}
	return ""
}
