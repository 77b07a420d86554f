// Package modelled puts what a drill measured beside what the RTO model (package simulate) says of the same loss.
package modelled

import (
	"context"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/simulate"
)

// disasters are enough for the ends of the ranges to stand still.
const disasters = 20000

// Compare simulates the loss of a Region that refuses connections, as a killed one does, and places a drill's times in
// what was simulated. seed fixes the simulation.
func Compare(ctx context.Context, cfg config.Config, drilled report.Report, aggregation time.Duration, seed uint64) (simulate.Containment, error) {
	environment, err := simulate.NewEnvironment("local")
	if err == nil {
		environment, err = environment.Set("aggregation=" + aggregation.String())
	}
	if err != nil {
		return simulate.Containment{}, fmt.Errorf("compare drill with the model: %w", err)
	}
	measured := measure(drilled)
	environment.Payers = max(len(measured.DNSPayers), 1)
	result, err := simulate.Run(ctx, cfg, simulate.Options{
		Disasters: disasters, Seed: seed, Failures: []config.Failure{config.Refused}, Environment: environment,
	})
	if err != nil {
		return simulate.Containment{}, fmt.Errorf("compare drill with the model: %w", err)
	}
	return simulate.Contains(result, measured)
}

// measure takes the times out of a report; what has not ended is left out, the verdict has it.
func measure(drilled report.Report) simulate.Measurement {
	measured := simulate.Measurement{Failure: config.Refused}
	if changed, ok := event.First(drilled.Events, event.DNSChanged, drilled.Fault); ok {
		measured.Detection = changed.At.Sub(drilled.Fault)
	}
	if writable, ok := event.First(drilled.Events, event.LedgerWritable, drilled.Fault); ok {
		measured.LedgerWritable = writable.At.Sub(drilled.Fault)
	}
	for _, payer := range drilled.Payers {
		switch {
		case payer.RTO.Open || payer.RTO.Length == 0:
		case payer.Kind == receipt.DNS:
			measured.DNSPayers = append(measured.DNSPayers, payer.RTO.Length)
		case payer.Kind == receipt.Client:
			measured.ClientPayers = append(measured.ClientPayers, payer.RTO.Length)
		}
	}
	return measured
}

// Note says in one sentence where the drill's times lie.
func Note(found simulate.Containment) string {
	beyond, outside := 0, 0
	worst := ""
	for _, each := range found.Times {
		switch {
		case each.Seconds > each.WorstCase && each.WorstCase > 0:
			beyond++
			worst = fmt.Sprintf("; the first of them: %s %.1f s against %.1f s", each.Quantity, each.Seconds, each.WorstCase)
		case each.Seconds < each.Min || each.Seconds > each.Max:
			outside++
			if worst == "" {
				worst = fmt.Sprintf("; the first of them: %s %.1f s, simulated %.1f to %.1f s", each.Quantity, each.Seconds, each.Min, each.Max)
			}
		}
	}
	if beyond+outside == 0 {
		return fmt.Sprintf("The RTO model (paymentdr simulate) has all %d times inside what it simulated, and none is beyond its computed worst case.", len(found.Times))
	}
	return fmt.Sprintf("The RTO model (paymentdr simulate): of %d times %d are outside what it simulated and %d beyond the computed worst case%s.",
		len(found.Times), outside, beyond, worst)
}
