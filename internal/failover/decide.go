package failover

import (
	"fmt"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Action is what a run does about the lease.
type Action string

// The actions. All but Wait write Decision.Next, on the version that was read.
const (
	Wait    Action = "wait"
	Create  Action = "create"
	Claim   Action = "claim"
	Renew   Action = "renew"
	Release Action = "release"
)

// Work is what a run does once its write has succeeded, under the lease that it wrote.
type Work string

// The works. A draining term still posts what is pending, unless its database is about to be handed over.
const (
	NoWork   Work = ""
	Promote  Work = "promote"
	Sweep    Work = "sweep"
	HandOver Work = "hand-over"
	Replay   Work = "replay"
)

// Decision is what to do, and why.
type Decision struct {
	Action Action
	Next   control.Lease
	Work   Work
	// Fenced: this run was the holder and could not renew in time, so it must take the lease for lost.
	Fenced bool
	// Lossless: the term that is claimed begins with a database that the former holder handed over.
	Lossless bool
	Reason   string
}

func wait(format string, arguments ...any) Decision {
	return Decision{Action: Wait, Reason: fmt.Sprintf(format, arguments...)}
}

// Decide is the rule of the lease (docs/architecture.md, "How a Region takes over"). It has no memory, no clock and no side effect.
func Decide(seen Observation, now time.Time) Decision {
	switch seen.Reading {
	case LeaseCorrupt, LeaseNewer:
		return wait("lease item is not understood and left alone: %s", seen.ReadError)
	case LeaseAbsent:
		return decideFirst(seen, now)
	case LeaseRead:
	default:
		return decideBlind(seen, now)
	}
	lease := seen.Lease
	switch {
	case lease.Region != seen.Self.Region && lease.Region != seen.Self.Peer:
		return wait("lease names region %q, which is neither %s nor %s", lease.Region, seen.Self.Region, seen.Self.Peer)
	case lease.Region != seen.Self.Region:
		return decideStandby(seen, now)
	case lease.State == payment.LeaseReleased:
		return decideReclaim(seen, now)
	}
	return decideHolder(seen, now)
}

// decideBlind is for a run that could not read the lease.
func decideBlind(seen Observation, now time.Time) Decision {
	decision := wait("lease could not be read: %s", seen.ReadError)
	if !seen.Held.IsZero() && now.Sub(seen.Held) >= seen.Self.TTL-seen.Self.Margin() {
		decision.Fenced = true
		decision.Reason = fmt.Sprintf("not renewed for %s, taken for lost: %s", now.Sub(seen.Held), seen.ReadError)
	}
	return decision
}

// decideFirst is for the time before the first lease.
func decideFirst(seen Observation, now time.Time) Decision {
	if rest := seen.Self.firstLeaseWait(seen.Database.Writer) - now.Sub(seen.Moved); rest > 0 {
		return wait("no lease yet, the peer's to make for %s", rest)
	}
	if why := incapable(seen); why != "" {
		return wait("no lease yet, and not capable: %s", why)
	}
	return Decision{Action: Create, Next: claimed(seen.Self, control.Lease{}), Work: Promote, Reason: "no lease was ever written"}
}

// decideStandby is for the Region that does not hold the lease.
func decideStandby(seen Observation, now time.Time) Decision {
	lease, still := seen.Lease, now.Sub(seen.Moved)
	var reason string
	switch {
	case lease.State == payment.LeaseReleased:
		reason = fmt.Sprintf("%s released epoch %d", lease.Region, lease.Epoch)
	case still >= seen.Self.TTL:
		reason = fmt.Sprintf("%s has not renewed epoch %d seq %d for %s", lease.Region, lease.Epoch, lease.Seq, still)
	default:
		if reason = overruled(seen, now); reason == "" {
			return Decision{Action: Wait, Reason: lease.Region + " " + holding(lease)}
		}
	}
	if why := incapable(seen); why != "" {
		return wait("%s, but this region is not capable: %s", reason, why)
	}
	return Decision{Action: Claim, Next: claimed(seen.Self, lease), Work: Promote, Lossless: handedOver(seen), Reason: reason}
}

// decideReclaim is for the Region that stepped down: its peer goes first.
func decideReclaim(seen Observation, now time.Time) Decision {
	if rest := seen.Self.reclaimWait() - now.Sub(seen.Moved); rest > 0 {
		return wait("released epoch %d, the peer's to claim for %s", seen.Lease.Epoch, rest)
	}
	why := incapable(seen)
	if why == "" && seen.Database.Writer && !seen.Ledger.Good {
		why = "ledger: " + orUnknown(seen.Ledger)
	}
	if why != "" {
		return wait("released epoch %d, and not capable again: %s", seen.Lease.Epoch, why)
	}
	return Decision{Action: Claim, Next: claimed(seen.Self, seen.Lease), Work: Promote,
		Reason: fmt.Sprintf("epoch %d was released and nobody claimed; capable again", seen.Lease.Epoch)}
}

// decideHolder is for the Region that holds the lease.
func decideHolder(seen Observation, now time.Time) Decision {
	lease := seen.Lease
	if lease.Holder != seen.Self.Run && now.Sub(seen.Moved) < seen.Self.successionTime() {
		return Decision{Action: Wait, Reason: "run " + lease.Holder + " of this region " + holding(lease)}
	}
	if why := steppingDown(seen, now); why != "" {
		next := renewed(seen.Self, lease)
		next.State = payment.LeaseReleased
		if lease.State == payment.LeasePromoting {
			next.InVain++
		}
		return Decision{Action: Release, Next: next, Reason: why}
	}
	if decision, changes := decideAsked(seen, now); changes {
		return decision
	}
	work := Sweep
	if lease.State == payment.LeasePromoting {
		work = Promote
	}
	return Decision{Action: Renew, Next: renewed(seen.Self, lease), Work: work, Reason: holding(lease)}
}

// holding is the reason of nearly every tick, so it is put together without fmt.
func holding(lease control.Lease) string {
	return "holds epoch " + strconv.FormatInt(lease.Epoch, 10) + " (" + string(lease.State) + ")"
}

// steppingDown says why a holder must give the lease up, if it must.
func steppingDown(seen Observation, now time.Time) string {
	if grace := seen.Self.JournalGrace(); seen.Journal.badFor(now, grace) {
		return fmt.Sprintf("journal bad for %s: %s", now.Sub(seen.Journal.Since), seen.Journal.Problem)
	}
	if grace := seen.Self.LedgerGrace(); answersForLedger(seen) && seen.Ledger.badFor(now, grace) {
		return fmt.Sprintf("ledger bad for %s: %s", now.Sub(seen.Ledger.Since), seen.Ledger.Problem)
	}
	return ""
}

// answersForLedger tells whether a bad ledger is held against the holder. In a draining term an operator may be moving
// it. A promoting term answers for it once its cluster is the writer, by a look of this tick: before that a promotion may
// take minutes, and of a cluster that nobody can look at nothing is known. After terms in vain it waits longer, so that two
// Regions whose ledgers are bad, or slow to come, do not hand the lease to and fro. Nor does it answer while a drain is
// asked for, which such a term cannot follow yet.
func answersForLedger(seen Observation) bool {
	switch seen.Lease.State {
	case payment.LeaseActive:
		return true
	case payment.LeasePromoting:
		patient := seen.Lease.Seq < seen.Self.patience(seen.Lease.InVain)
		return seen.Database.settledWriter() && !patient && seen.standing().Kind != control.IntentDrain
	}
	return false
}

// incapable says why this Region could not be the active one, if so.
func incapable(seen Observation) string {
	switch {
	case !seen.Journal.Good:
		return "journal: " + orUnknown(seen.Journal)
	case !seen.Database.Usable:
		return "database: " + seen.Database.Problem
	}
	return ""
}

func orUnknown(health Health) string {
	if !health.Known {
		return "not looked at yet"
	}
	return health.Problem
}

// claimed is the term after lease, for this Region.
func claimed(self Settings, lease control.Lease) control.Lease {
	return control.Lease{
		Region: self.Region, Epoch: lease.Epoch + 1, State: payment.LeasePromoting, Holder: self.Run, Version: lease.Version,
		InVain: lease.InVain,
	}
}

// renewed is the same term, one renewal on.
func renewed(self Settings, lease control.Lease) control.Lease {
	lease.Seq, lease.Holder = lease.Seq+1, self.Run
	return lease
}
