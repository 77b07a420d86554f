package failover

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// decideAsked is what an operator's intent, or the end of one, changes for the holder; false: nothing.
func decideAsked(seen Observation, now time.Time) (Decision, bool) {
	intent, state := seen.standing(), seen.Lease.State
	toPeer := intent.To == seen.Self.Peer
	draining := state == payment.LeaseDraining
	switch {
	case intent.Kind == control.IntentFailover && toPeer:
		return turn(seen, payment.LeaseReleased, NoWork, "failover to %s was asked for by %s", intent.To, intent.By), true
	case state == payment.LeasePromoting:
		return Decision{}, false
	// The switchover is done, by whoever asked the database for it.
	case draining && seen.Database.Usable && !seen.Database.Writer:
		return turn(seen, payment.LeaseReleased, NoWork, "drained epoch %d, and the peer's database is the writer now", seen.Lease.Epoch), true
	case intent.Kind == control.IntentSwitchover && toPeer:
		return turn(seen, payment.LeaseDraining, HandOver, "switchover to %s was asked for by %s", intent.To, intent.By), true
	case intent.Kind == control.IntentDrain:
		return turn(seen, payment.LeaseDraining, Sweep, "drain was asked for by %s", intent.By), true
	// An intent that cannot be read may still ask; and a database that is moving must not be posted to.
	case draining && seen.IntentRead && (seen.Ledger.Good || seen.Database.Usable && seen.Database.Writer):
		return turn(seen, payment.LeaseActive, Sweep, "nobody asks to drain epoch %d any more", seen.Lease.Epoch), true
	case draining && seen.IntentRead && seen.Ledger.badFor(now, seen.Self.LedgerGrace()):
		return turn(seen, payment.LeaseReleased, NoWork, "nobody asks to drain any more, ledger bad for %s: %s",
			now.Sub(seen.Ledger.Since), seen.Ledger.Problem), true
	case intent.Kind == control.IntentReplay && state == payment.LeaseActive:
		return turn(seen, payment.LeaseActive, Replay, "replay from %s was asked for by %s", intent.Since.Format(time.RFC3339), intent.By), true
	}
	return Decision{}, false
}

// handedOver tells a standby that the holder has stepped down at the end of a switchover to here, and not otherwise.
func handedOver(seen Observation) bool {
	intent := seen.standing()
	return intent.Kind == control.IntentSwitchover && intent.To == seen.Self.Region &&
		seen.Lease.State == payment.LeaseReleased && seen.Database.Usable && seen.Database.Writer
}

// moving tells whether a switchover is under way, so that what comes next is worth looking for more often.
func moving(seen Observation) bool {
	intent, lease := seen.standing(), seen.Lease
	return intent.Kind == control.IntentSwitchover && lease.Region != intent.To &&
		(lease.State == payment.LeaseDraining || lease.State == payment.LeaseReleased)
}

// turn renews the term in a state, or releases it.
func turn(seen Observation, state payment.LeaseState, work Work, format string, arguments ...any) Decision {
	next := renewed(seen.Self, seen.Lease)
	next.State = state
	decision := Decision{Action: Renew, Next: next, Work: work, Reason: fmt.Sprintf(format, arguments...)}
	if state == payment.LeaseReleased {
		decision.Action = Release
	}
	return decision
}

// overruled says why a standby may claim from a holder that still renews; empty if it may not. A failover that was
// asked for gives the holder a ttl, by this run's clock, to step down by itself.
func overruled(seen Observation, now time.Time) string {
	intent := seen.standing()
	waited := now.Sub(seen.Asked)
	if intent.Kind != control.IntentFailover || intent.To != seen.Self.Region || waited < seen.Self.TTL {
		return ""
	}
	return fmt.Sprintf("failover was asked for by %s, and %s has not stepped down for %s", intent.By, seen.Lease.Region, waited)
}
