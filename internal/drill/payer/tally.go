package payer

import (
	"maps"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// NewHistogram holds latencies from a microsecond to an hour with three significant figures.
func NewHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, time.Hour.Microseconds(), 3) }

// Record notes a latency; one beyond the histogram's range counts as its end.
func Record(in *hdrhistogram.Histogram, latency time.Duration) {
	// The value is within the range, so it cannot fail.
	_ = in.RecordValue(min(max(latency.Microseconds(), 1), in.HighestTrackableValue()))
}

// Count is the state of one kind's payers. Copies count among the attempts only.
type Count struct {
	// Asked, Acknowledged and Refused count payments; Processing are those of Acknowledged that were answered 202.
	Asked, Acknowledged, Processing, Refused, Contradicted int64
	// Failed counts attempts that were not acknowledged.
	Failed int64
	// Latency is from when a payment was due to its acknowledgement.
	P50, P99, Max time.Duration
}

// Waiting counts the payments that are neither acknowledged nor given up.
func (c Count) Waiting() int64 { return c.Asked - c.Acknowledged - c.Refused - c.Contradicted }

// Tally is the state of the load.
type Tally map[receipt.PayerKind]Count

type tally struct {
	mutex      sync.Mutex
	counts     map[receipt.PayerKind]Count
	histograms map[receipt.PayerKind]*hdrhistogram.Histogram
}

func newTally() *tally {
	return &tally{counts: map[receipt.PayerKind]Count{}, histograms: map[receipt.PayerKind]*hdrhistogram.Histogram{}}
}

// count notes a receipt that is on disk.
func (t *tally) count(one receipt.Receipt) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	count := t.counts[one.PayerKind]
	defer func() { t.counts[one.PayerKind] = count }()
	if one.Failed() {
		count.Failed++
	}
	if one.Copy {
		return
	}
	switch {
	case one.Kind == receipt.Asked:
		count.Asked++
	case one.Outcome == receipt.Refused:
		count.Refused++
	case one.Outcome == receipt.Contradicted:
		count.Contradicted++
	case one.Acknowledged():
		count.Acknowledged++
		if one.Outcome == receipt.Processing {
			count.Processing++
		}
		if t.histograms[one.PayerKind] == nil {
			t.histograms[one.PayerKind] = NewHistogram()
		}
		Record(t.histograms[one.PayerKind], one.Ended.Sub(one.Due))
	}
}

func (t *tally) read() Tally {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	result := Tally(maps.Clone(t.counts))
	for kind, histogram := range t.histograms {
		count := result[kind]
		count.P50, count.P99, count.Max = quantile(histogram, 50), quantile(histogram, 99), quantile(histogram, 100)
		result[kind] = count
	}
	return result
}

func quantile(of *hdrhistogram.Histogram, percent float64) time.Duration {
	return time.Duration(of.ValueAtPercentile(percent)) * time.Microsecond
}
