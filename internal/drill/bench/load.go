package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/paymentdr/paymentdr/internal/drill/payer"
)

// Load is how a path is loaded: each worker pays again as soon as it is answered.
type Load struct {
	Workers      int
	Warm, Length time.Duration
	// used tells the processor time that each part of the path used so far; nil tells nothing.
	used func() (Cost, error)
}

// errAccepted is a payment that was acknowledged and is not in the ledger yet.
var errAccepted = errors.New("accepted")

// tally is what the workers did while it was measured.
type tally struct {
	mutex            sync.Mutex
	latencies        *hdrhistogram.Histogram
	accepted, failed int64
	failure          error
}

func (t *tally) note(latency time.Duration, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case err == nil:
		payer.Record(t.latencies, latency)
	case errors.Is(err, errAccepted):
		t.accepted++
	default:
		t.failed++
		if t.failure == nil {
			t.failure = err
		}
	}
}

// drive runs the workers. A payment counts when it ends within the measured time, however long before it began.
func (l Load) drive(ctx context.Context, path string, pay func(ctx context.Context, worker, number int) error) (Figures, error) {
	counted := &tally{latencies: payer.NewHistogram()}
	from := time.Now().Add(l.Warm)
	until := from.Add(l.Length)
	var group sync.WaitGroup
	var cost Cost
	var unknown error
	if l.used != nil {
		group.Go(func() { cost, unknown = l.measure(ctx, from, until) })
	}
	for worker := range l.Workers {
		group.Go(func() {
			for number := 0; ctx.Err() == nil; number++ {
				began := time.Now()
				if !began.Before(until) {
					return
				}
				err := pay(ctx, worker, number)
				if ended := time.Now(); !ended.Before(from) && ended.Before(until) {
					counted.note(ended.Sub(began), err)
				}
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return Figures{}, fmt.Errorf("measure the %s path: %w", path, err)
	}
	if unknown != nil {
		return Figures{}, fmt.Errorf("measure what the %s path costs: %w", path, unknown)
	}
	figures := newFigures(path, l.Workers, l.Length, counted.latencies)
	figures.Cost = cost.each(figures.Payments + counted.accepted + counted.failed)
	figures.Accepted, figures.Failed = counted.accepted, counted.failed
	if counted.failure != nil {
		figures.Failure = counted.failure.Error()
	}
	return figures, nil
}
