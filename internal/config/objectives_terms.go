package config

import (
	"fmt"
	"time"
)

// What Route 53 documents of one probe: it must connect within 4 s and get the status within 2 s after that.
const (
	probeConnect  = 4 * time.Second
	probeResponse = 2 * time.Second
)

// What nobody publishes. The values are assumptions, printed as such; drills measure the real ones.
const (
	// CheckerAggregation is the time from enough checkers' verdicts to another DNS answer.
	CheckerAggregation = 5 * time.Second
	// HealthGrace is how long /health forgives a journal that cannot be written, so that one slow write moves nobody.
	HealthGrace = 5 * time.Second
	// PayerTimeout is after how long a payer gives up a request that nobody answers.
	PayerTimeout = 5 * time.Second
	// PayerRetry is the time of the first request in the other Region, with TLS and a cold start.
	PayerRetry = time.Second
	// LedgerPromotion is the span of FailoverGlobalCluster, fencing included. AWS says "a few minutes".
	LedgerPromotion = 180 * time.Second
	// LedgerLag is the replication lag of the ledger. AWS says "typically under a second".
	LedgerLag = time.Second
)

const (
	probeSource    = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html"
	intervalSource = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"
	recoverySource = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html"
	lagSource      = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html"
	strongSource   = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html"
)

func term(name string, duration time.Duration, kind TermKind, source, key string) Term {
	return Term{Name: name, Seconds: duration.Seconds(), Kind: kind, Source: source, Key: key, Duration: duration}
}

// dnsTerms is the worst case of a payer who follows the failover name. The interval counts from the end of one probe
// to the start of the next, so every silent probe adds its own time-outs.
func dnsTerms(check HealthCheck, failure Failure) []Term {
	times := time.Duration(check.Threshold)
	terms := []Term{term(fmt.Sprintf("detection: %d probes, %s apart", check.Threshold, formatDuration(check.Interval)),
		times*check.Interval, Configured, "health_check.interval, health_check.threshold; "+intervalSource, "health_check.interval, health_check.threshold")}
	if failure == Silent {
		terms = append(terms, term(fmt.Sprintf("time-outs of %d probes, %s to connect and %s to answer", check.Threshold, probeConnect, probeResponse),
			times*(probeConnect+probeResponse), Documented, probeSource, "health_check.threshold"))
	}
	if failure == Sick {
		terms = append(terms, term("/health forgives a failing journal", HealthGrace, Assumed, "our own function's setting", ""))
	}
	terms = append(terms,
		term("checkers agree and DNS changes", CheckerAggregation, Assumed, "not published", ""),
		term("resolvers keep the old answer (TTL)", check.TTL, Configured, "health_check.ttl", "health_check.ttl"))
	return append(terms, clientTerms(failure)...)
}

// clientTerms is the worst case of a payer who knows both Regions: the request under way, then the same one again.
func clientTerms(failure Failure) []Term {
	var terms []Term
	if failure == Silent {
		terms = append(terms, term("request under way times out", PayerTimeout, Assumed, "the payer's own setting", ""))
	}
	return append(terms, term("request again, in the other Region", PayerRetry, Assumed, "TLS handshake and cold start", ""))
}

// ledgerTerms is the time until the other Region's controller has promoted its cluster. A dead holder cannot release
// the lease, so both failures wait for its end.
func ledgerTerms(lease Lease) []Term {
	return []Term{
		term("the lease runs out", lease.TTL, Configured, "lease.ttl", "lease.ttl"),
		term("the standby looks again", lease.Tick, Configured, "lease.tick", "lease.tick"),
		term("Aurora fences and promotes", LedgerPromotion, Assumed, `"within a few minutes", `+recoverySource, ""),
	}
}

func journalLoss() []Term {
	return []Term{term("the journal acknowledges after two Regions have it", 0, Documented, strongSource, "")}
}

func ledgerLoss() []Term {
	return []Term{term("asynchronous replication lag", LedgerLag, Assumed, `"typically under a second", `+lagSource, "")}
}
