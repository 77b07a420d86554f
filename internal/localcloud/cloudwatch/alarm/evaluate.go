package alarm

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// Datapoint is a period's value, or that there is none.
type Datapoint struct {
	Start   time.Time
	Value   float64
	Samples float64
	Missing bool
}

// Verdict is what an evaluation comes to.
type Verdict struct {
	State State
	// Reason and Data (JSON) explain a state that was decided; both are empty when the state is retained.
	Reason, Data string
}

// Evaluate decides an alarm's state at a moment. window has the datapoints of Range periods, the newest last, current is
// the state so far. The rules are those of "Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch User
// Guide.
func Evaluate(a Alarm, window []Datapoint, current State, at time.Time) Verdict {
	e := evaluation{alarm: a, at: at, window: window}
	for _, point := range window {
		if !point.Missing {
			e.real = append(e.real, point)
		}
	}
	enough := len(e.real) >= a.EvaluationPeriods
	if enough {
		// Nothing needs to be filled in: the newest count, and how missing data is treated does not matter.
		e.real = e.real[len(e.real)-a.EvaluationPeriods:]
	}
	if e.tooFewSamples() {
		return Verdict{State: current}
	}
	e.fill = a.EvaluationPeriods - len(e.real)
	breaching := e.count(true)
	needed := a.datapointsToAlarm()
	treatment := a.Treatment()
	switch {
	case breaching >= needed:
		return e.crossed(Alarming)
	case enough, treatment == TreatNotBreaching:
		return e.crossed(OK)
	case treatment == TreatBreaching:
		if breaching+e.fill >= needed {
			return e.crossed(Alarming)
		}
		return e.crossed(OK)
	case len(e.real) > breaching:
		// Something real is within the threshold, and what is missing does not count.
		return e.crossed(OK)
	case treatment == TreatIgnore:
		return Verdict{State: current}
	case breaching > 0 && age(window) >= needed:
		// Only breaching values, the oldest as old as it takes: the premature alarm state.
		return e.crossed(Alarming)
	}
	return e.unknown()
}

// age is the place of the oldest real datapoint, counted from the newest period, which is 1.
func age(window []Datapoint) int {
	for i, point := range window {
		if !point.Missing {
			return len(window) - i
		}
	}
	return 0
}

type evaluation struct {
	alarm  Alarm
	at     time.Time
	window []Datapoint
	real   []Datapoint // that count, the newest last
	fill   int         // datapoints that are missing
}

func (e *evaluation) breaches(point Datapoint) bool {
	return comparisons[e.alarm.ComparisonOperator].breach(point.Value, *e.alarm.Threshold)
}

// count is how many of the real datapoints breach, or do not.
func (e *evaluation) count(breaching bool) int {
	count := 0
	for _, point := range e.real {
		if e.breaches(point) == breaching {
			count++
		}
	}
	return count
}

// tooFewSamples tells whether a percentile is not to be judged, because it stands on too few values ("Percentile-based
// alarms and low data samples", Amazon CloudWatch User Guide).
func (e *evaluation) tooFewSamples() bool {
	if e.alarm.EvaluateLowSampleCountPercentiles != "ignore" || e.alarm.ExtendedStatistic == "" || len(e.real) == 0 {
		return false
	}
	statistic, err := metric.ParseStatistic(e.alarm.ExtendedStatistic)
	if err != nil || statistic.Percentile == 0 || statistic.Percentile == 100 {
		return false
	}
	share := statistic.Percentile / 100
	needed := 10 / share
	if share >= 0.5 {
		needed = 10 / (1 - share)
	}
	samples := 0.0
	for _, point := range e.real {
		samples += point.Samples
	}
	return samples < needed-1e-6 // 10/(1-0.99) is a little more than 1000
}
