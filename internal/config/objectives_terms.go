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
	// ProbeTrip is the longest round trip between a checker and an endpoint.
	ProbeTrip = 400 * time.Millisecond
	// CheckerAggregation is the time from enough checkers' verdicts to another DNS answer.
	CheckerAggregation = 5 * time.Second
	// PayerTimeout is after how long a payer gives up a request that nobody answers.
	PayerTimeout = 5 * time.Second
	// PayerPause is how long a payer who knows one name waits after a failure before it tries again.
	PayerPause = time.Second
	// PayerRetry is the time of the first request in the other Region, with TLS and a cold start.
	PayerRetry = time.Second
	// JournalPause is how long the strongly consistent tables may refuse when they lose one of three Regions.
	JournalPause = 2 * time.Second
	// LedgerPromotion is the span of FailoverGlobalCluster, fencing included. AWS says "a few minutes".
	LedgerPromotion = 180 * time.Second
	// LedgerLag is the replication lag of the ledger. AWS says "typically under a second".
	LedgerLag = time.Second
	// ControllerLook is one look of a controller at the stores, or its calls between two steps.
	ControllerLook = 500 * time.Millisecond
)

// What our own functions do; tests hold them to it.
const (
	// HealthGrace is how long /health forgives a journal that cannot be written, so that one slow write moves nobody.
	HealthGrace = 5 * time.Second
	// LedgerWait is how long a payment waits for a ledger that does not answer, before it is answered without it.
	LedgerWait = 2500 * time.Millisecond
	// ControllerRun is how long a run of the controller looks at the lease; one is started every ControllerEvery.
	ControllerRun   = 145 * time.Second
	ControllerEvery = time.Minute
)

// A probe of an endpoint that answers at once takes four round trips: one to connect, two for TLS 1.2, one to ask.
const probeTrips = 4

const (
	probeSource    = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html"
	intervalSource = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"
	recoverySource = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html"
	lagSource      = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html"
	scheduleSource = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html"
	strongSource   = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html"
)

func term(name string, duration time.Duration, kind TermKind, source, key string) Term {
	return Term{Name: name, Seconds: duration.Seconds(), Kind: kind, Source: source, Key: key, Duration: duration}
}

// dnsTerms is the worst case of a payer who follows the failover name.
func dnsTerms(check HealthCheck, failure Failure) []Term {
	terms := append(DetectionTerms(check, failure),
		term("resolvers keep the old answer (TTL)", check.TTL, Configured, "health_check.ttl", "health_check.ttl"))
	if failure != Refused {
		terms = append(terms, underWay(failure))
	}
	return append(terms,
		term("the payer pauses before it tries again", PayerPause, Assumed, "the payer's own setting", ""),
		ledgerWait(), again())
}

// DetectionTerms is the time until DNS answers with the other Region. The interval counts from the end of one probe to
// the start of the next, so every probe adds its own time.
func DetectionTerms(check HealthCheck, failure Failure) []Term {
	times := time.Duration(check.Threshold)
	terms := []Term{term(fmt.Sprintf("detection: %d probes, %s apart", check.Threshold, formatDuration(check.Interval)),
		times*check.Interval, Configured, "health_check.interval, health_check.threshold; "+intervalSource, "health_check.interval, health_check.threshold")}
	switch failure {
	case Refused:
		terms = append(terms, term(fmt.Sprintf("%d probes of %d round trips, %s each", check.Threshold, probeTrips, ProbeTrip),
			times*probeTrips*ProbeTrip, Assumed, "the farthest checker", "health_check.threshold"))
	case Silent:
		terms = append(terms, term(fmt.Sprintf("time-outs of %d probes, %s to connect and %s to answer", check.Threshold, probeConnect, probeResponse),
			times*(probeConnect+probeResponse), Documented, probeSource, "health_check.threshold"))
	case Sick:
		terms = append(terms,
			term(fmt.Sprintf("%d probes, %s to connect and %s to answer", check.Threshold, ProbeTrip, probeResponse),
				times*(ProbeTrip+probeResponse), Assumed, "the farthest checker; "+probeSource, "health_check.threshold"),
			term("/health forgives a failing journal", HealthGrace, Assumed, "our own function's setting", ""))
	}
	return append(terms, term("checkers agree and DNS changes", CheckerAggregation, Assumed, "not published", ""))
}

// clientTerms is the worst case of a payer who knows both Regions: the request under way, then the same one again. The
// other Region still believes in the lost one, and finds journal and ledger as that left them.
func clientTerms(failure Failure) []Term {
	first := term("the journal goes on without the lost Region", JournalPause, Assumed, "not published", "")
	if failure != Refused {
		first = underWay(failure)
	}
	return []Term{first, ledgerWait(), again()}
}

// underWay is the request in the lost Region. A sick one tries to write its journal for nearly as long.
func underWay(failure Failure) Term {
	name := "request under way times out"
	if failure == Sick {
		name = "request under way fails or times out"
	}
	return term(name, PayerTimeout, Assumed, "the payer's own setting", "")
}

func ledgerWait() Term {
	return term("the lost ledger is waited for", LedgerWait, Assumed, "our own function's setting, until the lease has moved", "")
}

func again() Term {
	return term("request again, in the other Region", PayerRetry, Assumed, "TLS handshake and cold start", "")
}

// ledgerTerms is the time until the other Region's controller has promoted its cluster. A dead holder cannot release
// the lease, nor can one that cannot write, so every failure waits for its end.
func ledgerTerms(lease Lease) []Term {
	const looks = 8
	terms := []Term{
		term("the lease runs out", lease.TTL, Configured, "lease.ttl", "lease.ttl"),
		term("the standby looks: at the last renewal, and when it is too old", 2*lease.Tick, Configured, "lease.tick", "lease.tick"),
	}
	// Starts are a minute apart and up to a minute late. A run that began before the loss lasts at least this much longer;
	// if the lease outlives it, a later run counts anew.
	const overlap = ControllerRun - 2*ControllerEvery
	if rest := lease.TTL + lease.Tick + ControllerLook - overlap; rest > 0 {
		terms = append(terms, term("the standby's run ends, and the next one counts anew", rest, Assumed, "lease.ttl, lease.tick; "+scheduleSource, "lease.ttl"))
	}
	return append(terms,
		term("Aurora fences and promotes", LedgerPromotion, Assumed, `"within a few minutes", `+recoverySource, ""),
		term("a controller sees it, though its run has just ended", lease.Tick*7/2, Configured, "lease.tick", "lease.tick"),
		term("the controllers' own calls", looks*ControllerLook, Assumed, "a few round trips each", ""))
}

func journalLoss() []Term {
	return []Term{term("the journal acknowledges after two Regions have it", 0, Documented, strongSource, "")}
}

func ledgerLoss() []Term {
	return []Term{term("asynchronous replication lag", LedgerLag, Assumed, `"typically under a second", `+lagSource, "")}
}
