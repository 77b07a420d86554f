package chart

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
)

// panel draws one kind of payers, from a height down.
func (d *drawing) panel(series timeline.Series, top float64) {
	panel := d.options.Panels[series.Kind]
	d.text(left, top+14, "tl-title", "start", panel.Title)
	y := top + titleStep + rulerStep
	d.bars(series, y)
	y += barsHigh + gap
	d.failures(series, y)
	y += failHigh + gap
	d.waits(series, y)
	d.hovers(series, top+titleStep+rulerStep, y+waitHigh)
}

// ruler draws the RTO from the fault on, and where its objective ends.
func (d *drawing) ruler(panel Panel, y float64) {
	from, to := d.x(d.options.Fault), d.x(d.options.Fault.Add(panel.RTO.Length))
	text, class, end := "RTO "+panel.RTO.String(), "tl-ruler", to
	if panel.Objective > 0 {
		limit := d.x(d.options.Fault.Add(panel.Objective))
		d.line(to, y+10, limit, y+10, "tl-objective")
		d.line(limit, y+4, limit, y+16, "tl-axis")
		text, end = text+", objective "+trimmed(panel.Objective), max(to, limit)
		if !panel.RTO.Within(panel.Objective) {
			text, class = text+": missed", "tl-ruler tl-missed"
		}
	}
	d.line(from, y+10, to, y+10, class)
	d.line(to, y+5, to, y+15, class)
	if end+8+float64(len(text))*charWidth > right {
		d.text(from-8, y+14, "tl-mark", "end", text)
		return
	}
	d.text(end+8, y+14, "tl-mark", "start", text)
}

// layer is a part of the stack: what one Region answered, posted or not yet.
type layer struct {
	class string
	of    func(timeline.Bucket) int
}

func (d *drawing) layers() []layer {
	var layers []layer
	for i, region := range d.timeline.Regions {
		layers = append(layers,
			layer{fmt.Sprintf("tl-a%d", i), func(b timeline.Bucket) int { return b.Acknowledged[region] - b.Processing[region] }},
			layer{fmt.Sprintf("tl-b%d", i), func(b timeline.Bucket) int { return b.Processing[region] }})
	}
	return layers
}

// bars draws the acknowledged payments per second, stacked.
func (d *drawing) bars(series timeline.Series, top float64) {
	perSecond := 1 / d.timeline.Step.Seconds()
	highest := ceiling(most(series, func(b timeline.Bucket) int { return sum(b.Acknowledged) }) * perSecond)
	base := top + barsHigh
	d.scale(top, base, []float64{0, highest / 2, highest}, highest)
	d.side(top+barsHigh/2, "paid", "per s")
	bottoms := make([]float64, len(series.Buckets))
	for _, layer := range d.layers() {
		tops := slices.Clone(bottoms)
		for n, bucket := range series.Buckets {
			tops[n] += float64(layer.of(bucket)) * perSecond / highest * barsHigh
		}
		d.steps(layer.class, base, bottoms, tops)
		bottoms = tops
	}
	d.line(left, base, right, base, "tl-axis")
}

// steps fills the area between two step curves, above a base, where they differ.
func (d *drawing) steps(class string, base float64, bottoms, tops []float64) {
	for from := 0; from < len(tops); from++ {
		to := from
		for to < len(tops) && tops[to]-bottoms[to] > 0.01 {
			to++
		}
		if to == from {
			continue
		}
		var path strings.Builder
		for n := from; n < to; n++ {
			fmt.Fprintf(&path, "%s%s %sH%s", pick(n == from, "M", "L"), number(d.edge(n)), number(base-tops[n]), number(d.edge(n+1)))
		}
		for n := to - 1; n >= from; n-- {
			fmt.Fprintf(&path, "L%s %sH%s", number(d.edge(n+1)), number(base-bottoms[n]), number(d.edge(n)))
		}
		d.printf(`<path d="%sZ" class="%s"/>`+"\n", path.String(), class)
		from = to
	}
}

// most is the largest count of a bucket.
func most(series timeline.Series, of func(timeline.Bucket) int) float64 {
	largest := 0
	for _, bucket := range series.Buckets {
		largest = max(largest, of(bucket))
	}
	return float64(largest)
}

// edge is where a bucket begins.
func (d *drawing) edge(n int) float64 { return d.x(d.from.Add(time.Duration(n) * d.timeline.Step)) }

// failures draws the failed attempts per second.
func (d *drawing) failures(series timeline.Series, top float64) {
	perSecond := 1 / d.timeline.Step.Seconds()
	worst := most(series, func(b timeline.Bucket) int { return sum(b.Failed) }) * perSecond
	highest := ceiling(worst)
	base := top + failHigh
	d.side(top+failHigh/2, "failed", "per s")
	if worst == 0 {
		d.text(left-6, top+failHigh/2+6, "tl-soft", "end", "none")
	} else {
		d.scale(top, base, []float64{highest}, highest)
	}
	tops := make([]float64, len(series.Buckets))
	for n, bucket := range series.Buckets {
		tops[n] = float64(sum(bucket.Failed)) * perSecond / highest * failHigh
	}
	d.steps("tl-f", base, make([]float64, len(tops)), tops)
	d.line(left, base, right, base, "tl-axis")
}

// scale draws the lines of a linear scale with their numbers.
func (d *drawing) scale(top, base float64, values []float64, highest float64) {
	for _, value := range values {
		y := base - value/highest*(base-top)
		d.line(left, y, right, y, "tl-grid")
		d.text(left-6, y+4, "tl-soft", "end", number(value))
	}
}

// side names a plot, left of its scale.
func (d *drawing) side(y float64, what, unit string) {
	d.text(left-70, y, "tl-soft", "middle", what)
	d.text(left-70, y+12, "tl-soft", "middle", unit)
}

func sum(counts map[string]int) int {
	total := 0
	for _, one := range counts {
		total += one
	}
	return total
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// hovers say the numbers of each bucket to who points at it.
func (d *drawing) hovers(series timeline.Series, top, bottom float64) {
	for n, bucket := range series.Buckets {
		at := d.from.Add(time.Duration(n) * d.timeline.Step).Sub(d.options.Fault)
		parts := []string{Offset(at) + ":"}
		for _, region := range slices.Sorted(maps.Keys(bucket.Acknowledged)) {
			parts = append(parts, fmt.Sprintf("%s %d paid", region, bucket.Acknowledged[region]))
		}
		if accepted := sum(bucket.Processing); accepted > 0 {
			parts = append(parts, fmt.Sprintf("(%d of them 202)", accepted))
		}
		for _, class := range slices.Sorted(maps.Keys(bucket.Failed)) {
			parts = append(parts, fmt.Sprintf("%d failed: %s", bucket.Failed[class], class))
		}
		if bucket.P99 != nil {
			parts = append(parts, fmt.Sprintf("p99 of those due %s", span.Text(bucket.P99.Length)))
		}
		if bucket.Open > 0 {
			parts = append(parts, fmt.Sprintf("%d never acknowledged", bucket.Open))
		}
		d.printf(`<rect x="%s" y="%s" width="%s" height="%s" class="tl-hover"><title>%s</title></rect>`+"\n",
			number(d.edge(n)), number(top), number(d.edge(n+1)-d.edge(n)), number(bottom-top), escape(strings.Join(parts, " ")))
	}
}
