// Package chart draws a drill's timeline as one SVG picture: for each kind of payers what was acknowledged, by the Region
// that answered, what failed, and how long payments took, with the events across all of it.
//
// The picture needs nothing from outside, follows the reader's light or dark scheme, prints, and tells its colours apart
// by pattern and lightness as well. Colours are those of Okabe and Ito (2008), which colour-blind readers distinguish.
// The text is the same for the same input.
package chart

import (
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
)

// Mark is an event on the picture.
type Mark struct {
	At     time.Time
	Label  string
	Region string
	// Fault marks are drawn in the colour of failures.
	Fault bool
}

// Panel says what is drawn around one kind of payers.
type Panel struct {
	Title string
	// RTO is drawn as a ruler from the fault; Objective is its bound, 0 if it has none.
	RTO       span.Span
	Objective time.Duration
}

// Options of a picture. Fault is second 0 of its axis.
type Options struct {
	Title  string
	Fault  time.Time
	Marks  []Mark
	Panels map[receipt.PayerKind]Panel
}

// Marks picks the events that belong on the picture.
func Marks(events []event.Event) []Mark {
	shown := map[event.Kind]bool{
		event.FaultInjected: true, event.FaultEnded: true, event.HealthChanged: true, event.DNSChanged: true, event.LeaseReleased: true,
		event.LeaseClaimed: true, event.LedgerWritable: true, event.TermActive: true,
	}
	var marks []Mark
	for _, one := range events {
		if !shown[one.Kind] {
			continue
		}
		label := one.Label()
		if one.Kind == event.HealthChanged {
			label = "health check: " + one.Detail
		}
		marks = append(marks, Mark{At: one.At, Label: label, Region: one.Region, Fault: one.Kind == event.FaultInjected})
	}
	return marks
}

// The measures of the picture, in pixels.
const (
	width     = 1080.0
	left      = 96.0 // of the plots
	right     = 1062.0
	laneStep  = 17.0
	titleStep = 18.0
	rulerStep = 22.0
	barsHigh  = 92.0
	failHigh  = 30.0
	waitHigh  = 76.0
	gap       = 14.0
	panelGap  = 22.0
)

// drawing is a picture in the making.
type drawing struct {
	strings.Builder
	timeline timeline.Timeline
	options  Options
	from, to time.Time
}

// SVG draws the picture. It is a whole document, which can also stand inside an HTML page.
func SVG(of timeline.Timeline, options Options) string {
	d := &drawing{timeline: of, options: options, from: of.From, to: of.End()}
	labels, lanes := place(options.Marks, d.x, options.Fault)
	top := 34 + float64(max(lanes, 1))*laneStep + 10
	panel := titleStep + rulerStep + barsHigh + gap + failHigh + gap + waitHigh + panelGap
	bottom := top + float64(len(of.Series))*panel
	high := bottom + 26
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" class="tl" aria-label="%s">`+"\n",
		number(width), number(high), number(width), number(high), escape(options.Title))
	d.WriteString(style)
	d.WriteString(definitions(len(of.Regions)))
	d.printf(`<rect class="tl-page" width="%s" height="%s" rx="6"/>`+"\n", number(width), number(high))
	d.legend(18)
	for i, series := range of.Series {
		d.panel(series, top+float64(i)*panel)
	}
	d.axis(bottom)
	d.marks(labels, 34, bottom-panelGap+4)
	// Last, so that no event's line goes through their texts.
	for i, series := range of.Series {
		d.ruler(options.Panels[series.Kind], top+float64(i)*panel+titleStep)
	}
	d.WriteString("</svg>\n")
	return d.String()
}

func (d *drawing) printf(format string, arguments ...any) { fmt.Fprintf(d, format, arguments...) }

// x is the place of a time.
func (d *drawing) x(at time.Time) float64 {
	if !d.from.Before(d.to) {
		return left
	}
	share := float64(at.Sub(d.from)) / float64(d.to.Sub(d.from))
	return left + min(max(share, 0), 1)*(right-left)
}

// text writes a text; anchor is start, middle or end.
func (d *drawing) text(x, y float64, class, anchor, content string) {
	d.printf(`<text x="%s" y="%s" class="%s" text-anchor="%s">%s</text>`+"\n", number(x), number(y), class, anchor, escape(content))
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	d.printf(`<path d="M%s %sL%s %s" class="%s"/>`+"\n", number(x1), number(y1), number(x2), number(y2), class)
}

// number is a coordinate to a tenth of a pixel.
func number(value float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", value), ".0")
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(text string) string { return escaper.Replace(text) }
