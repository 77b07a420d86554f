// Package payer is the load of a drill: payers who pay at a constant rate whether or not they are answered.
//
// The load is an open loop. Payment number n of a kind is due n/rate after the start, and is sent then, however many
// before it still wait for their answers. Its latency counts from when it was due to its acknowledgement, over all
// tries, so a service that stalls for a minute is seen to take a minute; nothing is left out because nobody asked
// (coordinated omission). A payment that is not acknowledged is sent again, with the same id, until it is or the drill
// ends.
package payer

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// Fleet is the payers of a drill at work.
type Fleet struct {
	options Options
	began   time.Time
	byKind  map[receipt.PayerKind][]Payer
	slots   map[string]chan struct{} // by payer, as many as it may have requests in flight
	tally   *tally

	// arrivals ends with Stop, attempts with the drill.
	arrivals, attempts context.Context
	stop, giveUp       context.CancelFunc
	group              sync.WaitGroup

	mutex sync.Mutex
	// failed is the first receipt that could not be kept: the drill is void.
	failed error
}

// Start lets the payers pay until Stop. ctx ends everything at once.
func Start(ctx context.Context, options Options) (*Fleet, error) {
	options = options.withDefaults()
	if err := options.validate(); err != nil {
		return nil, fmt.Errorf("start payers: %w", err)
	}
	f := &Fleet{options: options, byKind: map[receipt.PayerKind][]Payer{}, slots: map[string]chan struct{}{}, tally: newTally()}
	f.attempts, f.giveUp = context.WithCancel(ctx)
	f.arrivals, f.stop = context.WithCancel(f.attempts)
	for _, one := range options.Payers {
		f.byKind[one.Kind] = append(f.byKind[one.Kind], one)
		f.slots[one.Name] = make(chan struct{}, options.InFlight)
	}
	f.began = options.Now()
	for kind, rate := range options.Rates {
		f.group.Go(func() { f.arrive(kind, rate) })
	}
	return f, nil
}

// arrive sends the payments of one kind when they are due.
func (f *Fleet) arrive(kind receipt.PayerKind, rate float64) {
	payers := f.byKind[kind]
	for n := 0; ; n++ {
		due := f.began.Add(time.Duration(math.Round(float64(n) * float64(time.Second) / rate)))
		if !f.wait(f.arrivals, due) {
			return
		}
		planned := draw(f.options, kind, n)
		first := sending{payer: payers[n%len(payers)], payment: planned.payment, due: due}
		f.group.Go(func() { f.pay(first) })
		if planned.copied {
			again := sending{payer: f.options.Payers[planned.copier], payment: planned.payment, due: due.Add(planned.after), copy: true}
			f.group.Go(func() {
				if f.wait(f.arrivals, again.due) {
					f.pay(again)
				}
			})
		}
	}
}

// wait waits until a time of the fleet's clock; false means that ctx ended first.
func (f *Fleet) wait(ctx context.Context, until time.Time) bool {
	return pause.For(ctx, until.Sub(f.options.Now())) == nil
}

// Stop ends the load: no payment is sent for the first time any more, nor copied. Those under way go on.
func (f *Fleet) Stop() { f.stop() }

// Wait ends the load and waits until every payment is acknowledged or refused. When ctx ends first the rest is given up.
// It closes the payers. An error means that receipts are missing, and that nothing can be concluded from the drill.
func (f *Fleet) Wait(ctx context.Context) error {
	f.stop()
	done := make(chan struct{})
	go func() {
		f.group.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		f.giveUp()
		<-done
	}
	if slices.ContainsFunc(f.options.Payers, learnsLate) {
		_ = pause.For(ctx, lateFor)
	}
	f.giveUp()
	for _, one := range f.options.Payers {
		one.Sender.Close()
		f.keepLate(one)
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.failed
}

// lateFor is how long package client compares an answer with those that come after it.
const lateFor = time.Second

func learnsLate(one Payer) bool {
	_, ok := one.Sender.(Later)
	return ok
}

// keepLate writes down what a payer learned after it had answered.
func (f *Fleet) keepLate(of Payer) {
	later, ok := of.Sender.(Later)
	if !ok {
		return
	}
	for _, late := range later.Late() {
		f.keep(receipt.Receipt{
			Kind: receipt.Answered, Payer: of.Name, PayerKind: of.Kind, Payment: receipt.Payment{ID: late.PaymentID},
			Due: late.At, Copy: true, Try: 1, Sent: late.At, Ended: late.At, Answer: late.Answer,
		})
	}
}

// Began is the time at which payment 0 was due.
func (f *Fleet) Began() time.Time { return f.began }

// Tally is the state of the load now, for people who watch it.
func (f *Fleet) Tally() Tally { return f.tally.read() }

// keep writes a receipt down, and counts it only then. After a failure the whole load ends.
func (f *Fleet) keep(one receipt.Receipt) bool {
	if err := f.options.Receipts.Append(one); err != nil {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		if f.failed == nil {
			f.failed = fmt.Errorf("keep receipt of payment %s: %w", one.ID, err)
		}
		f.giveUp()
		return false
	}
	f.tally.count(one)
	return true
}
