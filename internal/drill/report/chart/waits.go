package chart

import (
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
)

// waits draws p99 and p50 of the time from due to acknowledged, on a logarithmic scale of powers of ten.
func (d *drawing) waits(series timeline.Series, top float64) {
	lowest, highest := 10*time.Millisecond, time.Second
	for _, bucket := range series.Buckets {
		for bucket.P99 != nil && bucket.P99.Length > highest {
			highest *= 10
		}
	}
	base := top + waitHigh
	for value := lowest; value <= highest; value *= 10 {
		y := base - logarithmic(value, lowest, highest)*waitHigh
		d.line(left, y, right, y, "tl-grid")
		d.text(left-6, y+4, "tl-soft", "end", trimmed(value))
	}
	d.side(top+waitHigh/2, "time", "to ack")
	d.curve(series, base, lowest, highest, "tl-p50", func(b timeline.Bucket) *span.Span { return b.P50 })
	d.curve(series, base, lowest, highest, "tl-p99", func(b timeline.Bucket) *span.Span { return b.P99 })
	for n, bucket := range series.Buckets {
		if bucket.Open > 0 {
			x := (d.edge(n) + d.edge(n+1)) / 2
			d.printf(`<path d="M%s %sl-4 7h8Z" class="tl-open"/>`+"\n", number(x), number(top-2))
		}
	}
	d.line(left, base, right, base, "tl-axis")
}

// curve joins the middles of the buckets that have a value; a gap stays a gap.
func (d *drawing) curve(series timeline.Series, base float64, lowest, highest time.Duration, class string, of func(timeline.Bucket) *span.Span) {
	var path strings.Builder
	joined := false
	for n, bucket := range series.Buckets {
		value := of(bucket)
		if value == nil {
			joined = false
			continue
		}
		x, y := (d.edge(n)+d.edge(n+1))/2, base-logarithmic(value.Length, lowest, highest)*waitHigh
		fmt.Fprintf(&path, "%s%s %s", pick(joined, "L", "M"), number(x), number(y))
		joined = true
	}
	if path.Len() > 0 {
		d.printf(`<path d="%s" class="%s"/>`+"\n", path.String(), class)
	}
}
