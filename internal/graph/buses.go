package graph

import (
	"fmt"
	"slices"
	"strconv"
)

// Places of the lines that leave a concern, below its head.
const (
	portsTop  = 36.0
	portStep  = 17.0
	pillWidth = 26.0
)

// bus is everything that leads to one concern: a vertical line beside the boxes, with a branch from each user.
type bus struct {
	target   string
	tone     tone
	end      float64 // where it enters the target
	branches []branch
	// top and low are the first and the last place of the line, first and last the concerns that it passes.
	top, low    float64
	first, last int
	lane        int
}

type branch struct {
	from  string
	count int
	y     float64
}

// busesOf are the buses of a root, in the order of their targets, each in the nearest lane that is free over the concerns
// that it passes; short ones choose first.
func busesOf(root Root) []*bus {
	var buses []*bus
	for i, target := range root.Concerns {
		b := &bus{target: target.Name, tone: toneFor(target.Name), first: i, last: i}
		for j, c := range root.Concerns {
			for _, use := range c.Uses {
				if use.Concern == target.Name {
					b.branches = append(b.branches, branch{from: c.Name, count: use.Count})
					b.first, b.last = min(b.first, j), max(b.last, j)
				}
			}
		}
		if len(b.branches) > 0 {
			buses = append(buses, b)
		}
	}
	sorted := slices.Clone(buses)
	slices.SortStableFunc(sorted, func(a, b *bus) int { return (a.last - a.first) - (b.last - b.first) })
	var lanes [][]*bus
	for _, b := range sorted {
		for b.lane = 0; ; b.lane++ {
			if b.lane == len(lanes) {
				lanes = append(lanes, nil)
			}
			if !slices.ContainsFunc(lanes[b.lane], func(o *bus) bool { return b.first <= o.last && o.first <= b.last }) {
				lanes[b.lane] = append(lanes[b.lane], b)
				break
			}
		}
	}
	return buses
}

// lanesOf is how many lanes buses take.
func lanesOf(buses []*bus) int {
	lanes := 0
	for _, b := range buses {
		lanes = max(lanes, b.lane+1)
	}
	return lanes
}

// buses draws the references between the concerns of a root, in the margin left of them.
func (s *Scene) buses(root Root, buses []*bus, boxes map[string]int, left float64) {
	for _, b := range buses {
		b.end = s.Boxes[boxes[b.target]].Y + (concernHead-6)/2
		b.top, b.low = b.end, b.end
		for i := range b.branches {
			br := &b.branches[i]
			from := root.Concerns[slices.IndexFunc(root.Concerns, func(c Concern) bool { return c.Name == br.from })]
			port := slices.IndexFunc(from.Uses, func(u Use) bool { return u.Concern == b.target })
			br.y = s.Boxes[boxes[br.from]].Y + portsTop + float64(port)*portStep
			b.top, b.low = min(b.top, br.y), max(b.low, br.y)
		}
		s.bus(b, left)
	}
}

func (s *Scene) bus(b *bus, left float64) {
	x := left - laneMargin - float64(b.lane)*laneWidth
	total := 0
	for _, br := range b.branches {
		total += br.count
	}
	tip := fmt.Sprintf("%s is used by %s, %s", b.target, plural(len(b.branches), "concern"), plural(total, "reference"))
	s.line(Line{Points: []Point{{x, b.top}, {x, b.low}}, Colour: b.tone.strong, Width: 2, Tip: tip})
	s.line(Line{Points: []Point{{x, b.end}, {left - 1, b.end}}, Colour: b.tone.strong, Width: 2, Arrow: true, Tip: tip})
	for _, br := range b.branches {
		tip := fmt.Sprintf("%s uses %s: %s", br.from, b.target, plural(br.count, "reference"))
		s.line(Line{Points: []Point{{left, br.y}, {x, br.y}}, Colour: b.tone.strong, Width: 1.4, Tip: tip})
		pill := s.box(Box{X: left - pillWidth - 4, Y: br.y - 7, W: pillWidth, H: 14, Parent: -1, Fill: b.tone.strong, Round: 7, Tip: tip})
		text := Label{Y: br.y + 4, Size: 11, Box: pill, Mono: true, Text: strconv.Itoa(br.count), Colour: "#ffffff", Background: b.tone.strong, Tip: tip}
		text.X = left - 4 - pillWidth/2 - text.Width()/2
		s.label(text)
	}
}

// between draws what roots read from each other, and who waits for whom.
func (s *Scene) between(model Model, layers [][]Root, placed map[string]placedRoot) {
	for i := 1; i < len(layers); i++ {
		if root := layers[i][0]; len(root.Reads) == 0 {
			a, b := s.Boxes[placed[layers[i-1][0].Name].box], s.Boxes[placed[root.Name].box]
			s.line(Line{Points: []Point{{pageWidth / 2, a.Y + a.H}, {pageWidth / 2, b.Y - 2}}, Colour: colourArrow, Width: 2, Arrow: true, Dashed: true,
				Tip: fmt.Sprintf("%s is applied before %s", layers[i-1][0].Name, root.Name)})
		}
	}
	for _, root := range model.Roots {
		to := placed[root.Name]
		for _, read := range root.Reads {
			if from, ok := placed[read.From]; ok {
				s.read(root, read, from, to, layers)
			}
		}
		for _, name := range root.After {
			from, ok := placed[name]
			if !ok || from.layer != to.layer {
				continue
			}
			a, b := s.Boxes[from.box], s.Boxes[to.box]
			y := a.Y + 34
			s.line(Line{Points: []Point{{a.X + a.W, y}, {b.X - 2, y}}, Colour: colourArrow, Width: 2, Arrow: true, Dashed: true,
				Tip: fmt.Sprintf("%s is applied before %s", name, root.Name)})
			label := Label{Y: y - 8, Size: textSize, Box: -1, Text: "before", Colour: colourText, Background: colourPage}
			label.X = a.X + a.W + 10
			s.label(label)
		}
	}
}

// read draws an arrow down from the root whose outputs are read. It passes layers of two roots between them, and others
// on the right of them.
func (s *Scene) read(root Root, read Read, from, to placedRoot, layers [][]Root) {
	a, b := s.Boxes[from.box], s.Boxes[to.box]
	x := b.X + b.W/2
	if b.W > a.W {
		x = a.X + a.W/2
	}
	if to.layer > from.layer+1 {
		x = pageWidth / 2
		for _, layer := range layers[from.layer+1 : to.layer] {
			if len(layer) != 2 {
				x = pageWidth - margin/2
			}
		}
	}
	tip := fmt.Sprintf("%s reads outputs of %s:", root.Name, read.From)
	for _, output := range read.Outputs {
		tip += "\n" + output
	}
	points := []Point{{x, a.Y + a.H}, {x, b.Y - 2}}
	switch {
	case x < a.X || x > a.X+a.W && x < pageWidth-margin:
		half := a.Y + a.H + rootGap/4
		points = []Point{{a.X + a.W/2, a.Y + a.H}, {a.X + a.W/2, half}, {x, half}, {x, b.Y - 2}}
	case x > b.X+b.W:
		points = []Point{{a.X + a.W, a.Y + 20}, {x, a.Y + 20}, {x, b.Y + 20}, {b.X + b.W + 2, b.Y + 20}}
	}
	s.line(Line{Points: points, Colour: colourArrow, Width: 2.5, Arrow: true, Tip: tip})
	if x < b.X+b.W {
		s.label(Label{X: x + 10, Y: b.Y - rootGap/2 + 5, Size: textSize, Box: -1, Bold: true, Text: plural(len(read.Outputs), "output"),
			Colour: colourText, Background: colourPage, Tip: tip})
	}
}
