package failovertest

import (
	"context"
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

func (c Control) call(op Op) Call { return Call{c.Region, c.Actor, op} }

// Load implements failover.Control.
func (c Control) Load(ctx context.Context) (control.Lease, error) {
	if way := c.World.arrive(ctx, c.call(Load)); way.Err != nil {
		return control.Lease{}, way.Err
	}
	switch {
	case c.World.LeaseFault != nil:
		return control.Lease{}, c.World.LeaseFault
	case c.World.Lease == nil:
		return control.Lease{}, control.ErrNoLease
	}
	lease := *c.World.Lease
	return lease, c.World.answer(ctx, c.call(Load))
}

// Current implements payment.Lease.
func (c Control) Current(ctx context.Context) (payment.Term, error) {
	lease, err := c.Load(ctx)
	return payment.Term{Region: lease.Region, Epoch: lease.Epoch, State: lease.State}, err
}

// Save implements failover.Control.
func (c Control) Save(ctx context.Context, next control.Lease) (control.Lease, error) {
	way := c.World.arrive(ctx, c.call(Save))
	if way.Again > 0 {
		late := next
		c.World.Later(way.Again, func() { _, _ = c.World.save(c.Actor, late) })
	}
	if way.Err != nil {
		return control.Lease{}, way.Err
	}
	saved, err := c.World.save(c.Actor, next)
	if err == nil {
		err = c.World.answer(ctx, c.call(Save))
	}
	if err != nil {
		return control.Lease{}, err
	}
	return saved, nil
}

func (w *World) save(actor string, next control.Lease) (control.Lease, error) {
	latest := int64(0)
	if w.Lease != nil {
		latest = w.Lease.Version
	}
	if next.Version != latest || w.LeaseFault != nil {
		if w.Trace != nil {
			w.Trace("%s: write epoch %d seq %d %s if version %d: lost (found %d)", actor, next.Epoch, next.Seq, next.State, next.Version, latest)
		}
		return control.Lease{}, control.ErrLost
	}
	next.Version++
	if w.Lease == nil {
		w.Lease = new(control.Lease)
	}
	*w.Lease = next
	if w.Trace != nil {
		w.Trace("%s: write epoch %d seq %d %s if version %d: ok", actor, next.Epoch, next.Seq, next.State, latest)
	}
	if w.Saved != nil {
		w.Saved()
	}
	return next, nil
}

// AppendEvent implements failover.Control.
func (c Control) AppendEvent(ctx context.Context, event control.Event) error {
	way := c.World.arrive(ctx, c.call(Append))
	if way.Again > 0 {
		c.World.Later(way.Again, func() { c.World.append(c.Actor, event) })
	}
	if way.Err != nil {
		return way.Err
	}
	c.World.append(c.Actor, event)
	return c.World.answer(ctx, c.call(Append))
}

func (w *World) append(actor string, event control.Event) {
	for i := range w.Events {
		if w.Events[i].ID == event.ID && w.Events[i].At.Equal(event.At) {
			return
		}
	}
	w.Events = append(w.Events, event)
	if w.Trace != nil {
		handed := ""
		if event.Detail["handedOver"] != "" {
			handed = ", handed over"
		}
		w.Trace("%s: event %s epoch %d%s", actor, event.Kind, event.Epoch, handed)
	}
}

// Events implements failover.Control.
func (c Control) Events(ctx context.Context, from, to time.Time) iter.Seq2[control.Event, error] {
	return func(yield func(control.Event, error) bool) {
		way := c.World.arrive(ctx, c.call(Events))
		if way.Err != nil {
			yield(control.Event{}, way.Err)
			return
		}
		all, older := c.World.Events, func(a, b control.Event) int { return a.At.Compare(b.At) }
		if !slices.IsSortedFunc(all, older) {
			all = slices.SortedStableFunc(slices.Values(all), older)
		}
		if err := c.World.answer(ctx, c.call(Events)); err != nil {
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

// session is a payment's place in the journal.
type session struct {
	record payment.Record
	known  bool
	// posted: some ledger took it.
	posted bool
	// listed is when the indexes show it, unlisted when the one of pending payments no longer does.
	listed, unlisted time.Time
}

// Journal is the session table as a Region's actor sees it.
type Journal struct {
	World         *World
	Region, Actor string
}

func (j Journal) call(op Op) Call { return Call{j.Region, j.Actor, op} }

// Begin implements payment.Journal.
func (j Journal) Begin(ctx context.Context, record payment.Record) error {
	way := j.World.arrive(ctx, j.call(Begin))
	if way.Again > 0 {
		late := record
		j.World.Later(way.Again, func() { _ = j.World.begin(late) })
	}
	if way.Err != nil {
		return way.Err
	}
	if err := j.World.begin(record); err != nil {
		return err
	}
	return j.World.answer(ctx, j.call(Begin))
}

func (w *World) begin(record payment.Record) error {
	s := &w.sessions[w.place(record.ID)]
	if s.known {
		return payment.ErrRecordExists
	}
	s.record, s.known, s.listed, s.unlisted = record, true, w.indexed(), time.Time{}
	w.pending++
	return nil
}

// indexed is when an index follows what is written now.
func (w *World) indexed() time.Time {
	if w.IndexLag == nil {
		return w.Now
	}
	return w.Now.Add(w.IndexLag())
}

// Get implements payment.Journal.
func (j Journal) Get(ctx context.Context, id string) (payment.Record, error) {
	if way := j.World.arrive(ctx, j.call(Get)); way.Err != nil {
		return payment.Record{}, way.Err
	}
	record, known := j.World.Record(id)
	if !known {
		return payment.Record{}, payment.ErrRecordNotFound
	}
	if err := j.World.answer(ctx, j.call(Get)); err != nil {
		return payment.Record{}, err
	}
	return record, nil
}

// GetMany implements failover.Journal.
func (j Journal) GetMany(ctx context.Context, ids []string) (journal.Many, error) {
	if way := j.World.arrive(ctx, j.call(GetMany)); way.Err != nil {
		return journal.Many{}, way.Err
	}
	found := journal.Many{Records: make([]payment.Record, 0, len(ids))}
	for _, id := range ids {
		if record, known := j.World.Record(id); known {
			found.Records = append(found.Records, record)
		}
	}
	return found, j.World.answer(ctx, j.call(GetMany))
}

// Complete implements payment.Journal.
func (j Journal) Complete(ctx context.Context, completion payment.Completion) error {
	way := j.World.arrive(ctx, j.call(Complete))
	if way.Again > 0 {
		late := completion
		j.World.Later(way.Again, func() { _ = j.World.complete(late) })
	}
	if way.Err != nil {
		return way.Err
	}
	if err := j.World.complete(completion); err != nil {
		return err
	}
	return j.World.answer(ctx, j.call(Complete))
}

func (w *World) complete(completion payment.Completion) error {
	s := &w.sessions[w.place(completion.PaymentID)]
	switch {
	case !s.known:
		return payment.ErrRecordNotFound
	case s.record.TransactionID != completion.TransactionID:
		return payment.ErrTransactionMismatch
	case s.record.Status == payment.StatusProcessing:
		if !s.posted {
			w.isWrong("payment %s is completed and was never posted", completion.PaymentID)
		}
		s.record.Status, s.record.CompletedAt, s.record.PostedRegion = payment.StatusCompleted, completion.At, completion.PostedRegion
		s.unlisted = w.indexed()
		w.pending--
	}
	return nil
}

// Probe implements failover.Journal.
func (j Journal) Probe(ctx context.Context, _ string, _ time.Time) error {
	if way := j.World.arrive(ctx, j.call(Probe)); way.Err != nil {
		return way.Err
	}
	return j.World.answer(ctx, j.call(Probe))
}

// Pending implements failover.Journal.
func (j Journal) Pending(ctx context.Context) iter.Seq2[journal.Entry, error] {
	return j.list(ctx, Pending, func(s *session) bool {
		return s.record.Status == payment.StatusProcessing || j.World.Now.Before(s.unlisted)
	})
}

// ListCreated implements failover.Journal.
func (j Journal) ListCreated(ctx context.Context, from, to time.Time) iter.Seq2[journal.Entry, error] {
	return j.list(ctx, ListCreated, func(s *session) bool {
		return !s.record.CreatedAt.Before(from) && s.record.CreatedAt.Before(to)
	})
}

// list yields what an index shows, in the order of writing: like that of the shards, it is not that of acceptance.
func (j Journal) list(ctx context.Context, op Op, want func(*session) bool) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		err := j.World.arrive(ctx, j.call(op)).Err
		shown := len(j.World.sessions)
		if err == nil {
			err = j.World.answer(ctx, j.call(op))
		}
		if err != nil {
			yield(journal.Entry{}, err)
			return
		}
		for place := range shown {
			s := &j.World.sessions[place]
			if s.known && !j.World.Now.Before(s.listed) && want(s) && !yield(journal.Entry{PaymentID: s.record.ID, CreatedAt: s.record.CreatedAt}, nil) {
				return
			}
		}
	}
}
