package failover

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// memory is what a run remembers of the lease. It changes by readings and by writes that succeeded, never by a write
// that was only tried.
type memory struct {
	known bool // anything was seen yet
	none  bool // and that was no lease
	lease control.Lease
	moved time.Time
	held  time.Time
	// seen is the start of the newest reading or write.
	seen time.Time
}

// read is the memory after a reading that took from started to ended.
func (m memory) read(lease control.Lease, started, ended time.Time) memory {
	next := m
	if !m.known || m.none || m.lease.Region != lease.Region || m.lease.Epoch != lease.Epoch || m.lease.Seq != lease.Seq {
		next.moved = ended
	}
	if m.lease.Region != lease.Region || m.lease.Epoch != lease.Epoch || lease.State == payment.LeaseReleased {
		next.held = time.Time{}
	}
	next.known, next.none, next.lease, next.seen = true, false, lease, started
	return next
}

// absent is the memory after a reading that found no lease.
func (m memory) absent(started, ended time.Time) memory {
	next := memory{known: true, none: true, moved: m.moved, seen: started}
	if !m.known || !m.none {
		next.moved = ended
	}
	return next
}

// wrote is the memory after a successful write of this run.
func (m memory) wrote(lease control.Lease, started, ended time.Time) memory {
	next := memory{known: true, lease: lease, moved: ended, held: started, seen: started}
	if lease.State == payment.LeaseReleased {
		next.held = time.Time{}
	}
	return next
}

// resumed is the memory at the start of another run in the same process. A function's environment is frozen between
// runs and its monotonic clock may stand still: what was held may be long over, so it is forgotten. That the lease has
// not moved remains true, and for at least as long as the clock says.
func (m memory) resumed() memory {
	m.held, m.seen = time.Time{}, time.Time{}
	return m
}

// holds tells whether the Region was the holder by the newest knowledge, and that is fresh.
func (m memory) holds(self Settings, now time.Time) bool {
	return m.known && !m.none && m.lease.Region == self.Region && m.lease.State != payment.LeaseReleased &&
		!m.seen.IsZero() && now.Sub(m.seen) < self.TTL-self.Margin()
}
