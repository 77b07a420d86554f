package failovertest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Book is a Region's ledger.
type Book struct {
	// Writable: it takes writes. Down: it answers nothing.
	Writable, Down bool

	log      []commit
	payments map[string]ledger.Payment
	term     ledger.Term
}

// commit is one change: a payment, or a term.
type commit struct {
	payment ledger.Payment
	term    ledger.Term
}

func (b *Book) apply(change commit) {
	b.log = append(b.log, change)
	if change.term.Epoch > 0 {
		b.term = change.term
		return
	}
	if b.payments == nil {
		b.payments = map[string]ledger.Payment{}
	}
	b.payments[change.payment.PaymentID] = change.payment
}

func (b *Book) reset(log []commit) {
	b.log, b.payments, b.term = nil, nil, ledger.Term{}
	for _, change := range log {
		b.apply(change)
	}
}

// Lose takes the newest commits away, as a restore from a backup does.
func (b *Book) Lose(count int) { b.reset(b.log[:len(b.log)-count]) }

// Has tells whether the payment is posted.
func (b *Book) Has(id string) bool { _, ok := b.payments[id]; return ok }

// Len is how many payments are posted.
func (b *Book) Len() int { return len(b.payments) }

// Last is the payment that was posted last.
func (b *Book) Last() (ledger.Payment, bool) {
	for _, change := range slices.Backward(b.log) {
		if change.term.Epoch == 0 {
			return change.payment, true
		}
	}
	return ledger.Payment{}, false
}

// Term is the newest term that the ledger has seen.
func (b *Book) Term() ledger.Term { return b.term }

// available is nil when it takes writes.
func (b *Book) available() error {
	switch {
	case b.Down:
		return fmt.Errorf("connect: connection refused: %w", payment.ErrLedgerUnavailable)
	case !b.Writable:
		return fmt.Errorf("connect: read only: %w", payment.ErrLedgerUnavailable)
	}
	return nil
}

func (b *Book) post(posting payment.Posting, at time.Time, unfenced bool) (payment.PostResult, error) {
	switch {
	case unfenced:
	case posting.Epoch < b.term.Epoch:
		return payment.PostResult{}, fmt.Errorf("epoch %d, the ledger is at %d: %w", posting.Epoch, b.term.Epoch, payment.ErrFenced)
	case posting.Epoch > b.term.Epoch:
		return payment.PostResult{}, fmt.Errorf("epoch %d, the ledger is at %d: %w", posting.Epoch, b.term.Epoch, payment.ErrLedgerUnavailable)
	}
	if known, ok := b.payments[posting.PaymentID]; ok {
		if known.TransactionID != posting.TransactionID || known.Money != posting.Money {
			return payment.PostResult{}, payment.ErrMismatch
		}
		return payment.PostResult{}, nil
	}
	b.apply(commit{payment: ledger.Payment{Posting: posting, PostedAt: at}})
	return payment.PostResult{Posted: true}, nil
}

// sorted are the payments by acceptance.
func (b *Book) sorted() []ledger.Payment {
	all := make([]ledger.Payment, 0, len(b.payments))
	for _, p := range b.payments {
		all = append(all, p)
	}
	slices.SortFunc(all, func(x, y ledger.Payment) int {
		if order := x.AcceptedAt.Compare(y.AcceptedAt); order != 0 {
			return order
		}
		return strings.Compare(x.PaymentID, y.PaymentID)
	})
	return all
}

// Ledger is the ledger as an actor of a Region reaches it: the Region's own, or whichever takes writes when Follow is
// set, as a payment processor's.
type Ledger struct {
	World         *World
	Region, Actor string
	Follow        bool
}

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

// Health implements failover.Ledger.
func (l Ledger) Health(context.Context) (ledger.Health, error) {
	return do(l.World, l.Region, l.Actor, "health", func() (ledger.Health, error) {
		book, err := l.book()
		return ledger.Health{Writable: err == nil, Term: book.term}, err
	})
}

// Fence implements failover.Ledger.
func (l Ledger) Fence(_ context.Context, epoch int64, region string) error {
	_, err := do(l.World, l.Region, l.Actor, "fence", func() (struct{}, error) {
		book, err := l.book()
		switch {
		case err != nil:
			return struct{}{}, err
		case epoch < book.term.Epoch || epoch == book.term.Epoch && region != book.term.Region:
			return struct{}{}, fmt.Errorf("epoch %d of %s, the ledger is at %d of %s: %w", epoch, region, book.term.Epoch, book.term.Region, payment.ErrFenced)
		case epoch > book.term.Epoch:
			book.apply(commit{term: ledger.Term{Epoch: epoch, Region: region}})
			l.World.trace("ledger of %s: fenced at epoch %d", l.Region, epoch)
		}
		return struct{}{}, nil
	})
	return err
}

// NewestPayment implements failover.Ledger.
func (l Ledger) NewestPayment(context.Context) (ledger.Payment, error) {
	return do(l.World, l.Region, l.Actor, "newest", func() (ledger.Payment, error) {
		book, err := l.book()
		all := book.sorted()
		if err == nil && len(all) == 0 {
			err = ledger.ErrNotFound
		}
		if err != nil {
			return ledger.Payment{}, err
		}
		return all[len(all)-1], nil
	})
}

// Payment implements failover.Ledger.
func (l Ledger) Payment(_ context.Context, id string) (ledger.Payment, error) {
	return do(l.World, l.Region, l.Actor, "payment", func() (ledger.Payment, error) {
		book, err := l.book()
		found, ok := book.payments[id]
		if err == nil && !ok {
			err = ledger.ErrNotFound
		}
		return found, err
	})
}

// ListPostedSince implements failover.Ledger.
func (l Ledger) ListPostedSince(_ context.Context, since time.Time) iter.Seq2[ledger.Payment, error] {
	return func(yield func(ledger.Payment, error) bool) {
		all, err := do(l.World, l.Region, l.Actor, "list-posted", func() ([]ledger.Payment, error) {
			book, err := l.book()
			return book.sorted(), err
		})
		if err != nil {
			yield(ledger.Payment{}, err)
			return
		}
		for _, p := range all {
			if !p.AcceptedAt.Before(since) && !yield(p, nil) {
				return
			}
		}
	}
}

// Post implements payment.Ledger.
func (l Ledger) Post(_ context.Context, posting payment.Posting) (payment.PostResult, error) {
	return do(l.World, l.Region, l.Actor, "post", func() (payment.PostResult, error) {
		book, err := l.book()
		if err != nil {
			return payment.PostResult{}, err
		}
		return book.post(posting, l.World.Now, l.World.Unfenced)
	})
}

// PostMany implements failover.Ledger.
func (l Ledger) PostMany(_ context.Context, postings []payment.Posting) ([]ledger.PostOutcome, error) {
	return do(l.World, l.Region, l.Actor, "post-many", func() ([]ledger.PostOutcome, error) {
		book, err := l.book()
		if err != nil {
			return nil, err
		}
		outcomes := make([]ledger.PostOutcome, len(postings))
		var posted []string
		for i, posting := range postings {
			result, err := book.post(posting, l.World.Now, l.World.Unfenced)
			if result.Posted {
				posted = append(posted, posting.PaymentID)
			}
			outcomes[i] = ledger.PostOutcome{PostResult: result, Err: err}
		}
		if len(posted) > 0 {
			l.World.trace("ledger of %s: posted %s", l.Region, strings.Join(posted, " "))
		}
		return outcomes, nil
	})
}
