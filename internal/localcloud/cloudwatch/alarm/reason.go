package alarm

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Timestamp is how CloudWatch writes moments in JSON texts.
const Timestamp = "2006-01-02T15:04:05.000+0000"

// crossed explains a state that follows from comparing, in CloudWatch's words.
func (e *evaluation) crossed(state State) Verdict {
	var parts []string
	treated := ""
	if e.fill > 0 && (e.alarm.Treatment() == TreatBreaching || e.alarm.Treatment() == TreatNotBreaching) {
		as := map[string]string{TreatBreaching: "Breaching", TreatNotBreaching: "NonBreaching"}[e.alarm.Treatment()]
		treated = fmt.Sprintf("%s treated as [%s]", plural(e.fill, "missing datapoint"), as)
	}
	switch {
	case len(e.real) == 0:
		parts = append(parts, "no datapoints were received for "+amount(e.fill, "period"))
	case e.count(state == Alarming) > 0 || treated == "":
		parts = append(parts, e.compared(state))
	}
	if treated != "" {
		parts = append(parts, treated)
	}
	reason := "Threshold Crossed: " + strings.Join(parts, " and ")
	if e.alarm.DatapointsToAlarm != 0 && len(e.real) > 0 {
		needed, change := e.alarm.DatapointsToAlarm, "OK -> ALARM"
		if state == OK {
			needed, change = e.alarm.EvaluationPeriods-needed+1, "ALARM -> OK"
		}
		reason += fmt.Sprintf(" (minimum %s for %s transition)", amount(needed, "datapoint"), change)
	}
	return Verdict{State: state, Reason: reason + ".", Data: e.data()}
}

// compared names the datapoints that speak for the state, the newest first.
func (e *evaluation) compared(state State) string {
	var values []string
	for i := len(e.real) - 1; i >= 0; i-- {
		if e.breaches(e.real[i]) == (state == Alarming) {
			values = append(values, fmt.Sprintf("%s (%s)", double(e.real[i].Value), e.real[i].Start.UTC().Format("02/01/06 15:04:05")))
		}
	}
	count := amount(len(values), "datapoint")
	if e.alarm.DatapointsToAlarm != 0 {
		count = fmt.Sprintf("%d out of the last %d datapoints", len(values), e.alarm.EvaluationPeriods)
	}
	verb := "was"
	if len(values) != 1 {
		verb = "were"
	}
	if state == OK {
		verb += " not"
	}
	return fmt.Sprintf("%s [%s] %s %s the threshold (%s)", count, strings.Join(values, ", "), verb,
		comparisons[e.alarm.ComparisonOperator].words, double(*e.alarm.Threshold))
}

func (e *evaluation) unknown() Verdict {
	return Verdict{
		State:  InsufficientData,
		Reason: "Insufficient Data: " + plural(e.fill, "datapoint") + " unknown.",
		Data:   e.data(),
	}
}

func amount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func plural(n int, noun string) string {
	if n == 1 {
		return amount(n, noun) + " was"
	}
	return amount(n, noun) + " were"
}

// Number is a float as Java writes it.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(double(float64(n))), nil }

// double is a float as Java's Double.toString has it: 10.0, 1.0E7.
func double(value float64) string {
	magnitude := math.Abs(value)
	if value == 0 || magnitude >= 1e-3 && magnitude < 1e7 {
		text := strconv.FormatFloat(value, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return mantissa // NaN and infinities have no exponent
	}
	return mantissa + "E" + strconv.Itoa(power)
}

type evaluated struct {
	Timestamp   string  `json:"timestamp"`
	SampleCount *Number `json:"sampleCount,omitempty"`
	Value       *Number `json:"value,omitempty"`
}

// data is the JSON of StateReasonData.
func (e *evaluation) data() string {
	content := struct {
		Version             string      `json:"version"`
		QueryDate           string      `json:"queryDate"`
		StartDate           string      `json:"startDate,omitempty"`
		Unit                string      `json:"unit,omitempty"`
		Statistic           string      `json:"statistic"`
		Period              int         `json:"period"`
		RecentDatapoints    []Number    `json:"recentDatapoints"`
		Threshold           Number      `json:"threshold"`
		EvaluatedDatapoints []evaluated `json:"evaluatedDatapoints"`
	}{
		Version: "1.0", QueryDate: stamp(e.at), Unit: e.alarm.Unit, Statistic: e.alarm.StatisticName(), Period: e.alarm.Period,
		RecentDatapoints: []Number{}, Threshold: Number(*e.alarm.Threshold), EvaluatedDatapoints: []evaluated{},
	}
	for _, point := range e.real {
		content.RecentDatapoints = append(content.RecentDatapoints, Number(point.Value))
	}
	if len(e.real) > 0 {
		newest := e.real[len(e.real)-1]
		samples, value := Number(newest.Samples), Number(newest.Value)
		content.StartDate = stamp(e.real[0].Start)
		content.EvaluatedDatapoints = append(content.EvaluatedDatapoints, evaluated{stamp(newest.Start), &samples, &value})
	} else {
		for i := len(e.window) - 1; i >= max(len(e.window)-e.fill, 0); i-- {
			content.EvaluatedDatapoints = append(content.EvaluatedDatapoints, evaluated{Timestamp: stamp(e.window[i].Start)})
		}
	}
	text, err := json.Marshal(content)
	if err != nil {
		panic(err) // finite numbers and strings always marshal
	}
	return string(text)
}

func stamp(at time.Time) string { return at.UTC().Format(Timestamp) }
