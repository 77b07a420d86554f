package payer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// Sender sends a payment once and says what came of it. It is safe for concurrent use. Packages ordinary and both are
// the two there are.
type Sender interface {
	Send(ctx context.Context, asked receipt.Payment) receipt.Answer
	// Close ends it; nothing is under way then.
	Close()
}

// Later is a Sender that may learn something of a payment after it has answered for it.
type Later interface {
	// Late gives what was learned since it was last asked.
	Late() []Late
}

// Late is an answer about a payment that came after Send had returned.
type Late struct {
	PaymentID string
	At        time.Time
	Answer    receipt.Answer
}

// Payer is one program that pays.
type Payer struct {
	Name   string
	Kind   receipt.PayerKind
	Sender Sender
}

// Appender keeps receipts; receipt.Writer is one.
type Appender interface {
	Append(receipt.Receipt) error
}

// Defaults of Options.
const (
	DefaultCopyWithin = 20 * time.Second
	DefaultFirstPause = 100 * time.Millisecond
	DefaultLastPause  = 2 * time.Second
	DefaultInFlight   = 4
)

// Options are what a Fleet is made of. Run, Payers, Rates and Receipts are required.
type Options struct {
	// Run names the drill; payment ids begin with it, so it must be new for every drill on the same stores.
	Run string
	// Seed fixes what is paid and which payments are sent twice.
	Seed   uint64
	Payers []Payer
	// Rates are the new payments per second of all payers of a kind together.
	Rates map[receipt.PayerKind]float64
	// Currencies to pay in; none means DefaultCurrencies.
	Currencies []Currency
	// Copies is the share of payments, 0 to 1, that are sent a second time, at a random moment within CopyWithin, by a
	// payer drawn from all.
	Copies     float64
	CopyWithin time.Duration
	// FirstPause and LastPause bound the pause before a payment is tried again: full jitter under a bound that doubles.
	FirstPause, LastPause time.Duration
	// InFlight is how many requests a payer has under way at most, as a program with a pool of connections has; further
	// payments wait, and their latency counts.
	InFlight int
	Receipts Appender
	// Now is the clock of the receipts; nil means the wall clock at the start, moved on by the monotonic one, so that a
	// step of the wall clock does not bend the measurement.
	Now func() time.Time
	// Random is uniform in [0, 1), for pauses; nil means math/rand/v2.
	Random func() float64
}

func (o Options) withDefaults() Options {
	o.CopyWithin = cmp.Or(o.CopyWithin, DefaultCopyWithin)
	o.FirstPause, o.LastPause = cmp.Or(o.FirstPause, DefaultFirstPause), cmp.Or(o.LastPause, DefaultLastPause)
	o.InFlight = cmp.Or(o.InFlight, DefaultInFlight)
	if len(o.Currencies) == 0 {
		o.Currencies = DefaultCurrencies
	}
	if o.Now == nil {
		began := time.Now()
		o.Now = func() time.Time { return began.Add(time.Since(began)) }
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return o
}

func (o Options) validate() error {
	var faults []error
	if o.Run == "" || o.Receipts == nil || len(o.Payers) == 0 {
		faults = append(faults, errors.New("run, receipts or payers are missing"))
	}
	if o.InFlight < 0 {
		faults = append(faults, fmt.Errorf("%d requests in flight", o.InFlight))
	}
	if o.Copies < 0 || o.Copies > 1 {
		faults = append(faults, fmt.Errorf("share of copies is %g, not in 0..1", o.Copies))
	}
	seen := map[string]bool{}
	kinds := map[receipt.PayerKind]int{}
	for _, one := range o.Payers {
		if one.Name == "" || one.Sender == nil || seen[one.Name] {
			faults = append(faults, fmt.Errorf("payer %q has no sender or a name that is not its own", one.Name))
		}
		seen[one.Name] = true
		kinds[one.Kind]++
	}
	for kind, rate := range o.Rates {
		switch {
		case rate <= 0:
			faults = append(faults, fmt.Errorf("rate of %s payers is %g a second", kind, rate))
		case kinds[kind] == 0:
			faults = append(faults, fmt.Errorf("there is a rate for %s payers and none of them", kind))
		}
		delete(kinds, kind)
	}
	for kind := range kinds {
		faults = append(faults, fmt.Errorf("there are %s payers and no rate for them", kind))
	}
	return errors.Join(faults...)
}
