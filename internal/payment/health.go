package payment

import "time"

// Place is the configured place of a Region; who is active now is the lease's matter.
type Place string

// The two places. Route 53 answers the primary's address while its /health is 200, else the secondary's.
const (
	PlacePrimary   Place = "primary"
	PlaceSecondary Place = "secondary"
)

// The health rules' bounds, in the order in which they apply.
const (
	// HealthGrace: a Region stays able to take payments for this long after its last good probe, so that one slow or
	// lost probe flips nothing. It adds to the time in which a Region that is up but cannot write is detected.
	HealthGrace = 5 * time.Second
	// HealthLeaseAge is how old a reading of the lease may be to count.
	HealthLeaseAge = 15 * time.Second
)

// HealthObservation is what a Region knows of itself when it is asked.
type HealthObservation struct {
	Region string
	Place  Place
	// JournalGood is when a probe of the journal's write path last worked, zero when none has.
	JournalGood time.Time
	// JournalFailures counts the probes that failed since; JournalError is the last one's error.
	JournalFailures int
	JournalError    string
	// Lease is the newest reading, LeaseRead when it was made; zero when none was.
	Lease      Term
	LeaseRead  time.Time
	LeaseError string
}

// HealthReport is the answer of GET /health.
type HealthReport struct {
	Healthy bool   `json:"-"`
	Status  string `json:"status"`
	Region  string `json:"region"`
	Place   Place  `json:"place"`
	// Journal is ok, degraded (failing within the grace) or failed.
	Journal string `json:"journal"`
	// Lease is held, elsewhere, released or unknown.
	Lease       string `json:"lease"`
	LeaseRegion string `json:"leaseRegion,omitempty"`
	LeaseState  string `json:"leaseState,omitempty"`
	Epoch       int64  `json:"epoch,omitempty"`
	// Reasons say why it is unhealthy, and what is degraded.
	Reasons []string `json:"reasons,omitempty"`
}

// Words of HealthReport.
const (
	HealthOK        = "ok"
	HealthDegraded  = "degraded"
	HealthFailed    = "failed"
	LeaseHeldHere   = "held"
	LeaseElsewhere  = "elsewhere"
	LeaseIsReleased = "released"
	LeaseUnknown    = "unknown"
)

// Health judges whether DNS should send payers here.
//
// A Region can take payments when its journal write path works; the ledger may be away, the payment is then answered
// 202. The secondary is healthy exactly then. The primary must also hold the lease, so that DNS stays where the ledger
// went after a failover and never flaps back by itself. Promoting and draining count as holding: payments are taken
// then, too. A released lease does not: the holder stepped down because it was ill.
func Health(seen HealthObservation, now time.Time) HealthReport {
	report := HealthReport{Region: seen.Region, Place: seen.Place}
	able := judgeJournal(seen, now, &report)
	held := judgeLease(seen, now, &report)
	report.Healthy = able && (held || seen.Place == PlaceSecondary)
	report.Status = "unhealthy"
	if report.Healthy {
		report.Status = "healthy"
	}
	return report
}

func judgeJournal(seen HealthObservation, now time.Time, report *HealthReport) bool {
	switch {
	case seen.JournalGood.IsZero():
		report.Journal = HealthFailed
		report.Reasons = append(report.Reasons, reason("no probe of the journal has worked", seen.JournalError))
		return false
	case now.Sub(seen.JournalGood) > HealthGrace:
		report.Journal = HealthFailed
		report.Reasons = append(report.Reasons, reason("journal has not accepted a write for longer than "+HealthGrace.String(), seen.JournalError))
		return false
	case seen.JournalFailures > 0:
		report.Journal = HealthDegraded
		report.Reasons = append(report.Reasons, reason("the last probe of the journal failed", seen.JournalError))
	default:
		report.Journal = HealthOK
	}
	return true
}

func judgeLease(seen HealthObservation, now time.Time, report *HealthReport) bool {
	if seen.LeaseRead.IsZero() || now.Sub(seen.LeaseRead) > HealthLeaseAge {
		report.Lease = LeaseUnknown
		if seen.Place == PlacePrimary {
			report.Reasons = append(report.Reasons, reason("the lease could not be read lately", seen.LeaseError))
		}
		return false
	}
	report.LeaseRegion, report.LeaseState, report.Epoch = seen.Lease.Region, string(seen.Lease.State), seen.Lease.Epoch
	switch {
	case seen.Lease.Region != seen.Region:
		report.Lease = LeaseElsewhere
	case seen.Lease.State == LeaseReleased:
		report.Lease = LeaseIsReleased
	default:
		report.Lease = LeaseHeldHere
		return true
	}
	if seen.Place == PlacePrimary {
		report.Reasons = append(report.Reasons, "this Region does not hold the lease")
	}
	return false
}

func reason(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
