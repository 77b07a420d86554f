package simulate

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Measures of the picture in pixels.
const (
	pictureWidth = 1510.0
	margin       = 36.0
	headHeight   = 124.0
	rowHeight    = 316.0
	frameHeight  = 216.0
	frameTop     = 64.0 // of a row
	frameWidth   = 440.0
	panelWidth   = 712.0
	axisWidth    = 48.0
	legendHeight = 54.0
)

// Colours: the picture brings its own background and so looks the same in dark viewers.
const (
	colourPage      = "#ffffff"
	colourText      = "#16202c"
	colourMuted     = "#56657a"
	colourGrid      = "#e3e8ee"
	colourFrame     = "#aeb9c6"
	colourObjective = "#c62828"
)

var colours = map[Quantity]string{
	Detection: "#6d7b8d", DNSPayer: "#5aa0dc", LastDNSPayer: "#0b5394", ClientPayer: "#00796b", LedgerWritable: "#b35c00", Settled: "#5b2a86",
}

// panels are the columns of the picture: what objectives.rto is about, and what follows.
var panels = []struct {
	title      string
	quantities []Quantity
	objective  bool
}{
	{"payments are accepted again", []Quantity{Detection, DNSPayer, LastDNSPayer, ClientPayer}, true},
	{"the ledger follows", []Quantity{LedgerWritable, Settled}, false},
}

// words are a quantity's name in the picture.
var words = map[Quantity]string{
	Detection: "Route 53 switches", DNSPayer: "a DNS payer", LastDNSPayer: "the last DNS payer", ClientPayer: "a client/ payer",
	LedgerWritable: "takes writes", Settled: "all is posted",
}

// canvas collects the elements of an SVG.
type canvas struct{ bytes.Buffer }

func (c *canvas) text(x, y, size float64, anchor, colour, weight, text string) {
	fmt.Fprintf(c, `<text x="%s" y="%s" font-size="%s" text-anchor="%s" fill="%s" font-weight="%s">%s</text>`+"\n",
		number(x), number(y), number(size), anchor, colour, weight, escape(text))
}

func (c *canvas) line(x1, y1, x2, y2, width float64, colour, dash string) {
	fmt.Fprintf(c, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s"`, number(x1), number(y1), number(x2), number(y2), colour, number(width))
	if dash != "" {
		fmt.Fprintf(c, ` stroke-dasharray="%s"`, dash)
	}
	c.WriteString("/>\n")
}

// Plot draws, for each failure, which share of disasters was over by when: payers in one panel, the ledger in another.
// Dashed lines are the worst cases, the full one is the objective. It needs the result of a Run, not a stored one.
func (r Result) Plot() []byte {
	var c canvas
	height := headHeight + float64(len(r.Failures))*rowHeight + margin
	fmt.Fprintf(&c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="title" `+
		`font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">`+"\n",
		number(pictureWidth), number(height), number(pictureWidth), number(height))
	c.WriteString("<title id=\"title\">Simulated times of recovery</title>\n")
	fmt.Fprintf(&c, `<rect width="%s" height="%s" fill="%s"/>`+"\n", number(pictureWidth), number(height), colourPage)
	c.text(margin, 44, 22, "start", colourText, "600", "Time to recover from the loss of a Region")
	c.text(margin, 70, 14, "start", colourMuted, "400", r.Setting+". "+r.Summary()+".")
	c.text(margin, 92, 14, "start", colourMuted, "400", "Each curve is the share of disasters in which it was over by then. Dashed: its computed worst case.")
	for column, panel := range panels {
		left := margin + float64(column)*panelWidth
		axis := r.axis(panel.quantities, panel.objective)
		for i, failure := range r.Failures {
			frame := frame{&c, left + axisWidth, headHeight + float64(i)*rowHeight + frameTop, axis}
			c.text(left, frame.top-38, 16, "start", colourText, "600", fmt.Sprintf("%s Region: %s", strings.ToUpper(string(failure.Failure[:1]))+string(failure.Failure[1:]), panel.title))
			frame.grid()
			if panel.objective {
				frame.objective(r.Objective)
			}
			frame.legend(failure, panel.quantities)
			for _, of := range panel.quantities {
				if times, found := r.Times(failure.Failure, of); found {
					frame.curve(times)
				}
			}
		}
	}
	c.WriteString("</svg>\n")
	return c.Bytes()
}

// axis is the last second of a column's panels, which share it.
func (r Result) axis(of []Quantity, objective bool) float64 {
	last := 0.0
	if objective {
		last = r.Objective
	}
	for _, failure := range r.Failures {
		for _, q := range of {
			if times, found := r.Times(failure.Failure, q); found {
				last = max(last, times.WorstCase, times.Max)
			}
		}
	}
	return last * 1.04
}

// frame is one panel's drawing area; axis seconds are its width.
type frame struct {
	*canvas
	left, top, axis float64
}

func (f frame) x(seconds float64) float64 { return f.left + float64(seconds/f.axis*frameWidth) }
func (f frame) y(share float64) float64   { return f.top + frameHeight - float64(share*frameHeight) }

func (f frame) grid() {
	for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		f.line(f.left, f.y(share), f.left+frameWidth, f.y(share), 1, colourGrid, "")
		f.text(f.left-8, f.y(share)+4, 12, "end", colourMuted, "400", fmt.Sprintf("%g%%", 100*share))
	}
	step := niceStep(f.axis)
	for at := 0.0; at <= f.axis; at += step {
		f.line(f.x(at), f.top, f.x(at), f.top+frameHeight, 1, colourGrid, "")
		f.text(f.x(at), f.top+frameHeight+18, 12, "middle", colourMuted, "400", fmt.Sprintf("%gs", at))
	}
	f.line(f.left, f.top+frameHeight, f.left+frameWidth, f.top+frameHeight, 1.5, colourFrame, "")
}

// niceStep divides an axis into four to nine parts of 1, 2 or 5 times a power of ten.
func niceStep(axis float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(axis)))
	for _, part := range []float64{0.1, 0.2, 0.5, 1} {
		if axis/(part*power) <= 9 {
			return part * power
		}
	}
	return 2 * power
}

func (f frame) objective(seconds float64) {
	f.line(f.x(seconds), f.top-6, f.x(seconds), f.top+frameHeight, 2, colourObjective, "")
	anchor, at := "end", f.x(seconds)+1
	if at < f.left+frameWidth/3 {
		anchor, at = "start", at-2
	}
	f.text(at, f.top-12, 12, anchor, colourObjective, "600", fmt.Sprintf("objective %gs", seconds))
}

func (f frame) curve(times Times) {
	colour := colours[times.Quantity]
	f.line(f.x(times.WorstCase), f.top-2, f.x(times.WorstCase), f.top+frameHeight, 1.3, colour, "5 4")
	const steps = 200
	points := []string{number(f.x(times.Min)) + "," + number(f.y(0))}
	for i := range steps + 1 {
		share := float64(i) / steps
		at := percentile(times.sorted, share).Seconds()
		points = append(points, number(f.x(at))+","+number(f.y(share)))
	}
	fmt.Fprintf(f, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2.4" stroke-linejoin="round"><title>%s</title></polyline>`+"\n",
		strings.Join(points, " "), colour, escape(times.Meaning))
}

// legend names the curves, with their figures.
func (f frame) legend(failure Failure, of []Quantity) {
	left, top := f.left+frameWidth+20, f.top+10
	for _, times := range failure.Times {
		position := slices.Index(of, times.Quantity)
		if position < 0 {
			continue
		}
		y := top + float64(position)*legendHeight
		f.line(left, y-4, left+16, y-4, 3, colours[times.Quantity], "")
		f.text(left+24, y, 13, "start", colourText, "600", words[times.Quantity])
		f.text(left+24, y+16, 12, "start", colourMuted, "400", fmt.Sprintf("p50 %s, p99 %s", second(times.P50), second(times.P99)))
		f.text(left+24, y+31, 12, "start", colourMuted, "400", fmt.Sprintf("max %s, worst case %s", second(times.Max), second(times.WorstCase)))
	}
}

// number prints at most two decimals.
func number(f float64) string {
	text := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes every write
	return b.String()
}
