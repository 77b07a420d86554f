package observe

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// items are the control table's two items as one Region tells them.
type items struct {
	lease     control.Lease
	leaseErr  error
	intent    control.Intent
	intentErr error
	took      time.Duration
}

func readItems(ctx context.Context, store *control.Store) items {
	var read items
	var both sync.WaitGroup
	both.Go(func() {
		started := time.Now()
		read.lease, read.leaseErr = store.Load(ctx)
		read.took = time.Since(started)
	})
	both.Go(func() { read.intent, read.intentErr = store.LoadIntent(ctx) })
	both.Wait()
	return read
}

// tables is the table's own state: an item that is absent, or that this program cannot read, was answered as well.
func (i items) tables() status.Tables {
	tables := status.Tables{Millis: float64(i.took.Microseconds()) / 1000}
	if reading(i.leaseErr) == failover.LeaseUnread {
		tables.Problem = i.leaseErr.Error()
	}
	return tables
}

// reading names what became of a load.
func reading(err error) failover.Reading {
	switch {
	case err == nil:
		return failover.LeaseRead
	case errors.Is(err, control.ErrNoLease), errors.Is(err, control.ErrNoIntent):
		return failover.LeaseAbsent
	case errors.Is(err, control.ErrNewerSchema):
		return failover.LeaseNewer
	case errors.Is(err, control.ErrCorrupt):
		return failover.LeaseCorrupt
	}
	return failover.LeaseUnread
}

// rank orders readings: the tables are strongly consistent, so any answer is better than none.
func rank(r failover.Reading) int {
	switch r {
	case failover.LeaseRead:
		return 3
	case failover.LeaseUnread:
		return 1
	}
	return 2
}

// newest takes, of both Regions' answers, the newest version of each item.
func newest(all []items, regions []operate.Region, now time.Time) (status.Lease, status.Intent) {
	lease, intent := status.Lease{Reading: failover.LeaseUnread}, status.Intent{Reading: failover.LeaseUnread}
	for i, read := range all {
		if found := reading(read.leaseErr); lease.ReadIn == "" || rank(found) > rank(lease.Reading) ||
			found == failover.LeaseRead && lease.Reading == found && read.lease.Version > lease.Version {
			lease = showLease(found, read, regions[i].Name, now)
		}
		if found := reading(read.intentErr); i == 0 || rank(found) > rank(intent.Reading) ||
			found == failover.LeaseRead && intent.Reading == found && read.intent.Version > intent.Version {
			intent = showIntent(found, read)
		}
	}
	return lease, intent
}

func showLease(found failover.Reading, read items, region string, now time.Time) status.Lease {
	lease := status.Lease{Reading: found, ReadIn: region}
	if read.leaseErr != nil {
		lease.Problem = read.leaseErr.Error()
		return lease
	}
	l := read.lease
	lease.Region, lease.Epoch, lease.Seq, lease.State, lease.Holder, lease.InVain = l.Region, l.Epoch, l.Seq, l.State, l.Holder, l.InVain
	lease.Version, lease.RenewedAt, lease.AgeSeconds = l.Version, l.UpdatedAt, now.Sub(l.UpdatedAt).Seconds()
	return lease
}

func showIntent(found failover.Reading, read items) status.Intent {
	intent := status.Intent{Reading: found}
	switch found {
	case failover.LeaseRead:
	case failover.LeaseAbsent:
		return intent
	default:
		intent.Problem = read.intentErr.Error()
		return intent
	}
	i := read.intent
	intent.ID, intent.Kind, intent.To, intent.Epoch, intent.Until, intent.Since = i.ID, i.Kind, i.To, i.Epoch, i.Until, i.Since
	intent.By, intent.Why, intent.At, intent.State, intent.Version = i.By, i.Why, i.At, i.State, i.Version
	return intent
}

// mostPending is how many pending payments are counted: more take longer than anybody waits for a screen.
const mostPending = 10_000

func (o *Observer) readJournal(ctx context.Context, store *journal.Store) status.Journal {
	var seen status.Journal
	oldest := time.Time{}
	for entry, err := range store.Pending(ctx) {
		if err != nil {
			seen.Problem = err.Error()
			return seen
		}
		if seen.Pending == mostPending {
			seen.More = true
			break
		}
		if seen.Pending++; oldest.IsZero() || entry.CreatedAt.Before(oldest) {
			oldest = entry.CreatedAt
		}
	}
	if seen.Pending > 0 {
		seen.OldestSeconds = max(0, o.Now().Sub(oldest).Seconds())
	}
	return seen
}
