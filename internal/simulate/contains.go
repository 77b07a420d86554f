package simulate

import (
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Measurement is what one real loss of a Region took, counted from its moment. What was not measured is zero or empty.
type Measurement struct {
	Failure config.Failure
	// Detection is until DNS answers with the other Region.
	Detection time.Duration
	// DNSPayers are the times of the payers who follow DNS, ClientPayers those of the payers with package client.
	DNSPayers, ClientPayers []time.Duration
	// LedgerWritable and Settled are as in Outcome.
	LedgerWritable, Settled time.Duration
}

// Place is where a measured time lies.
type Place string

// The places: between the least and the longest simulated time, below, above but within the worst case, beyond it.
const (
	Inside Place = "inside"
	Faster Place = "faster"
	Slower Place = "slower"
	Beyond Place = "beyond worst case"
)

// Judged is one measured time beside what was simulated.
type Judged struct {
	Quantity Quantity `json:"quantity"`
	// Payer is its place among the payers; absent for what is no payer's.
	Payer *int `json:"payer,omitempty"`
	// Seconds was measured; Min, Max and WorstCase are the simulated times' and what package config computes.
	Seconds   float64 `json:"seconds"`
	Min       float64 `json:"min"`
	Max       float64 `json:"max"`
	WorstCase float64 `json:"worst_case"`
	Place     Place   `json:"place"`
	// Share of the simulated times, from 0 to 1, are not longer; absent where only a stored result is known.
	Share *float64 `json:"share,omitempty"`
}

// Containment is a measurement beside a result.
type Containment struct {
	Times []Judged `json:"times"`
	// Inside: every time is between the least and the longest simulated one. Bounded: none is beyond its worst case.
	Inside  bool `json:"inside"`
	Bounded bool `json:"bounded"`
}

// ErrNothingMeasured says that a measurement is empty, so that it proves nothing.
var ErrNothingMeasured = errors.New("nothing was measured")

// Contains says whether what was measured lies inside what was simulated for the same failure, and inside the worst
// case.
func Contains(r Result, measured Measurement) (Containment, error) {
	found := Containment{Inside: true, Bounded: true}
	judge := func(of Quantity, took time.Duration, payer *int) error {
		times, known := r.Times(measured.Failure, of)
		if !known {
			return fmt.Errorf("compare with simulation: failure %q was not simulated", measured.Failure)
		}
		judged := times.judge(took)
		judged.Payer = payer
		found.Times = append(found.Times, judged)
		found.Inside = found.Inside && judged.Place == Inside
		found.Bounded = found.Bounded && judged.Place != Beyond
		return nil
	}
	var faults []error
	single := func(of Quantity, took time.Duration) {
		if took > 0 {
			faults = append(faults, judge(of, took, nil))
		}
	}
	single(Detection, measured.Detection)
	for _, group := range []struct {
		of    Quantity
		times []time.Duration
	}{{DNSPayer, measured.DNSPayers}, {ClientPayer, measured.ClientPayers}} {
		for i, took := range group.times {
			faults = append(faults, judge(group.of, took, &i))
		}
	}
	single(LedgerWritable, measured.LedgerWritable)
	single(Settled, measured.Settled)
	if len(faults) == 0 {
		return Containment{}, fmt.Errorf("compare with simulation: %w", ErrNothingMeasured)
	}
	if err := errors.Join(faults...); err != nil {
		return Containment{}, err
	}
	return found, nil
}

// judge places one measured time.
func (t Times) judge(took time.Duration) Judged {
	judged := Judged{Quantity: t.Quantity, Seconds: took.Seconds(), Min: t.Min, Max: t.Max, WorstCase: t.WorstCase, Place: Inside}
	switch {
	case judged.Seconds > t.WorstCase:
		judged.Place = Beyond
	case judged.Seconds > t.Max:
		judged.Place = Slower
	case judged.Seconds < t.Min:
		judged.Place = Faster
	}
	if len(t.sorted) > 0 {
		share := float64(notAbove(t.sorted, took)) / float64(len(t.sorted))
		judged.Share = &share
	}
	return judged
}
