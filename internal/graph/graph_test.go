package graph

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
)

var update = flag.Bool("update", false, "write the golden files and docs/architecture-roots.svg")

const document = "../../docs/architecture-roots.svg"

func system(t *testing.T, settings ...string) *stack.System {
	t.Helper()
	cfg, err := config.Load(config.LoadOptions{Path: os.DevNull, Set: settings})
	if err != nil {
		t.Fatal(err)
	}
	system, err := stack.Build(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return system
}

// small has everything once: two layers and a third, a read that passes a layer, one that waits, a bus with branches
// from both sides, a name with signs of markup.
func small() Model {
	uses := func(pairs ...any) []Use {
		var all []Use
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, Use{pairs[i].(string), pairs[i+1].(int)})
		}
		return all
	}
	types := func(name string, names ...string) []Type {
		typ := Type{Name: name}
		for _, n := range names {
			typ.Resources = append(typ.Resources, Resource{n, "aws_" + name + "." + n, "Why <" + n + ">\nis there & not elsewhere."})
		}
		return []Type{typ}
	}
	region := func(order int, name string) Root {
		return Root{Name: name, Order: order, Purpose: "a Region", Resources: 3, Reads: []Read{{"global", []string{"keys", "zone"}}}, Concerns: []Concern{
			{Name: "networking", Types: types("vpc", "payment"), Resources: 1},
			{Name: "compute", Types: types("lambda_function", "pay"), Resources: 1, Uses: uses("networking", 4, "unheard_of", 1)},
			{Name: "unheard_of", Types: types("thing", strings.Repeat("long_", 40)), Resources: 1, Uses: uses("networking", 1)},
		}}
	}
	second := region(3, "west")
	second.After = []string{"east"}
	return Model{Title: "small & \"quoted\"", Roots: []Root{
		{Name: "global", Order: 1, Purpose: "what exists before the Regions", Resources: 1, Concerns: []Concern{{Name: "dns", Types: types("route53_zone", "payment"), Resources: 1}}},
		region(2, "east"), second,
		{Name: "link", Order: 4, Purpose: "both", Resources: 1, Reads: []Read{{"global", []string{"zone"}}, {"east", []string{"id"}}, {"west", []string{"id"}}},
			Concerns: []Concern{{Name: "peering", Types: types("route", "a"), Resources: 1}}},
	}}
}

// pictures are all models that the tests of the layout look at.
func pictures(t *testing.T) map[string]Model {
	return map[string]Model{
		"small":    small(),
		"default":  FromSystem(system(t)),
		"nat, s3":  FromSystem(system(t, "egress=nat", "state.backend=s3", "state.bucket_prefix=payment-state", "alerts.emails=ops-team@example.com")),
		"one root": FromSystem(system(t), "us-west-2"),
		"nothing":  {Title: "nothing"},
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: go test ./internal/graph -update, and look at it", path)
	}
}

func TestGolden(t *testing.T) {
	golden(t, "testdata/small.svg", SVG(small()))
	golden(t, "testdata/small.dot", DOT(small()))
}

func TestDocumentIsFresh(t *testing.T) { golden(t, document, SVG(FromSystem(system(t)))) }

func TestSameSystemSameBytes(t *testing.T) {
	if !bytes.Equal(SVG(FromSystem(system(t))), SVG(FromSystem(system(t)))) {
		t.Error("two pictures of one system differ")
	}
}

func TestWellFormed(t *testing.T) {
	for name, model := range pictures(t) {
		decoder := xml.NewDecoder(bytes.NewReader(SVG(model)))
		decoder.Strict = true
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func (b Box) String() string {
	return fmt.Sprintf("%q at %.0f,%.0f (%.0fx%.0f)", b.Tip, b.X, b.Y, b.W, b.H)
}

func (b Box) holds(x, y, w, h float64) bool {
	const slack = 0.01
	return x >= b.X-slack && y >= b.Y-slack && x+w <= b.X+b.W+slack && y+h <= b.Y+b.H+slack
}

func overlap(a, b Box) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

func TestBoxesDoNotOverlap(t *testing.T) {
	for name, model := range pictures(t) {
		scene := Layout(model)
		page := Box{W: scene.Width, H: scene.Height}
		for i, box := range scene.Boxes {
			parent := page
			if box.Parent >= 0 {
				parent = scene.Boxes[box.Parent]
			}
			if !parent.holds(box.X, box.Y, box.W, box.H) {
				t.Errorf("%s: %v leaves %v", name, box, parent)
			}
			for j, other := range scene.Boxes[:i] {
				if box.Parent == other.Parent && pill(scene, i) == pill(scene, j) && overlap(box, other) {
					t.Errorf("%s: %v and %v overlap", name, box, other)
				}
			}
		}
	}
}

func TestTextsFit(t *testing.T) {
	for name, model := range pictures(t) {
		scene := Layout(model)
		for _, label := range scene.Labels {
			box := Box{W: scene.Width, H: scene.Height}
			if label.Box >= 0 {
				box = scene.Boxes[label.Box]
			}
			if !box.holds(label.X, label.Y-label.Size*0.8, label.Width(), label.Size) {
				t.Errorf("%s: text %q (%.0f wide at %.0f,%.0f) leaves %v", name, label.Text, label.Width(), label.X, label.Y, box)
			}
			if label.Size < 11 {
				t.Errorf("%s: text %q is only %.1f high", name, label.Text, label.Size)
			}
		}
		for i, a := range scene.Labels {
			for _, b := range scene.Labels[:i] {
				if overlap(Box{X: a.X, Y: a.Y - a.Size*0.7, W: a.Width(), H: a.Size * 0.8}, Box{X: b.X, Y: b.Y - b.Size*0.7, W: b.Width(), H: b.Size * 0.8}) {
					t.Errorf("%s: texts %q and %q overlap", name, a.Text, b.Text)
				}
			}
		}
	}
}

// luminance is WCAG's, of "#rrggbb".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	value, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q: %v", colour, err)
	}
	linear := func(channel uint64) float64 {
		c := float64(channel&0xff) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(value>>16) + 0.7152*linear(value>>8) + 0.0722*linear(value)
}

func contrast(t *testing.T, a, b string) float64 {
	light, dark := luminance(t, a), luminance(t, b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

// WCAG 2.2, success criteria 1.4.3 and 1.4.11.
func TestContrast(t *testing.T) {
	for name, model := range pictures(t) {
		scene := Layout(model)
		for _, label := range scene.Labels {
			if got := contrast(t, label.Colour, label.Background); got < 4.5 {
				t.Errorf("%s: text %q: contrast of %s on %s is %.1f, want 4.5", name, label.Text, label.Colour, label.Background, got)
			}
		}
		for _, line := range scene.Lines {
			if got := min(contrast(t, line.Colour, colourRoot), contrast(t, line.Colour, colourPage)); got < 3 {
				t.Errorf("%s: line %q: contrast of %s is %.1f, want 3", name, line.Tip, line.Colour, got)
			}
		}
	}
}

// Every resource is in the picture once, with its address and its reason.
func TestNothingIsLeftOut(t *testing.T) {
	s := system(t)
	picture := string(SVG(FromSystem(s)))
	for _, root := range s.Roots {
		for _, block := range root.Module.Blocks() {
			if block.Kind() != "resource" {
				continue
			}
			address := root.Name + "/" + block.Type() + "." + block.Name()
			// Once at the chip and once at its text.
			if got := strings.Count(picture, "<title>"+address+"<") + strings.Count(picture, "<title>"+address+"\n"); got != 2 {
				t.Errorf("%s is explained %d times, want 2", address, got)
			}
		}
	}
}

// What the lines say is what the files say.
func TestReferences(t *testing.T) {
	model := FromSystem(system(t))
	byName := map[string]Root{}
	for _, root := range model.Roots {
		byName[root.Name] = root
	}
	region := byName["us-east-1"]
	for _, use := range []struct{ from, to string }{{"api", "compute"}, {"compute", "networking"}, {"monitoring", "alerts"}, {"database", "encryption"}} {
		found := false
		for _, concern := range region.Concerns {
			for _, u := range concern.Uses {
				found = found || concern.Name == use.from && u.Concern == use.to && u.Count > 0
			}
		}
		if !found {
			t.Errorf("us-east-1: %s should use %s", use.from, use.to)
		}
	}
	reads := fmt.Sprint(byName["link"].Reads)
	for _, want := range []string{"zone_id", "primary_vpc_id", "failover_target"} {
		if !strings.Contains(reads, want) {
			t.Errorf("link reads %s, which lacks %s", reads, want)
		}
	}
	if after := byName["us-west-2"].After; len(after) != 1 || after[0] != "us-east-1" {
		t.Errorf("us-west-2 is applied after %v, want us-east-1", after)
	}
}
