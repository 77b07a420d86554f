package failover

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Limits tune a controller's work; zero values mean the documented defaults.
type Limits struct {
	// Window is how far behind the newest replicated payment a replay begins: payments are posted within half of it
	// after their acceptance, but not in its order. What is posted later is late, and written down (see confirm.go).
	// Default twice payment.LateAfter.
	Window time.Duration
	// ClockSkew is how far apart the wall clocks of two machines may be. Default 1 min.
	ClockSkew time.Duration
	// Reach bounds a replay, whatever the ledger says. Default 72 h.
	Reach time.Duration
	// EmptyReach is where the replay into an empty ledger begins. Default 24 h.
	EmptyReach time.Duration
	// PassPause lies between two passes of a replay, as the journal's indexes follow its items. Default 1 s.
	PassPause time.Duration
	// SettleAfter: after so long in an active term the replay is repeated once, over the time in which a processor may
	// still have acted on an old reading of the lease (30 s) and a request of it (8 s). Default 45 s.
	SettleAfter time.Duration
	// SweepEvery and SweepAge: how often pending payments are looked for, and how old they must be; a younger one is
	// still its processor's. Default 5 s each.
	SweepEvery, SweepAge time.Duration
	// SweepLimit and SweepSlice bound one sweep, in payments and in time. Default 50,000 and 10 s.
	SweepLimit int
	SweepSlice time.Duration
	// Batch is how many payments are read, posted and completed before the lease is looked after again. Default 1,000.
	Batch int
	// Workers is how many calls of the journal are made at once. A completion from the far Region takes some 130 ms, so
	// the default of 128 is good for 1,000 a second. 1 starts no goroutine.
	Workers int
	// DatabaseEvery is how often a standby looks at its database's control plane. Default 20 s.
	DatabaseEvery time.Duration
	// PromoteEvery is how long a promotion or switchover that was asked for is waited for before it is asked for again.
	// Default 10 s.
	PromoteEvery time.Duration
	// DrainFor is how long a term drains before its database is handed over: the age that a processor's reading of the
	// lease normally has. A post that is under way even then is ended by the database, and made by the next term.
	// Default 1 s.
	DrainFor time.Duration
}

// DefaultLimits are the documented defaults.
func DefaultLimits() Limits { return Limits{}.withDefaults() }

func (l Limits) withDefaults() Limits {
	for field, standard := range map[*time.Duration]time.Duration{
		&l.Window: 2 * payment.LateAfter, &l.ClockSkew: time.Minute, &l.Reach: 72 * time.Hour, &l.EmptyReach: 24 * time.Hour, &l.PassPause: time.Second,
		&l.SettleAfter: 45 * time.Second, &l.SweepEvery: 5 * time.Second, &l.SweepAge: 5 * time.Second,
		&l.SweepSlice: 10 * time.Second, &l.DatabaseEvery: 20 * time.Second, &l.PromoteEvery: 10 * time.Second,
		&l.DrainFor: time.Second,
	} {
		if *field <= 0 {
			*field = standard
		}
	}
	for field, standard := range map[*int]int{&l.SweepLimit: 50_000, &l.Batch: 1000, &l.Workers: 128} {
		if *field <= 0 {
			*field = standard
		}
	}
	return l
}
