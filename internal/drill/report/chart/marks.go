package chart

import (
	"fmt"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// label is a mark with its place.
type label struct {
	mark Mark
	text string
	x    float64
	lane int
	// left: the text stands left of its line, since there is no room on the right.
	left bool
}

// charWidth is generous for the picture's font, so that what does not overlap here does not overlap anywhere.
const charWidth = 6.2

func (l label) width() float64 { return float64(len([]rune(l.text)))*charWidth + 8 }

// span is where the label's text begins and ends.
func (l label) span() (from, to float64) {
	if l.left {
		return l.x - l.width(), l.x
	}
	return l.x, l.x + l.width()
}

// covers tells whether the label's text is over a place.
func (l label) covers(x float64) bool {
	from, to := l.span()
	return from <= x && x <= to
}

// overlaps tells whether two labels could not stand in one lane.
func (l label) overlaps(other label) bool {
	from, to := l.span()
	otherFrom, otherTo := other.span()
	return from <= otherTo && otherFrom <= to
}

// place puts labels into lanes, a staircase that goes down to the right. No text stands on another one. No line goes
// through a text on the right of its own line, because a line begins below every such text that it would cross; a text on
// the left, where the picture ends, is drawn over the lines that it crosses.
func place(marks []Mark, x func(time.Time) float64, fault time.Time) (labels []label, lanes int) {
	for _, mark := range slices.SortedStableFunc(slices.Values(marks), func(a, b Mark) int { return a.At.Compare(b.At) }) {
		one := label{mark: mark, text: words(mark, fault), x: x(mark.At)}
		one.left = one.x+one.width() > right
		for _, other := range labels {
			if one.overlaps(other) || other.covers(one.x) {
				one.lane = max(one.lane, other.lane+1)
			}
		}
		labels = append(labels, one)
		lanes = max(lanes, one.lane+1)
	}
	return labels, lanes
}

func words(mark Mark, fault time.Time) string {
	text := mark.Label
	if mark.Region != "" {
		text = mark.Region + " " + text
	}
	if mark.Fault && mark.At.Equal(fault) {
		return text
	}
	return Offset(mark.At.Sub(fault)) + " " + text
}

// Offset is a time from the fault, as axis and tables give it.
func Offset(after time.Duration) string {
	switch {
	case after == 0:
		return "0"
	case after < 0:
		return "\u2212" + span.Text(-after)
	}
	return "+" + span.Text(after)
}

// marks draws the labels from a height on, and their lines down to another.
func (d *drawing) marks(labels []label, top, bottom float64) {
	for _, one := range labels {
		class := "tl-line"
		if one.mark.Fault {
			class = "tl-fault-line"
		}
		d.line(one.x, top+float64(one.lane)*laneStep, one.x, bottom, class)
	}
	for _, one := range labels {
		y, class := top+float64(one.lane)*laneStep, "tl-mark"
		if one.mark.Fault {
			class = "tl-mark tl-fault"
		}
		if one.left {
			d.text(one.x-5, y+11, class, "end", one.text)
		} else {
			d.text(one.x+5, y+11, class, "start", one.text)
		}
	}
}

// legend says what the fills are.
func (d *drawing) legend(y float64) {
	x := left
	entry := func(class, text string) {
		d.printf(`<rect x="%s" y="%s" width="13" height="11" class="%s"/>`+"\n", number(x), number(y-10), class)
		d.text(x+18, y, "", "start", text)
		x += 18 + float64(len(text))*charWidth + 18
	}
	for i, region := range d.timeline.Regions {
		entry(fmt.Sprintf("tl-a%d", i), region+" answered 200")
		if d.processed(region) {
			entry(fmt.Sprintf("tl-b%d", i), region+" answered 202")
		}
	}
	if len(d.timeline.Classes) > 0 {
		entry("tl-f", "failed attempts")
	}
	for _, curve := range []string{"p99", "p50"} {
		d.line(x, y-4, x+16, y-4, "tl-"+curve)
		d.text(x+21, y, "", "start", curve)
		x += 56
	}
	d.text(x-6, y, "tl-soft", "start", "time to ack")
}

// processed tells whether a Region ever answered 202.
func (d *drawing) processed(region string) bool {
	for _, series := range d.timeline.Series {
		for _, bucket := range series.Buckets {
			if bucket.Processing[region] > 0 {
				return true
			}
		}
	}
	return false
}
