package bench

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Figures are what one path reached.
type Figures struct {
	Path    string  `json:"path"`
	Workers int     `json:"workers"`
	Seconds float64 `json:"seconds"`
	// Payments are those that were done, in the ledger, within the time; PerSecond and the latencies are theirs.
	Payments  int64   `json:"payments"`
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	// Accepted were acknowledged with 202, to be posted later. Failed were not acknowledged.
	Accepted int64 `json:"accepted"`
	Failed   int64 `json:"failed"`
	// Failure is the first one's.
	Failure string `json:"failure,omitempty"`
	// Cost is the processor time of one payment, by part, in milliseconds.
	Cost map[string]float64 `json:"processor_ms,omitempty"`
}

func newFigures(path string, workers int, length time.Duration, latencies *hdrhistogram.Histogram) Figures {
	figures := Figures{Path: path, Workers: workers, Seconds: length.Seconds(), Payments: latencies.TotalCount()}
	if length > 0 {
		figures.PerSecond = float64(figures.Payments) / length.Seconds()
	}
	figures.P50, figures.P99 = milliseconds(latencies, 50), milliseconds(latencies, 99)
	return figures
}

func milliseconds(of *hdrhistogram.Histogram, percent float64) float64 {
	return float64(of.ValueAtPercentile(percent)) / 1000
}

// Result compares the paths.
type Result struct {
	Core  Figures `json:"core"`
	Whole Figures `json:"whole"`
	// Ratio is the whole path's payments a second by the core path's.
	Ratio float64 `json:"ratio"`
	Least float64 `json:"least"`
	Met   bool    `json:"met"`
}

// Compare judges the whole path: enough of the core path's rate, and nothing failed.
func Compare(core, whole Figures, least float64) Result {
	result := Result{Core: core, Whole: whole, Least: least}
	if core.PerSecond > 0 {
		result.Ratio = whole.PerSecond / core.PerSecond
	}
	result.Met = core.PerSecond > 0 && result.Ratio >= least && core.Failed == 0 && whole.Failed == 0
	return result
}

// Missed says why the verdict is not met; nil when it is.
func (r Result) Missed() error {
	switch {
	case r.Met:
		return nil
	case r.Core.Failed+r.Whole.Failed > 0:
		return fmt.Errorf("%d payments of the core path and %d of the whole path failed: %s", r.Core.Failed, r.Whole.Failed, r.Core.Failure+r.Whole.Failure)
	}
	// Rounded down, so that 0.4999 does not read as the 0.5 that it misses.
	return fmt.Errorf("the whole path does %.2f of the core path's payments a second, --least asks for %g", math.Floor(r.Ratio*100)/100, r.Least)
}

// Table is for people; the first row is the header.
func (r Result) Table() [][]string {
	rows := [][]string{{"PATH", "WORKERS", "PAYMENTS/S", "P50", "P99", "ACCEPTED", "FAILED"}}
	for _, each := range []Figures{r.Core, r.Whole} {
		rows = append(rows, []string{
			each.Path, strconv.Itoa(each.Workers), strconv.FormatFloat(each.PerSecond, 'f', 0, 64),
			strconv.FormatFloat(each.P50, 'f', 1, 64) + "ms", strconv.FormatFloat(each.P99, 'f', 1, 64) + "ms",
			strconv.FormatInt(each.Accepted, 10), strconv.FormatInt(each.Failed, 10),
		})
	}
	return append(rows, []string{"ratio", "", strconv.FormatFloat(math.Floor(r.Ratio*100)/100, 'f', 2, 64), "", "", "", ""})
}
