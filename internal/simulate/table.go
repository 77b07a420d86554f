package simulate

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Table is the result for a terminal: the times, the share of disasters within the objective, and the terms, with empty
// lines between them. With pictures every line of the first part ends with a histogram from zero to the worst case.
func (r Result) Table(pictures bool) [][]string {
	header := []string{"Region", "until", "p50", "p90", "p99", "p99.9", "max", "worst case", fmt.Sprintf("within %gs", r.Objective)}
	if pictures {
		header = append(header, "0s to the worst case")
	}
	lines := [][]string{header}
	for _, f := range r.Failures {
		for _, t := range f.Times {
			within := ""
			if t.Within != nil {
				within = percent(*t.Within)
			}
			line := []string{string(f.Failure), t.Meaning, second(t.P50), second(t.P90), second(t.P99), second(t.P999), second(t.Max), second(t.WorstCase), within}
			if pictures {
				line = append(line, t.histogram(histogramWidth))
			}
			lines = append(lines, line)
		}
	}
	lines = append(lines, nil, []string{"Region", fmt.Sprintf("disasters with every payer served within %gs", r.Objective)})
	for _, f := range r.Failures {
		lines = append(lines, []string{string(f.Failure), percent(f.Within)})
	}
	lines = append(lines, nil, []string{"term", "distribution", "kind", "what", "source"})
	for _, t := range r.Environment.Terms {
		lines = append(lines, []string{t.Name, t.Distribution.String(), string(t.Kind), t.Meaning, t.Source})
	}
	return lines
}

// Summary is one line on what was simulated.
func (r Result) Summary() string {
	e := r.Environment
	return fmt.Sprintf("%d disasters of each kind, seed %d, environment %s: %d payers follow DNS, %g payments a second, %g a second replayed",
		r.Disasters, r.Seed, e.Name, e.Payers, e.Rate, e.Drain)
}

func second(s float64) string { return fmt.Sprintf("%.1fs", s) }

// percent never rounds up: 100 % is all.
func percent(share float64) string {
	text := fmt.Sprintf("%.3f", math.Floor(share*100_000+1e-6)/1000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

const histogramWidth = 30

var blocks = []rune(" ▁▂▃▄▅▆▇█")

// histogram draws how the times lie between zero and the worst case, a bar to a share of that. What lies beyond is
// counted in the last bar.
func (t Times) histogram(width int) string {
	if len(t.sorted) == 0 || t.WorstCase <= 0 {
		return ""
	}
	counts, most := make([]int, width), 0
	scale := float64(width) / (t.WorstCase * float64(time.Second))
	for _, took := range t.sorted {
		bar := min(int(float64(took)*scale), width-1)
		counts[bar]++
		most = max(most, counts[bar])
	}
	bars := make([]rune, width)
	for i, count := range counts {
		// A bar that is not empty is seen.
		height := (count*(len(blocks)-1) + most - 1) / most
		bars[i] = blocks[height]
	}
	return "|" + string(bars) + "|"
}
