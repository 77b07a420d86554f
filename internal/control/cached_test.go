package control_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// source is a lease that counts its reads and can be slow or broken.
type source struct {
	reads atomic.Int64
	delay time.Duration
	err   error
}

func (s *source) Current(ctx context.Context) (payment.Term, error) {
	epoch := s.reads.Add(1)
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return payment.Term{}, ctx.Err()
	}
	return payment.Term{Region: "us-east-1", Epoch: epoch, State: payment.LeaseActive}, s.err
}

func TestCachedReadsNoMoreOftenThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &source{}
		cached := control.NewCached(from, time.Second, 15*time.Second, nil)
		expect := func(epoch int64, reads int64) {
			t.Helper()
			term, err := cached.Current(t.Context())
			if err != nil || term.Epoch != epoch || from.reads.Load() != reads {
				t.Errorf("epoch %d after %d reads (%v), want %d after %d", term.Epoch, from.reads.Load(), err, epoch, reads)
			}
		}
		expect(1, 1)
		time.Sleep(999 * time.Millisecond)
		expect(1, 1)
		time.Sleep(time.Millisecond)
		expect(2, 2)
		from.err = errors.New("no quorum")
		time.Sleep(14 * time.Second)
		expect(2, 3)
		time.Sleep(time.Second)
		if term, err := cached.Current(t.Context()); !errors.Is(err, from.err) {
			t.Errorf("a reading of 15 s was used: %+v, %v", term, err)
		}
		from.err = nil
		expect(5, 5)
	})
}

func TestCachedCallersShareAReadAndKeepTheirDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &source{delay: 500 * time.Millisecond}
		cached := control.NewCached(from, time.Second, 15*time.Second, nil)
		var failed, worked atomic.Int64
		for n := range 20 {
			go func() {
				limit := time.Second
				if n%2 == 1 {
					limit = 100 * time.Millisecond
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				if _, err := cached.Current(ctx); err != nil {
					failed.Add(1)
				} else {
					worked.Add(1)
				}
			}()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if worked.Load() != 10 || failed.Load() != 10 {
			t.Errorf("%d worked and %d failed, want the 10 with time and the 10 without", worked.Load(), failed.Load())
		}
		if reads := from.reads.Load(); reads > 2 {
			t.Errorf("%d reads for 20 callers", reads)
		}
	})
}
