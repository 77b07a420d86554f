package graph

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// SVG draws a model.
func SVG(model Model) []byte { return print(Layout(model)) }

func print(s Scene) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="title">`+"\n",
		number(s.Width), number(s.Height), number(s.Width), number(s.Height))
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n", escape(s.Title))
	fmt.Fprintf(&b, "<style>text{font-family:%s;white-space:pre}.m{font-family:%s}.b{font-weight:600}line,polyline{fill:none;stroke-linejoin:round}</style>\n",
		fontSans, fontMono)
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="%s"/>`+"\n", number(s.Width), number(s.Height), colourPage)
	// Boxes that hold others come first; a line lies over them and under its own number.
	for i, box := range s.Boxes {
		if !pill(s, i) {
			printBox(&b, box)
		}
	}
	for _, line := range s.Lines {
		printLine(&b, line)
	}
	for i, box := range s.Boxes {
		if pill(s, i) {
			printBox(&b, box)
		}
	}
	for _, label := range s.Labels {
		printLabel(&b, label)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// pill says whether a box carries the number of a line.
func pill(s Scene, i int) bool { return s.Boxes[i].Parent < 0 && s.Boxes[i].W == pillWidth }

func printBox(b *bytes.Buffer, box Box) {
	fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%s" rx="%s" fill="%s"`,
		number(box.X), number(box.Y), number(box.W), number(box.H), number(box.Round), box.Fill)
	if box.Stroke != "" {
		fmt.Fprintf(b, ` stroke="%s"`, box.Stroke)
	}
	closeWithTip(b, "rect", box.Tip)
}

func printLabel(b *bytes.Buffer, label Label) {
	var classes []string
	if label.Mono {
		classes = append(classes, "m")
	}
	if label.Bold {
		classes = append(classes, "b")
	}
	fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s" fill="%s"`, number(label.X), number(label.Y), number(label.Size), label.Colour)
	if len(classes) > 0 {
		fmt.Fprintf(b, ` class="%s"`, strings.Join(classes, " "))
	}
	b.WriteString(">")
	if label.Tip != "" {
		fmt.Fprintf(b, "<title>%s</title>", escape(label.Tip))
	}
	fmt.Fprintf(b, "%s</text>\n", escape(label.Text))
}

// printLine draws the line, and its arrow as a triangle: markers are drawn differently by different viewers.
func printLine(b *bytes.Buffer, line Line) {
	points := make([]string, len(line.Points))
	for i, p := range line.Points {
		points[i] = number(p.X) + "," + number(p.Y)
	}
	fmt.Fprintf(b, `<polyline points="%s" stroke="%s" stroke-width="%s"`, strings.Join(points, " "), line.Colour, number(line.Width))
	if line.Dashed {
		b.WriteString(` stroke-dasharray="6 5"`)
	}
	closeWithTip(b, "polyline", line.Tip)
	if line.Arrow {
		last, before := line.Points[len(line.Points)-1], line.Points[len(line.Points)-2]
		fmt.Fprintf(b, `<polygon points="%s" fill="%s"/>`+"\n", arrow(before, last), line.Colour)
	}
}

// arrow is a triangle at the end of a horizontal or vertical line.
func arrow(from, to Point) string {
	const length, half = 9.0, 5.0
	dx, dy := sign(to.X-from.X), sign(to.Y-from.Y)
	corners := []Point{to, {to.X - dx*length - dy*half, to.Y - dy*length - dx*half}, {to.X - dx*length + dy*half, to.Y - dy*length + dx*half}}
	texts := make([]string, len(corners))
	for i, c := range corners {
		texts[i] = number(c.X) + "," + number(c.Y)
	}
	return strings.Join(texts, " ")
}

func sign(f float64) float64 {
	switch {
	case f > 0:
		return 1
	case f < 0:
		return -1
	}
	return 0
}

func closeWithTip(b *bytes.Buffer, element, tip string) {
	if tip == "" {
		b.WriteString("/>\n")
		return
	}
	fmt.Fprintf(b, "><title>%s</title></%s>\n", escape(tip), element)
}

// number prints at most two decimals, and the same ones everywhere.
func number(f float64) string {
	text := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func escape(text string) string {
	var b bytes.Buffer
	// A buffer takes every write.
	_ = xml.EscapeText(&b, []byte(text))
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}
