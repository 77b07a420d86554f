package failover

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
)

// Reading is what became of reading the lease.
type Reading string

// The readings. Corrupt and newer items are never written over: a person must look.
const (
	LeaseRead    Reading = "read"
	LeaseAbsent  Reading = "absent"
	LeaseUnread  Reading = "unread"
	LeaseCorrupt Reading = "corrupt"
	LeaseNewer   Reading = "newer"
)

// Observation is all that Decide may know. Its times are of the run's own monotonic clock.
type Observation struct {
	Self    Settings
	Reading Reading
	// Lease is what was read, if it was; ReadError says why not.
	Lease     control.Lease
	ReadError string
	// Moved is when this run first saw the lease as it is now (region, epoch, seq), or first saw that there is none: the
	// end of that call, so no earlier than the renewal itself.
	Moved time.Time
	// Held is the start of this run's last successful write of a lease that it holds: no later than the renewal itself.
	// Zero: this run has written none.
	Held time.Time
	// Journal is the journal's write path from here; Ledger is this Region's writer, looked at while it should be one: in
	// a promoting term since the cluster was first seen to be it.
	Journal, Ledger Health
	Database        Database
	// Intent is what an operator asks for, as far as IntentRead: the item was read, or found absent. Asked is when this
	// run first saw that intent.
	Intent     control.Intent
	IntentRead bool
	Asked      time.Time
}

// standing is the intent to be followed in the term that was read; the zero Intent if there is none.
func (o Observation) standing() control.Intent {
	if !o.IntentRead || o.Reading != LeaseRead || !o.Intent.Standing(o.Lease) {
		return control.Intent{}
	}
	return o.Intent
}

// Health is how a dependency has been for a run.
type Health struct {
	// Known is false until it was looked at.
	Known, Good bool
	// Since is when it was first seen so.
	Since   time.Time
	Problem string
}

// Next is the health after another look.
func (h Health) Next(at time.Time, err error) Health {
	next := Health{Known: true, Good: err == nil, Since: h.Since}
	if err != nil {
		next.Problem = err.Error()
	}
	if !h.Known || h.Good != next.Good {
		next.Since = at
	}
	return next
}

// badFor tells whether it has been bad for as long as the grace.
func (h Health) badFor(now time.Time, grace time.Duration) bool {
	return h.Known && !h.Good && now.Sub(h.Since) >= grace
}

// Database is this Region's database cluster as its own control plane tells it.
type Database struct {
	// Writer: it is the global cluster's primary. Promoting: it is becoming that.
	Writer, Promoting bool
	// Usable: it can be promoted, or is the writer.
	Usable bool
	// Problem says why it is not usable.
	Problem string
}

// settledWriter tells whether it is the writer, and no more on its way to that.
func (d Database) settledWriter() bool { return d.Writer && !d.Promoting }
