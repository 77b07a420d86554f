package failovertest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Book is a Region's ledger: a sequence of commits, of which a replica has a beginning.
type Book struct {
	// Writable: it takes writes. Down: it answers nothing.
	Writable, Down bool
	// Apart: it is no replica until it rejoins.
	Apart bool

	world  *World
	region string
	// life counts the volumes that it has been.
	life int
	// log has the places of its commits in World.entries.
	log []int
	// accepted are its payments (places in World.entries) by the time of their acceptance.
	accepted []int
	// at tells, by a payment's place in the journal, its place in World.entries plus one.
	at   []int
	term ledger.Term
}

// entry is one commit: a payment, or a term.
type entry struct {
	payment ledger.Payment
	session int
	term    ledger.Term
	at      time.Time
}

func (b *Book) clear() {
	b.life++
	b.log, b.accepted, b.term = b.log[:0], b.accepted[:0], ledger.Term{}
	clear(b.at)
}

// copy makes it the other in all but what it is for.
func (b *Book) copy(other *Book) {
	b.life++
	b.log = append(b.log[:0], other.log...)
	b.accepted = append(b.accepted[:0], other.accepted...)
	b.at = append(b.at[:0], other.at...)
	b.term = other.term
}

// commit writes what is new.
func (b *Book) commit(e entry) {
	e.at = b.world.Now
	b.world.entries = append(b.world.entries, e)
	b.apply(len(b.world.entries) - 1)
}

func (b *Book) apply(place int) {
	b.log = append(b.log, place)
	e := &b.world.entries[place]
	if e.term.Epoch > 0 {
		b.term = e.term
		return
	}
	if len(b.at) <= e.session {
		b.at = append(b.at, make([]int, e.session+1-len(b.at))...)
	}
	b.at[e.session] = place + 1
	i := len(b.accepted)
	for i > 0 && b.world.newer(b.accepted[i-1], place) {
		i--
	}
	b.accepted = slices.Insert(b.accepted, i, place)
}

// newer tells whether one commit's payment was accepted after another's.
func (w *World) newer(one, other int) bool {
	a, b := &w.entries[one].payment, &w.entries[other].payment
	return cmp.Or(a.AcceptedAt.Compare(b.AcceptedAt), strings.Compare(a.PaymentID, b.PaymentID)) > 0
}

// Lose takes the newest commits away, as a restore from a backup does.
func (b *Book) Lose(count int) {
	kept := slices.Clone(b.log[:len(b.log)-count])
	b.clear()
	for _, place := range kept {
		b.apply(place)
	}
}

func (b *Book) has(session int) bool { return session < len(b.at) && b.at[session] > 0 }

// Has tells whether the payment is posted.
func (b *Book) Has(id string) bool {
	place, known := b.world.places[id]
	return known && b.has(place)
}

// Len is how many payments are posted.
func (b *Book) Len() int { return len(b.accepted) }

// Region is the one whose ledger it is.
func (b *Book) Region() string { return b.region }

// Term is the newest term that the ledger has seen.
func (b *Book) Term() ledger.Term { return b.term }

// ErrUnrecorded is wrong of a payment that a ledger takes before the journal.
var ErrUnrecorded = errors.New("the journal does not have it")

var (
	errRefused  = fmt.Errorf("connect: connection refused: %w", payment.ErrLedgerUnavailable)
	errReadOnly = fmt.Errorf("connect: read only: %w", payment.ErrLedgerUnavailable)
)

// available is nil when it takes writes.
func (b *Book) available() error {
	switch {
	case b.Down:
		return errRefused
	case !b.Writable:
		return errReadOnly
	}
	return nil
}

func (b *Book) post(posting payment.Posting) (payment.PostResult, error) {
	switch {
	case b.world.Unfenced:
	case posting.Epoch < b.term.Epoch:
		return payment.PostResult{}, fmt.Errorf("epoch %d, the ledger is at %d: %w", posting.Epoch, b.term.Epoch, payment.ErrFenced)
	case posting.Epoch > b.term.Epoch:
		return payment.PostResult{}, fmt.Errorf("epoch %d, the ledger is at %d: %w", posting.Epoch, b.term.Epoch, payment.ErrLedgerUnavailable)
	}
	place := b.world.place(posting.PaymentID)
	if b.has(place) {
		known := &b.world.entries[b.at[place]-1].payment
		if known.TransactionID != posting.TransactionID || known.Money != posting.Money {
			return payment.PostResult{}, payment.ErrMismatch
		}
		return payment.PostResult{}, nil
	}
	s := &b.world.sessions[place]
	switch {
	case !s.known:
		b.world.isWrong("ledger of %s took payment %s: %w", b.region, posting.PaymentID, ErrUnrecorded)
	case s.record.TransactionID != posting.TransactionID || s.record.Money != posting.Money:
		b.world.isWrong("ledger of %s took payment %s of transaction %s, the journal has %s", b.region, posting.PaymentID, posting.TransactionID, s.record.TransactionID)
	}
	b.commit(entry{payment: ledger.Payment{Posting: posting, PostedAt: b.world.WallTime(b.region)}, session: place})
	s.posted = true
	if b.world.Posted != nil {
		b.world.Posted(b, &b.world.entries[len(b.world.entries)-1].payment)
	}
	return payment.PostResult{Posted: true}, nil
}

func (b *Book) postMany(postings []payment.Posting) []ledger.PostOutcome {
	outcomes := make([]ledger.PostOutcome, len(postings))
	var posted []string
	for i, posting := range postings {
		result, err := b.post(posting)
		if result.Posted && b.world.Trace != nil {
			posted = append(posted, posting.PaymentID)
		}
		outcomes[i] = ledger.PostOutcome{PostResult: result, Err: err}
	}
	if len(posted) > 0 {
		b.world.Trace("ledger of %s: posted %s", b.region, strings.Join(posted, " "))
	}
	return outcomes
}

func (b *Book) fence(epoch int64, region string) error {
	switch {
	case epoch < b.term.Epoch || epoch == b.term.Epoch && region != b.term.Region:
		return fmt.Errorf("epoch %d of %s, the ledger is at %d of %s: %w", epoch, region, b.term.Epoch, b.term.Region, payment.ErrFenced)
	case epoch > b.term.Epoch:
		b.commit(entry{term: ledger.Term{Epoch: epoch, Region: region}})
		if b.world.Trace != nil {
			b.world.Trace("ledger of %s: fenced at epoch %d", b.region, epoch)
		}
	}
	return nil
}
