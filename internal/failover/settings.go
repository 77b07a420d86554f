package failover

import (
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Settings are what a run knows before it looks.
type Settings struct {
	// Region is this one, Peer the only other that may hold the lease.
	Region, Peer string
	// Place is the configured one; it matters for the first lease only.
	Place payment.Place
	// Run names this run among those of the Region.
	Run string
	// TTL: a lease that has not moved for so long is presumed abandoned. Tick: how often a holder renews it.
	TTL, Tick time.Duration
}

// ticksPerTTL is how many renewals the time to live must have room for, as in package config.
const ticksPerTTL = 3

// maximumGrace bounds both graces, so that one run is long enough to see them pass.
const maximumGrace = time.Minute

// Validate names everything that is missing or impossible.
func (s Settings) Validate() error {
	var faults []error
	if s.Region == "" || s.Peer == "" || s.Run == "" || s.Region == s.Peer {
		faults = append(faults, fmt.Errorf("region %q, peer %q, run %q: all must be set, and the regions differ", s.Region, s.Peer, s.Run))
	}
	if s.Place != payment.PlacePrimary && s.Place != payment.PlaceSecondary {
		faults = append(faults, fmt.Errorf("place %q is neither %s nor %s", s.Place, payment.PlacePrimary, payment.PlaceSecondary))
	}
	if s.Tick <= 0 || s.TTL < ticksPerTTL*s.Tick {
		faults = append(faults, fmt.Errorf("lease ttl %s is shorter than %d ticks of %s", s.TTL, ticksPerTTL, s.Tick))
	}
	return errors.Join(faults...)
}

// Margin is how much earlier than TTL a holder that cannot renew stops acting: room for clocks that run at different
// speeds, and for a call under way.
func (s Settings) Margin() time.Duration { return s.TTL / 5 }

// JournalGrace is how long a holder bears a journal that it cannot write.
func (s Settings) JournalGrace() time.Duration { return min(s.TTL, maximumGrace) }

// LedgerGrace is how long a holder bears a ledger that takes no writes. It is longer, as payments are accepted
// meanwhile, and Aurora replaces a writer within its Region by itself, "typically" in less than 60 and "often" in less
// than 30 seconds (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html).
// With the default TTL of 15 s it is 30 s, so that DNS has moved within a minute of the loss.
func (s Settings) LedgerGrace() time.Duration { return min(2*s.TTL, maximumGrace) }

// patience is after how many renewals a promoting term may step down for its ledger, by the terms in vain before it: none,
// and then 1, 3, 7, 15 and at most 31 graces. No run lasts so long, but the lease counts its renewals itself.
func (s Settings) patience(inVain int64) int64 {
	return (1<<min(inVain, 5) - 1) * int64(s.LedgerGrace()/s.Tick)
}

// successionTime is when a run takes over renewing from another run of its Region: after that one has missed a tick,
// and before the peer Region may take the lease for abandoned.
func (s Settings) successionTime() time.Duration { return s.Tick * 3 / 2 }

// firstLeaseWait is how long a Region leaves the first lease to its peer: the primary not at all, but whoever must
// promote a database for it much longer. A lease that was deleted is so made anew where the ledger is.
func (s Settings) firstLeaseWait(writer bool) time.Duration {
	switch {
	case !writer:
		return 4 * s.TTL
	case s.Place == payment.PlaceSecondary:
		return s.TTL
	}
	return 0
}

// reclaimWait is how long a Region that stepped down leaves the lease to its peer.
func (s Settings) reclaimWait() time.Duration { return 2 * s.TTL }
