package graph

import "strings"

// Scene is the picture as rectangles, texts and lines at fixed places.
type Scene struct {
	Width, Height float64
	Title         string
	Boxes         []Box
	Labels        []Label
	Lines         []Line
}

// Box is a rectangle. Parent is the box that it stands in, or -1.
type Box struct {
	X, Y, W, H   float64
	Parent       int
	Fill, Stroke string
	Round        float64
	// Tip is shown under the pointer.
	Tip string
}

// Label is a text on one line; X is its left end, Y its baseline. Box is what it must fit in, or -1 for the page.
type Label struct {
	X, Y, Size float64
	Box        int
	Text       string
	Colour     string
	// Background is the colour behind it.
	Background string
	Mono, Bold bool
	Tip        string
}

// Width is the estimated width, from above.
func (l Label) Width() float64 {
	switch {
	case l.Mono:
		return width(l.Text, l.Size, glyph)
	case l.Bold:
		return width(l.Text, l.Size, bold)
	}
	return width(l.Text, l.Size, sans)
}

// Point is a corner of a line.
type Point struct{ X, Y float64 }

// Line is a polygonal line, with an arrow at its end if it leads somewhere.
type Line struct {
	Points        []Point
	Colour        string
	Width         float64
	Arrow, Dashed bool
	Tip           string
}

func (s *Scene) box(b Box) int {
	s.Boxes = append(s.Boxes, b)
	return len(s.Boxes) - 1
}

func (s *Scene) label(l Label) { s.Labels = append(s.Labels, l) }

func (s *Scene) line(l Line) { s.Lines = append(s.Lines, l) }

// fit shortens a text to a width.
func fit(text string, size, advance, available float64) string {
	runes := []rune(text)
	for len(runes) > 1 && width(text, size, advance) > available {
		runes = runes[:len(runes)-1]
		text = string(runes) + "…"
	}
	return text
}

// wrap breaks a text into lines of at most a width.
func wrap(text string, size, available float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case width(line+" "+word, size, sans) <= available:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
