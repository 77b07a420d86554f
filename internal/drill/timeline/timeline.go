// Package timeline counts receipts second by second, for the picture of a drill.
package timeline

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Bucket is one step of time for one kind of payers. Copies are not counted.
type Bucket struct {
	// Acknowledged counts payments by the Region that answered, at the time of their first acknowledgement.
	Acknowledged map[string]int `json:"acknowledged,omitempty"`
	// Processing are those of Acknowledged that were answered 202.
	Processing map[string]int `json:"processing,omitempty"`
	// Failed counts attempts by reason, at the time of their end.
	Failed map[string]int `json:"failed,omitempty"`
	// Due counts the payments that were due in this step; P50 and P99 are their latencies, from due to acknowledged,
	// by nearest rank.
	Due int        `json:"due"`
	P50 *span.Span `json:"p50,omitempty"`
	P99 *span.Span `json:"p99,omitempty"`
	// Open counts the payments due in this step that were never acknowledged. They are not in P50 and P99.
	Open int `json:"open,omitempty"`
}

// Series is one kind of payers.
type Series struct {
	Kind    receipt.PayerKind `json:"kind"`
	Buckets []Bucket          `json:"buckets"`
}

// Timeline is a drill, step by step. Bucket n begins at From + n*Step.
type Timeline struct {
	From time.Time     `json:"from"`
	Step time.Duration `json:"-"`
	// StepSeconds is Step for readers of the JSON.
	StepSeconds float64 `json:"step_seconds"`
	// Regions and Classes are those that occur, sorted.
	Regions []string `json:"regions"`
	Classes []string `json:"classes,omitempty"`
	Series  []Series `json:"series"`
}

// End is the end of the last bucket.
func (t Timeline) End() time.Time {
	longest := 0
	for _, one := range t.Series {
		longest = max(longest, len(one.Buckets))
	}
	return t.From.Add(time.Duration(longest) * t.Step)
}

// maxBuckets bounds a timeline; the step of a longer drill must be longer.
const maxBuckets = 100_000

// Build counts the receipts of from <= t < to in steps. DNS payers come first.
func Build(receipts []receipt.Receipt, from, to time.Time, step time.Duration) (Timeline, error) {
	if step <= 0 || !from.Before(to) || to.Sub(from)/step > maxBuckets {
		return Timeline{}, fmt.Errorf("build timeline from %s to %s in steps of %v: there must be 1 to %d steps",
			from.Format(time.RFC3339), to.Format(time.RFC3339), step, maxBuckets)
	}
	result := Timeline{From: from, Step: step, StepSeconds: step.Seconds()}
	regions, classes := map[string]bool{}, map[string]bool{}
	for _, kind := range []receipt.PayerKind{receipt.DNS, receipt.Client} {
		b := newBuilder(from, to, step)
		for _, one := range receipts {
			if one.PayerKind == kind && !one.Copy {
				b.add(one)
			}
		}
		if !b.used {
			continue
		}
		series := Series{Kind: kind, Buckets: b.finish()}
		for _, bucket := range series.Buckets {
			for region := range bucket.Acknowledged {
				regions[region] = true
			}
			for class := range bucket.Failed {
				classes[class] = true
			}
		}
		result.Series = append(result.Series, series)
	}
	result.Regions, result.Classes = slices.Sorted(maps.Keys(regions)), slices.Sorted(maps.Keys(classes))
	return result, nil
}

// builder is one kind's buckets in the making.
type builder struct {
	from, to     time.Time
	step         time.Duration
	buckets      []Bucket
	latencies    [][]span.Span
	acknowledged map[string]bool
	due          map[string]time.Time
	used         bool
}

func newBuilder(from, to time.Time, step time.Duration) *builder {
	count := int((to.Sub(from) + step - 1) / step)
	return &builder{
		from: from, to: to, step: step, buckets: make([]Bucket, count), latencies: make([][]span.Span, count),
		acknowledged: map[string]bool{}, due: map[string]time.Time{},
	}
}

// place is the bucket of a time; false when it is outside.
func (b *builder) place(at time.Time) (int, bool) {
	if at.Before(b.from) || !at.Before(b.to) {
		return 0, false
	}
	return int(at.Sub(b.from) / b.step), true
}

func (b *builder) add(one receipt.Receipt) {
	b.used = true
	b.due[one.ID] = one.Due
	at, inside := b.place(one.Ended)
	switch {
	case one.Kind == receipt.Asked:
	case one.Failed():
		if inside {
			b.buckets[at].Failed = increment(b.buckets[at].Failed, one.Class)
		}
	case !b.acknowledged[one.ID]:
		b.acknowledged[one.ID] = true
		if inside {
			b.buckets[at].Acknowledged = increment(b.buckets[at].Acknowledged, one.Region)
			if one.Outcome == receipt.Processing {
				b.buckets[at].Processing = increment(b.buckets[at].Processing, one.Region)
			}
		}
		if due, inside := b.place(one.Due); inside {
			b.latencies[due] = append(b.latencies[due], span.Span{Length: one.Ended.Sub(one.Due)})
		}
	}
}

func (b *builder) finish() []Bucket {
	for id, due := range b.due {
		if at, inside := b.place(due); inside {
			b.buckets[at].Due++
			if !b.acknowledged[id] {
				b.buckets[at].Open++
			}
		}
	}
	for at, latencies := range b.latencies {
		if len(latencies) > 0 {
			quantiles := span.Summarize(latencies)
			b.buckets[at].P50, b.buckets[at].P99 = &quantiles.P50, &quantiles.P99
		}
	}
	return b.buckets
}

func increment(counts map[string]int, name string) map[string]int {
	if counts == nil {
		counts = map[string]int{}
	}
	counts[name]++
	return counts
}
