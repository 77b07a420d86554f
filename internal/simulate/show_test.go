package simulate_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/simulate"
)

var update = flag.Bool("update", false, "write the golden files and the picture of the documentation anew")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the code makes: run go test ./internal/simulate -update and read the difference", path)
	}
}

func TestTable(t *testing.T) {
	result := run(t, config.Default(), simulate.Options{Disasters: 2000, Seed: 1, Environment: environment(t, simulate.AWS)})
	var text bytes.Buffer
	writer := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, line := range result.Table(true) {
		if _, err := io.WriteString(writer, strings.Join(line, "\t")+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Flush(); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/table.txt", text.Bytes())
	plain, drawn := result.Table(false), result.Table(true)
	if len(plain[1])+1 != len(drawn[1]) || utf8.RuneCountInString(drawn[1][len(drawn[1])-1]) != 32 {
		t.Errorf("with pictures a line is %q, without %q", drawn[1], plain[1])
	}
}

// A hundred per cent is all of them, never nearly all.
func TestTableDoesNotRoundUp(t *testing.T) {
	c := config.Default()
	result := run(t, c, simulate.Options{Disasters: 20_000, Seed: 1, Environment: environment(t, simulate.AWS), Failures: []config.Failure{config.Silent}})
	last := times(t, result, config.Silent, simulate.LastDNSPayer)
	c.Objectives.RTO = time.Duration((last.Max - 1e-6) * float64(time.Second))
	result = run(t, c, simulate.Options{Disasters: 20_000, Seed: 1, Environment: environment(t, simulate.AWS), Failures: []config.Failure{config.Silent}})
	if shown := result.Table(false)[3][8]; shown != "99.995%" || result.Within() == 1 {
		t.Errorf("all but one of 20,000 are shown as %s (%g)", shown, result.Within())
	}
}

// elements counts the elements of an SVG by name, and fails if it is not well formed.
func elements(t *testing.T, picture []byte) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for decoder := xml.NewDecoder(bytes.NewReader(picture)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return counts
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			counts[start.Name.Local]++
		}
	}
}

func TestPlot(t *testing.T) {
	for failures, want := range map[int]int{1: 6, 3: 18} {
		result := run(t, config.Default(), simulate.Options{Disasters: 300, Seed: 1, Environment: environment(t, simulate.AWS), Failures: config.Failures()[:failures]})
		picture := result.Plot()
		if found := elements(t, picture); found["polyline"] != want {
			t.Errorf("%d failures have %d curves, want %d", failures, found["polyline"], want)
		}
		if count := bytes.Count(picture, []byte("objective 60s")); count != failures {
			t.Errorf("%d failures have %d lines of the objective", failures, count)
		}
		if strings.Contains(string(picture), "NaN") || strings.Contains(string(picture), "Inf") {
			t.Error("a coordinate is not a number")
		}
	}
}

// The shortest and the longest axis, and a single disaster.
func TestPlotOfExtremes(t *testing.T) {
	c := config.Default()
	c.Objectives.RTO = 24 * time.Hour
	c.HealthCheck.TTL = time.Hour
	picture := run(t, c, simulate.Options{Disasters: 1, Seed: 1, Environment: environment(t, simulate.Local)}).Plot()
	if found := elements(t, picture); found["line"] > 200 {
		t.Errorf("%d lines: the axis is divided too finely", found["line"])
	}
}

// The picture of docs/architecture.md is what "paymentdr simulate --disasters 20000 --plot docs/rto.svg" draws.
func TestDocumentedPictureIsFresh(t *testing.T) {
	result := run(t, config.Default(), simulate.Options{Disasters: 20_000, Seed: 1, Environment: environment(t, simulate.AWS)})
	golden(t, "../../docs/rto.svg", result.Plot())
}

func TestQuantitiesAreDistinct(t *testing.T) {
	result := run(t, config.Default(), simulate.Options{Disasters: 1, Seed: 1, Environment: environment(t, simulate.AWS)})
	var seen []simulate.Quantity
	for _, times := range result.Failures[0].Times {
		if slices.Contains(seen, times.Quantity) || times.Meaning == "" {
			t.Errorf("%q is there twice, or without a meaning", times.Quantity)
		}
		seen = append(seen, times.Quantity)
	}
}
