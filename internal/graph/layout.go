package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Layout places everything of a model.
func Layout(model Model) Scene {
	s := &Scene{Width: pageWidth, Title: model.Title}
	y := s.header(model)
	placed := map[string]placedRoot{}
	layers := layersOf(model.Roots)
	for i, layer := range layers {
		if i > 0 {
			y += rootGap
		}
		each := (pageWidth - 2*margin - float64(len(layer)-1)*columnGap) / float64(len(layer))
		bottom := y
		var boxes []int
		for column, root := range layer {
			x := margin + float64(column)*(each+columnGap)
			box := s.root(root, x, y, each)
			boxes = append(boxes, box)
			bottom = max(bottom, s.Boxes[box].Y+s.Boxes[box].H)
			placed[root.Name] = placedRoot{box, i}
		}
		for _, box := range boxes {
			s.Boxes[box].H = bottom - s.Boxes[box].Y
		}
		y = bottom
	}
	s.between(model, layers, placed)
	s.Height = y + margin
	return *s
}

// placedRoot is a root's box and layer.
type placedRoot struct{ box, layer int }

// layersOf puts two roots side by side that read the same ones and none of each other.
func layersOf(roots []Root) [][]Root {
	var layers [][]Root
	for _, root := range roots {
		if n := len(layers); n > 0 && len(layers[n-1]) == 1 && len(root.Reads) > 0 && sameReads(layers[n-1][0], root) {
			layers[n-1] = append(layers[n-1], root)
			continue
		}
		layers = append(layers, []Root{root})
	}
	return layers
}

func sameReads(a, b Root) bool {
	return slices.EqualFunc(a.Reads, b.Reads, func(x, y Read) bool { return x.From == y.From })
}

func (s *Scene) header(model Model) float64 {
	resources := 0
	for _, root := range model.Roots {
		resources += root.Resources
	}
	y := margin + titleSize
	s.label(Label{X: margin, Y: y, Size: titleSize, Box: -1, Bold: true, Text: fmt.Sprintf("%s: %s, %s", model.Title,
		plural(len(model.Roots), "root"), plural(resources, "resource")), Colour: colourText, Background: colourPage})
	y += 26
	for _, text := range []string{
		"Roots are numbered in the order of deploying; each has a state of its own. In them a box for each file, with its resources by type.",
		"A coloured line leads from what refers to a file to that file; the number is how many references join it. Point at anything for its address and reason.",
	} {
		s.label(Label{X: margin, Y: y, Size: textSize, Box: -1, Text: text, Colour: colourMuted, Background: colourPage})
		y += 20
	}
	return s.legend(y+4) + 26
}

// legend explains the colours and the two arrows between roots.
func (s *Scene) legend(y float64) float64 {
	x := margin
	for _, t := range tones {
		s.box(Box{X: x, Y: y, W: 16, H: 16, Parent: -1, Fill: t.strong, Round: 3})
		x += 22
		label := Label{X: x, Y: y + 13, Size: textSize, Box: -1, Text: t.label, Colour: colourText, Background: colourPage}
		s.label(label)
		x += label.Width() + 20
	}
	for _, entry := range []struct {
		text   string
		dashed bool
	}{{"reads outputs of", false}, {"is applied before", true}} {
		s.line(Line{Points: []Point{{x, y + 8}, {x + 40, y + 8}}, Colour: colourArrow, Width: 2, Arrow: true, Dashed: entry.dashed})
		label := Label{X: x + 48, Y: y + 13, Size: textSize, Box: -1, Text: entry.text, Colour: colourText, Background: colourPage}
		s.label(label)
		x += 48 + label.Width() + 20
	}
	return y + 16
}

// root draws one root and returns its box.
func (s *Scene) root(root Root, x, y, w float64) int {
	box := s.box(Box{X: x, Y: y, W: w, Parent: -1, Fill: colourRoot, Stroke: colourBorder, Round: 10,
		Tip: fmt.Sprintf("root %s: %s", root.Name, root.Purpose)})
	head := y + 30
	s.label(Label{X: x + rootPadding, Y: head, Size: rootSize, Box: box, Bold: true,
		Text: fmt.Sprintf("%d  %s  (%s)", root.Order, root.Name, plural(root.Resources, "resource")), Colour: colourText, Background: colourRoot})
	for _, text := range wrap(root.Purpose, textSize, w-2*rootPadding) {
		head += 20
		s.label(Label{X: x + rootPadding, Y: head, Size: textSize, Box: box, Text: text, Colour: colourMuted, Background: colourRoot})
	}
	buses := busesOf(root)
	left := x + rootPadding
	if len(buses) > 0 {
		left += float64(lanesOf(buses)-1)*laneWidth + laneMargin
	}
	at := head + 18
	boxes := map[string]int{}
	for _, concern := range root.Concerns {
		boxes[concern.Name] = s.concern(root, concern, box, left, at, x+w-rootPadding-left)
		at += s.Boxes[boxes[concern.Name]].H + concernGap
	}
	s.buses(root, buses, boxes, left)
	s.Boxes[box].H = at - concernGap + rootPadding - y
	return box
}

// concern draws a file: its head, then the types, each followed by its resources.
func (s *Scene) concern(root Root, concern Concern, parent int, x, y, w float64) int {
	t := toneFor(concern.Name)
	box := s.box(Box{X: x, Y: y, W: w, Parent: parent, Fill: t.pale, Stroke: t.strong, Round: 6})
	head := s.box(Box{X: x, Y: y, W: w, H: concernHead - 6, Parent: box, Fill: t.strong, Round: 6, Tip: root.Name + "/" + concern.Name + ".tf"})
	s.label(Label{X: x + concernPadding, Y: y + 18, Size: nameSize, Box: head, Bold: true, Text: concern.Name, Colour: "#ffffff", Background: t.strong})
	count := Label{Y: y + 18, Size: textSize, Box: head, Text: plural(concern.Resources, "resource"), Colour: "#ffffff", Background: t.strong}
	count.X = x + w - concernPadding - count.Width()
	s.label(count)
	flow := &flow{scene: s, root: root, tone: t, box: box, left: x + concernPadding, right: x + w - concernPadding, x: x + concernPadding, y: y + concernHead}
	for _, typ := range concern.Types {
		flow.add(typ)
	}
	s.Boxes[box].H = max(flow.y+rowHeight+concernPadding-6, y+portsTop+float64(len(concern.Uses))*portStep) - y
	return box
}

// flow places types and their resources in rows.
type flow struct {
	scene       *Scene
	root        Root
	tone        tone
	box         int
	left, right float64
	// x and y are the place of the next thing in the present row.
	x, y float64
}

// add draws a type's name and its resources after it: on the present row if all of it fits there, else on new ones.
func (f *flow) add(typ Type) {
	label := Label{Size: chipSize, Box: f.box, Mono: true, Bold: true, Text: typ.Name, Colour: f.tone.strong, Background: f.tone.pale}
	needed := label.Width() + chipGap
	for _, resource := range typ.Resources {
		needed += chipWidth(resource.Name) + chipGap
	}
	if f.x > f.left && f.x+needed > f.right {
		f.x, f.y = f.left, f.y+rowHeight
	}
	label.X, label.Y = f.x, f.y+15.5
	f.scene.label(label)
	f.x += label.Width() + chipGap
	for _, resource := range typ.Resources {
		f.chip(resource)
	}
	f.x += typeGap
}

func (f *flow) chip(resource Resource) {
	indent := f.left + 18
	text := fit(resource.Name, chipSize, glyph, f.right-indent-2*chipPadding)
	w := chipWidth(text)
	if f.x+w > f.right {
		f.x, f.y = indent, f.y+rowHeight
	}
	explained := tip(f.root, resource)
	chip := f.scene.box(Box{X: f.x, Y: f.y, W: w, H: chipHeight, Parent: f.box, Fill: "#ffffff", Stroke: colourBorder, Round: 4, Tip: explained})
	f.scene.label(Label{X: f.x + chipPadding, Y: f.y + 15.5, Size: chipSize, Box: chip, Mono: true, Text: text, Colour: colourText, Background: "#ffffff", Tip: explained})
	f.x += w + chipGap
}

func chipWidth(text string) float64 { return width(text, chipSize, glyph) + 2*chipPadding }

func tip(root Root, resource Resource) string {
	text := root.Name + "/" + resource.Address
	if resource.Reason != "" {
		text += "\n" + strings.TrimSpace(resource.Reason)
	}
	return text
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
