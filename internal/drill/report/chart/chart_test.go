package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestLabelsNeverStandOnEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var marks []Mark
		for range rapid.IntRange(0, 20).Draw(t, "marks") {
			marks = append(marks, Mark{
				At:    noon.Add(time.Duration(rapid.IntRange(-60, 300).Draw(t, "at")) * time.Second),
				Label: strings.Repeat("x", rapid.IntRange(1, 60).Draw(t, "length")),
			})
		}
		d := drawing{from: noon.Add(-time.Minute), to: noon.Add(5 * time.Minute)}
		labels, lanes := place(marks, d.x, noon)
		if len(labels) != len(marks) {
			t.Fatalf("%d labels of %d marks", len(labels), len(marks))
		}
		for i, one := range labels {
			if one.lane >= lanes || one.left && one.x-one.width() < 0 || !one.left && one.x+one.width() > right {
				t.Errorf("label %d is off the picture: %+v", i, one)
			}
			for j, other := range labels {
				if i == j {
					continue
				}
				if one.lane == other.lane && one.overlaps(other) {
					t.Errorf("labels %d and %d overlap: %+v, %+v", i, j, one, other)
				}
				if !one.left && one.covers(other.x) && other.lane < one.lane && other.x > one.x {
					t.Errorf("the line of %d goes through the text of %d: %+v, %+v", j, i, other, one)
				}
			}
		}
	})
}

func TestCeiling(t *testing.T) {
	for value, want := range map[float64]float64{0: 1, 0.3: 0.5, 1: 1, 1.1: 2, 21: 25, 40: 50, 51: 100, 100: 100, 1900: 2000} {
		if got := ceiling(value); got != want {
			t.Errorf("ceiling of %g is %g, want %g", value, got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, length := range []time.Duration{time.Second, 5 * time.Second, 165 * time.Second, 10 * time.Minute, 2 * time.Hour, 9 * time.Hour} {
		if count := length / axisStep(length); count > 12 {
			t.Errorf("%v has %d ticks", length, count)
		}
	}
	for text, got := range map[string]string{"+75 s": tick(75*time.Second, 15*time.Second), "+120 s": tick(2*time.Minute, 15*time.Second),
		"\u22122 min": tick(-2*time.Minute, time.Minute), "10 ms": trimmed(10 * time.Millisecond), "10 s": trimmed(10 * time.Second), "2 min": trimmed(2 * time.Minute)} {
		if got != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
}

// small is a picture with everything on it.
func small(t *testing.T) (timeline.Timeline, Options) {
	t.Helper()
	paid := func(id string, due, ended int, answer receipt.Answer) receipt.Receipt {
		at := func(second int) time.Time { return noon.Add(time.Duration(second) * time.Second) }
		return receipt.Receipt{Kind: receipt.Answered, PayerKind: receipt.DNS, Payment: receipt.Payment{ID: id}, Due: at(due), Sent: at(due), Ended: at(ended), Answer: answer}
	}
	built, err := timeline.Build([]receipt.Receipt{
		paid("a", 0, 1, receipt.Answer{Outcome: receipt.Success, Region: "<east>"}),
		paid("b", 3, 4, receipt.Answer{Outcome: receipt.Unknown, Class: "HTTP 503 & more"}),
		paid("c", 5, 7, receipt.Answer{Outcome: receipt.Processing, Region: "west"}),
	}, noon, noon.Add(10*time.Second), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return built, Options{Title: `a "drill"`, Fault: noon.Add(3 * time.Second), Marks: []Mark{{At: noon.Add(3 * time.Second), Label: "fault <1>", Fault: true}},
		Panels: map[receipt.PayerKind]Panel{receipt.DNS: {Title: "DNS & more", RTO: span.Span{Length: 4 * time.Second, Open: true}, Objective: time.Minute}}}
}

func TestPicturesAreWellFormed(t *testing.T) {
	whole, options := small(t)
	for name, picture := range map[string]string{
		"small": SVG(whole, options), "no marks": SVG(whole, Options{Fault: noon}), "nothing": SVG(timeline.Timeline{}, Options{}),
	} {
		if strings.Contains(picture, "NaN") || strings.Contains(picture, "Inf") {
			t.Errorf("%s: a coordinate is no number", name)
		}
		for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: not well-formed: %v", name, err)
			}
		}
	}
}

func TestThePictureSaysItsNumbers(t *testing.T) {
	picture := SVG(small(t))
	for _, want := range []string{
		"&lt;east&gt; 1 paid", "west 1 paid (1 of them 202)", "1 failed: HTTP 503 &amp; more", "1 never acknowledged", "p99 of those due 2.0 s",
		"RTO over 4.0 s, objective 60 s: missed", "west answered 202", "fault &lt;1&gt;",
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
	if strings.Contains(picture, "&lt;east&gt; answered 202") {
		t.Error("the legend has what is not on the picture")
	}
}

func TestMarksAreTheEventsThatMatter(t *testing.T) {
	marks := Marks([]event.Event{
		{At: noon, Kind: event.LoadStarted}, {At: noon, Kind: event.FaultInjected, Region: "east"}, {At: noon, Kind: event.PromoteCalled},
		{At: noon, Kind: event.HealthChanged, Region: "east", Detail: event.UnhealthyDetail},
	})
	if len(marks) != 2 || !marks[0].Fault || marks[1].Label != "health check: unhealthy" {
		t.Errorf("marks %+v", marks)
	}
}
