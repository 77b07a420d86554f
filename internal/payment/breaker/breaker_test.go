package breaker_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/breaker"
)

// ledger answers after a while, or not within it.
type ledger struct {
	takes time.Duration
	err   error
	asked int
}

func (l *ledger) Post(context.Context, payment.Posting) (payment.PostResult, error) {
	l.asked++
	time.Sleep(l.takes)
	return payment.PostResult{Posted: l.err == nil}, l.err
}

func TestSilentLedgerIsLeftAlone(t *testing.T) {
	const budget = 2500 * time.Millisecond
	type step struct {
		wait    time.Duration
		epoch   int64
		ledger  ledger
		asks    bool
		problem error
	}
	silent := ledger{takes: budget, err: payment.ErrLedgerUnavailable}
	refuses := ledger{takes: time.Millisecond, err: payment.ErrLedgerUnavailable}
	fenced := ledger{takes: budget, err: payment.ErrFenced}
	well := ledger{takes: 5 * time.Millisecond}
	for name, steps := range map[string][]step{
		"a refusal costs nothing": {
			{0, 1, refuses, true, payment.ErrLedgerUnavailable}, {0, 1, refuses, true, payment.ErrLedgerUnavailable}, {0, 1, well, true, nil},
		},
		"silence is not waited for again": {
			{0, 1, silent, true, payment.ErrLedgerUnavailable}, {0, 1, well, false, payment.ErrLedgerUnavailable},
			{breaker.FirstPause - time.Millisecond, 1, well, false, payment.ErrLedgerUnavailable}, {time.Millisecond, 1, well, true, nil}, {0, 1, well, true, nil},
		},
		"longer each time, and then no longer": {
			{0, 1, silent, true, payment.ErrLedgerUnavailable}, {2 * time.Second, 1, silent, true, payment.ErrLedgerUnavailable},
			{3 * time.Second, 1, well, false, payment.ErrLedgerUnavailable}, {time.Second, 1, silent, true, payment.ErrLedgerUnavailable},
			{8 * time.Second, 1, silent, true, payment.ErrLedgerUnavailable}, {8*time.Second - 1, 1, well, false, payment.ErrLedgerUnavailable},
			{1, 1, well, true, nil}, {0, 1, silent, true, payment.ErrLedgerUnavailable}, {2 * time.Second, 1, well, true, nil},
		},
		"another term has another ledger": {
			{0, 1, silent, true, payment.ErrLedgerUnavailable}, {0, 2, well, true, nil}, {0, 1, well, true, nil},
		},
		"an answer is an answer, however late": {{0, 1, fenced, true, payment.ErrFenced}, {0, 1, well, true, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inner := &ledger{}
				guarded := breaker.New(inner, nil)
				for i, one := range steps {
					time.Sleep(one.wait)
					before := inner.asked
					*inner = ledger{takes: one.ledger.takes, err: one.ledger.err, asked: before}
					result, err := guarded.Post(t.Context(), payment.Posting{PaymentID: "pay-1", Epoch: one.epoch})
					if asked := inner.asked > before; asked != one.asks {
						t.Errorf("step %d: ledger asked %t, want %t", i+1, asked, one.asks)
					}
					if !errors.Is(err, one.problem) || result.Posted != (one.problem == nil) {
						t.Errorf("step %d: %+v, error %v, want %v", i+1, result, err, one.problem)
					}
				}
			})
		})
	}
}
