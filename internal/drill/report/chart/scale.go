package chart

import (
	"math"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// ceiling is the least number of 1, 2, 2.5 or 5 times a power of ten that is not below value.
func ceiling(value float64) float64 {
	if value <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(value)))
	for _, factor := range []float64{1, 2, 2.5, 5} {
		if value <= factor*power*1.0000001 {
			return factor * power
		}
	}
	return 10 * power
}

// axisStep is the distance of the time axis' ticks: at most twelve of them.
func axisStep(length time.Duration) time.Duration {
	for _, step := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second,
		30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute} {
		if length/step <= 12 {
			return step
		}
	}
	return length.Truncate(time.Hour)/12 + time.Hour
}

// axis draws the time axis: seconds from the fault.
func (d *drawing) axis(y float64) {
	step := axisStep(d.to.Sub(d.from))
	first := d.from.Sub(d.options.Fault).Truncate(step)
	for at := first; at <= d.to.Sub(d.options.Fault); at += step {
		x := d.x(d.options.Fault.Add(at))
		if at < d.from.Sub(d.options.Fault) {
			continue
		}
		d.line(x, y-panelGap+4, x, y-panelGap+8, "tl-axis")
		text := tick(at, step)
		if at == 0 {
			text = "fault"
		}
		d.text(x, y-panelGap+20, "tl-soft", "middle", text)
	}
	d.text(right, y+20, "tl-soft", "end", "time from the fault; it is at "+d.options.Fault.UTC().Format("2006-01-02 15:04:05.000")+" UTC")
}

// tick is a time from the fault, in minutes when all ticks are whole ones.
func tick(at, step time.Duration) string {
	sign := "+"
	if at < 0 {
		sign, at = "\u2212", -at
	}
	if step%time.Minute == 0 {
		return sign + number(at.Minutes()) + " min"
	}
	return sign + number(at.Seconds()) + " s"
}

// trimmed is a length without needless decimals: 10 ms, 1 s, 2 min.
func trimmed(length time.Duration) string {
	switch {
	case length >= 2*time.Minute && length%time.Minute == 0:
		return number(length.Minutes()) + " min"
	case length >= time.Second && length%time.Second == 0:
		return number(length.Seconds()) + " s"
	}
	return span.Text(length)
}

// logarithmic is the place of a latency on a scale from lowest to highest, from 0 to 1.
func logarithmic(value, lowest, highest time.Duration) float64 {
	share := math.Log(float64(value)/float64(lowest)) / math.Log(float64(highest)/float64(lowest))
	return min(max(share, 0), 1)
}
