package config

import "time"

// TermKind says how far a term can be trusted.
type TermKind string

// The kinds of a term.
const (
	Documented TermKind = "documented" // AWS publishes it
	Configured TermKind = "configured" // the configuration sets it
	Assumed    TermKind = "assumed"    // nobody publishes it; the value is ours, and a drill measures it
)

// Term is one summand of a worst case.
type Term struct {
	Name    string   `json:"name"`
	Seconds float64  `json:"seconds"`
	Kind    TermKind `json:"kind"`
	// Source is the address of the document, the key of the configuration, or the reason of an assumption.
	Source string `json:"source"`
	// Key is the field that changes the term; empty if none does.
	Key      string        `json:"key,omitempty"`
	Duration time.Duration `json:"-"`
}

// Failure is how a Region is lost.
type Failure string

// The failures. Refused: connections are refused or answered with errors at once. Silent: nothing answers. Sick: the
// Region answers, but cannot record payments.
const (
	Refused Failure = "refused"
	Silent  Failure = "silent"
	Sick    Failure = "sick"
)

// Failures are all failures.
func Failures() []Failure { return []Failure{Refused, Silent, Sick} }

// Subject is whose time, or whose data, a row is about.
type Subject string

// The subjects. DNSPayer follows the failover name, ClientPayer uses package client with both Regions' names.
const (
	DNSPayer    Subject = "dns payer"
	ClientPayer Subject = "client payer"
	Ledger      Subject = "ledger"
	Journal     Subject = "acknowledged payments"
)

// Row is one worst case and, if an objective bounds it, the bound.
type Row struct {
	Measure Measure `json:"measure"`
	Failure Failure `json:"failure"`
	Subject Subject `json:"subject"`
	Terms   []Term  `json:"terms"`
	// Seconds is the sum of the terms.
	Seconds float64 `json:"seconds"`
	// Objective is the bound in seconds; absent if the row is information only.
	Objective *float64 `json:"objective_seconds,omitempty"`
	Met       bool     `json:"met"`
	// Note says what the row means.
	Note string `json:"note"`

	Total time.Duration `json:"-"`
	Limit time.Duration `json:"-"`
}

// Measure is what a row is a time of.
type Measure string

// The measures: until payments are accepted again, until the ledger is writable again, of data lost.
const (
	RTO        Measure = "rto"
	LedgerTime Measure = "ledger"
	RPO        Measure = "rpo"
)

// Report is what a configuration can promise, computed and not measured.
type Report struct {
	Rows []Row `json:"rows"`
	// Advice is a setting that would meet every objective; empty if they are met or nothing would.
	Advice []Setting `json:"advice,omitempty"`
	// Reachable is the smallest worst case, in seconds, that any health check setting gives.
	Reachable float64 `json:"reachable_seconds"`
}

// Setting is one key with a value that is worth trying.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Met says whether every objective is met.
func (r Report) Met() bool { return len(r.Misses()) == 0 }

// ComputeObjectives is the worst case of losing a Region under a configuration, against its objectives. It is pure, and
// counts on a configuration that Validate accepts.
//
// A payer who follows DNS is refused for: detection + aggregation of the checkers + TTL + the request under way + its
// repetition. Payments are accepted in either Region at any time, so the promotion of the database is not in that sum;
// the ledger's rows say when it catches up.
func ComputeObjectives(c Config) Report {
	var report Report
	for _, failure := range Failures() {
		report.Rows = append(report.Rows,
			bounded(Row{Measure: RTO, Failure: failure, Subject: DNSPayer, Terms: dnsTerms(c.HealthCheck, failure),
				Note: "payments are accepted again for payers who follow DNS; resolvers that ignore the TTL are outside it"}, c.Objectives.RTO),
			bounded(Row{Measure: RTO, Failure: failure, Subject: ClientPayer, Terms: clientTerms(failure),
				Note: "payments are accepted again for payers who use client/"}, c.Objectives.RTO))
	}
	for _, failure := range Failures() {
		report.Rows = append(report.Rows, summed(Row{Measure: LedgerTime, Failure: failure, Subject: Ledger, Terms: ledgerTerms(c.Lease), Met: true,
			Note: "the ledger is writable in the other Region; payments are accepted and kept in the journal meanwhile"}))
	}
	for _, failure := range []Failure{Refused, Silent} {
		report.Rows = append(report.Rows,
			bounded(Row{Measure: RPO, Failure: failure, Subject: Journal, Terms: journalLoss(),
				Note: "no acknowledged payment is lost (invariant I1)"}, c.Objectives.RPO),
			summed(Row{Measure: RPO, Failure: failure, Subject: Ledger, Terms: ledgerLoss(), Met: true,
				Note: "typically missing from the promoted ledger; the journal replays it, so it is late and not lost (invariant I2)"}))
	}
	report.Reachable = slowest(fastest).Seconds()
	if !report.Met() {
		report.Advice = advise(c)
	}
	return report
}

func summed(row Row) Row {
	row.Total = totalOf(row.Terms)
	row.Seconds = row.Total.Seconds()
	return row
}

func bounded(row Row, limit time.Duration) Row {
	row = summed(row)
	seconds := limit.Seconds()
	row.Limit, row.Objective, row.Met = limit, &seconds, row.Total <= limit
	return row
}

func totalOf(terms []Term) time.Duration {
	var total time.Duration
	for _, term := range terms {
		total += term.Duration
	}
	return total
}
