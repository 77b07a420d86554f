package payer

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/payer/failure"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// sending is one payment on its way, by one payer.
type sending struct {
	payer   Payer
	payment receipt.Payment
	due     time.Time
	copy    bool
}

func (s sending) receipt(kind receipt.Kind) receipt.Receipt {
	return receipt.Receipt{Kind: kind, Payer: s.payer.Name, PayerKind: s.payer.Kind, Payment: s.payment, Due: s.due, Copy: s.copy}
}

// pay sends a payment until it is acknowledged or refused, or the drill ends.
func (f *Fleet) pay(s sending) {
	if !f.keep(s.receipt(receipt.Asked)) {
		return
	}
	for try := 1; ; try++ {
		if !f.enter(s.payer.Name) {
			return
		}
		one := s.receipt(receipt.Answered)
		one.Try, one.Sent = try, f.options.Now()
		one.Answer = f.send(s)
		one.Ended = f.options.Now()
		f.leave(s.payer.Name)
		if !f.keep(one) || one.Outcome != receipt.Unknown {
			return
		}
		if pause.For(f.attempts, max(f.backoff(try), one.RetryAfter)) != nil {
			return
		}
	}
}

// enter waits until the payer has a request to spare; false means that the drill ended first.
func (f *Fleet) enter(payer string) bool {
	select {
	case f.slots[payer] <- struct{}{}:
		return true
	case <-f.attempts.Done():
		return false
	}
}

func (f *Fleet) leave(payer string) { <-f.slots[payer] }

// send makes one attempt; what the end of the drill cuts off says so.
func (f *Fleet) send(s sending) receipt.Answer {
	answer := s.payer.Sender.Send(f.attempts, s.payment)
	if f.attempts.Err() == context.Canceled && answer.Outcome == receipt.Unknown {
		answer.Class = failure.GivenUp
	}
	return answer
}

// backoff is the pause after so many tries, from 1: full jitter under a bound that doubles from the first pause to the
// last. (Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015.)
func (f *Fleet) backoff(tries int) time.Duration {
	bound := f.options.FirstPause
	for range tries - 1 {
		if bound *= 2; bound >= f.options.LastPause {
			bound = f.options.LastPause
			break
		}
	}
	return time.Duration(f.options.Random() * float64(bound))
}
