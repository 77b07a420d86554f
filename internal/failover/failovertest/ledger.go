package failovertest

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Ledger is the ledger as an actor of a Region reaches it: the Region's own, or whichever takes writes when Follow is
// set, as a payment processor's.
type Ledger struct {
	World         *World
	Region, Actor string
	Follow        bool
}

func (l Ledger) call(op Op) Call { return Call{l.Region, l.Actor, op} }

// book finds the ledger to talk to.
func (l Ledger) book() (*Book, error) {
	own := l.World.Books[l.Region]
	err := own.available()
	if err == nil || !l.Follow || l.World.Global.Severed {
		return own, err
	}
	writer := l.World.Books[l.World.Global.Writer]
	return writer, writer.available()
}

// later carries a call out that nobody waits for any more, if the server that it went to still runs as it did.
func (l Ledger) later(after time.Duration, do func(*Book)) {
	book, err := l.book()
	if err != nil {
		return
	}
	life := book.life
	l.World.Later(after, func() {
		if book.life == life && book.available() == nil {
			do(book)
		}
	})
}

// reach goes to the ledger, for a read.
func (l Ledger) reach(ctx context.Context, op Op) (*Book, error) {
	if way := l.World.arrive(ctx, l.call(op)); way.Err != nil {
		return nil, way.Err
	}
	return l.book()
}

// Health implements failover.Ledger.
func (l Ledger) Health(ctx context.Context) (ledger.Health, error) {
	book, err := l.reach(ctx, Health)
	if err != nil {
		return ledger.Health{}, err
	}
	health := ledger.Health{Writable: true, Term: book.term}
	return health, l.World.answer(ctx, l.call(Health))
}

// Fence implements failover.Ledger.
func (l Ledger) Fence(ctx context.Context, epoch int64, region string) error {
	way := l.World.arrive(ctx, l.call(Fence))
	if way.Again > 0 {
		l.later(way.Again, func(book *Book) { _ = book.fence(epoch, region) })
	}
	if way.Err != nil {
		return way.Err
	}
	book, err := l.book()
	if err == nil {
		err = book.fence(epoch, region)
	}
	if err != nil {
		return err
	}
	return l.World.answer(ctx, l.call(Fence))
}

// NewestPostedBefore implements failover.Ledger.
func (l Ledger) NewestPostedBefore(ctx context.Context, before time.Time) (ledger.Payment, error) {
	book, err := l.reach(ctx, Newest)
	if err != nil {
		return ledger.Payment{}, err
	}
	newest, missing := ledger.Payment{}, ledger.ErrNotFound
	for _, place := range slices.Backward(book.accepted) {
		if found := &l.World.entries[place].payment; found.PostedAt.Before(before) {
			newest, missing = *found, nil
			break
		}
	}
	if err := l.World.answer(ctx, l.call(Newest)); err != nil {
		return ledger.Payment{}, err
	}
	return newest, missing
}

// ListPostedSince implements failover.Ledger.
func (l Ledger) ListPostedSince(ctx context.Context, since time.Time) iter.Seq2[ledger.Payment, error] {
	return func(yield func(ledger.Payment, error) bool) {
		book, err := l.reach(ctx, ListPosted)
		if err != nil {
			yield(ledger.Payment{}, err)
			return
		}
		first := len(book.accepted)
		for first > 0 && !l.World.entries[book.accepted[first-1]].payment.AcceptedAt.Before(since) {
			first--
		}
		found := slices.Clone(book.accepted[first:])
		if err := l.World.answer(ctx, l.call(ListPosted)); err != nil {
			yield(ledger.Payment{}, err)
			return
		}
		for _, place := range found {
			if !yield(l.World.entries[place].payment, nil) {
				return
			}
		}
	}
}

// Post implements payment.Ledger.
func (l Ledger) Post(ctx context.Context, posting payment.Posting) (payment.PostResult, error) {
	way := l.World.arrive(ctx, l.call(Post))
	if way.Again > 0 {
		late := posting
		l.later(way.Again, func(book *Book) { _, _ = book.post(late) })
	}
	if way.Err != nil {
		return payment.PostResult{}, way.Err
	}
	book, err := l.book()
	if err != nil {
		return payment.PostResult{}, err
	}
	result, err := book.post(posting)
	if err == nil {
		err = l.World.answer(ctx, l.call(Post))
	}
	return result, err
}

// PostMany implements failover.Ledger.
func (l Ledger) PostMany(ctx context.Context, postings []payment.Posting) ([]ledger.PostOutcome, error) {
	way := l.World.arrive(ctx, l.call(PostMany))
	if way.Again > 0 {
		late := slices.Clone(postings)
		l.later(way.Again, func(book *Book) { _ = book.postMany(late) })
	}
	if way.Err != nil {
		return nil, way.Err
	}
	book, err := l.book()
	if err != nil {
		return nil, err
	}
	outcomes := book.postMany(postings)
	if err := l.World.answer(ctx, l.call(PostMany)); err != nil {
		return nil, err
	}
	return outcomes, nil
}
