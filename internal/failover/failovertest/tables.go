package failovertest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Control is the control table as a Region's actor sees it.
type Control struct {
	World         *World
	Region, Actor string
}

// Load implements failover.Control.
func (c Control) Load(context.Context) (control.Lease, error) {
	return do(c.World, c.Region, c.Actor, "load", func() (control.Lease, error) {
		switch {
		case c.World.LeaseFault != nil:
			return control.Lease{}, c.World.LeaseFault
		case c.World.Lease == nil:
			return control.Lease{}, control.ErrNoLease
		}
		return *c.World.Lease, nil
	})
}

// Current implements payment.Lease.
func (c Control) Current(ctx context.Context) (payment.Term, error) {
	lease, err := c.Load(ctx)
	return payment.Term{Region: lease.Region, Epoch: lease.Epoch, State: lease.State}, err
}

// Save implements failover.Control.
func (c Control) Save(_ context.Context, next control.Lease) (control.Lease, error) {
	return do(c.World, c.Region, c.Actor, "save", func() (control.Lease, error) {
		latest := int64(0)
		if c.World.Lease != nil {
			latest = c.World.Lease.Version
		}
		if next.Version != latest || c.World.LeaseFault != nil {
			c.World.trace("%s: write epoch %d seq %d %s if version %d: lost (found %d)", c.Actor, next.Epoch, next.Seq, next.State, next.Version, latest)
			return control.Lease{}, control.ErrLost
		}
		c.World.trace("%s: write epoch %d seq %d %s if version %d: ok", c.Actor, next.Epoch, next.Seq, next.State, next.Version)
		next.Version++
		c.World.Lease = &next
		return next, nil
	})
}

// AppendEvent implements failover.Control.
func (c Control) AppendEvent(_ context.Context, event control.Event) error {
	_, err := do(c.World, c.Region, c.Actor, "append", func() (struct{}, error) {
		for _, known := range c.World.Events {
			if known.ID == event.ID && known.At.Equal(event.At) {
				return struct{}{}, nil
			}
		}
		c.World.Events = append(c.World.Events, event)
		c.World.trace("%s: event %s epoch %d", c.Actor, event.Kind, event.Epoch)
		return struct{}{}, nil
	})
	return err
}

// Events implements failover.Control.
func (c Control) Events(_ context.Context, from, to time.Time) iter.Seq2[control.Event, error] {
	return func(yield func(control.Event, error) bool) {
		all, err := do(c.World, c.Region, c.Actor, "events", func() ([]control.Event, error) {
			return slices.SortedStableFunc(slices.Values(c.World.Events), func(a, b control.Event) int { return a.At.Compare(b.At) }), nil
		})
		if err != nil {
			yield(control.Event{}, err)
			return
		}
		for _, event := range all {
			if !event.At.Before(from) && event.At.Before(to) && !yield(event, nil) {
				return
			}
		}
	}
}

// Journal is the session table as a Region's actor sees it.
type Journal struct {
	World         *World
	Region, Actor string
}

// Begin implements payment.Journal.
func (j Journal) Begin(_ context.Context, record payment.Record) error {
	_, err := do(j.World, j.Region, j.Actor, "begin", func() (struct{}, error) {
		if _, known := j.World.Records[record.ID]; known {
			return struct{}{}, payment.ErrRecordExists
		}
		j.World.Records[record.ID] = record
		return struct{}{}, nil
	})
	return err
}

// Get implements payment.Journal.
func (j Journal) Get(_ context.Context, id string) (payment.Record, error) {
	return do(j.World, j.Region, j.Actor, "get", func() (payment.Record, error) {
		record, known := j.World.Records[id]
		if !known {
			return payment.Record{}, fmt.Errorf("get payment %s: %w", id, payment.ErrRecordNotFound)
		}
		return record, nil
	})
}

// Complete implements payment.Journal.
func (j Journal) Complete(_ context.Context, completion payment.Completion) error {
	_, err := do(j.World, j.Region, j.Actor, "complete", func() (struct{}, error) {
		record, known := j.World.Records[completion.PaymentID]
		switch {
		case !known:
			return struct{}{}, payment.ErrRecordNotFound
		case record.TransactionID != completion.TransactionID:
			return struct{}{}, payment.ErrTransactionMismatch
		case record.Status == payment.StatusProcessing:
			record.Status, record.CompletedAt, record.PostedRegion = payment.StatusCompleted, completion.At, completion.PostedRegion
			j.World.Records[completion.PaymentID] = record
		}
		return struct{}{}, nil
	})
	return err
}

// Probe implements failover.Journal.
func (j Journal) Probe(context.Context, string, time.Time) error {
	_, err := do(j.World, j.Region, j.Actor, "probe", func() (struct{}, error) { return struct{}{}, nil })
	return err
}

// Pending implements failover.Journal.
func (j Journal) Pending(context.Context) iter.Seq2[journal.Entry, error] {
	return j.list("pending", func(r payment.Record) bool { return r.Status == payment.StatusProcessing })
}

// ListCreated implements failover.Journal.
func (j Journal) ListCreated(_ context.Context, from, to time.Time) iter.Seq2[journal.Entry, error] {
	return j.list("list-created", func(r payment.Record) bool { return !r.CreatedAt.Before(from) && r.CreatedAt.Before(to) })
}

func (j Journal) list(name string, want func(payment.Record) bool) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		all, err := do(j.World, j.Region, j.Actor, name, func() ([]journal.Entry, error) {
			var entries []journal.Entry
			for _, record := range j.World.Records {
				if want(record) {
					entries = append(entries, journal.Entry{PaymentID: record.ID, CreatedAt: record.CreatedAt})
				}
			}
			slices.SortFunc(entries, func(a, b journal.Entry) int {
				return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.PaymentID, b.PaymentID))
			})
			return entries, nil
		})
		if err != nil {
			yield(journal.Entry{}, err)
			return
		}
		for _, entry := range all {
			if !yield(entry, nil) {
				return
			}
		}
	}
}
