package simulate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Options are what to simulate.
type Options struct {
	// Disasters is how many of each failure.
	Disasters int
	// Seed: the same one gives the same result.
	Seed uint64
	// Failures are the ways of losing the Region; empty for all.
	Failures []config.Failure
	// Environment is all that the configuration does not say.
	Environment Environment
	// Workers is how many goroutines work; 0 for as many as there are processors.
	Workers int
}

// Run simulates. It needs a configuration that Validate accepts.
func Run(ctx context.Context, c config.Config, options Options) (Result, error) {
	if err := errors.Join(options.Validate(), valid(c)); err != nil {
		return Result{}, fmt.Errorf("simulate: %w", err)
	}
	if len(options.Failures) == 0 {
		options.Failures = config.Failures()
	}
	result := Result{
		Environment: options.Environment, Disasters: options.Disasters, Seed: options.Seed,
		Objective: c.Objectives.RTO.Seconds(),
		Setting: fmt.Sprintf("%d probes, %s apart, TTL %s; lease of %s, tick %s",
			c.HealthCheck.Threshold, c.HealthCheck.Interval, c.HealthCheck.TTL, c.Lease.TTL, c.Lease.Tick),
	}
	for _, failure := range options.Failures {
		m := newModel(c, options.Environment, failure)
		outcomes, err := m.disasters(ctx, options)
		if err != nil {
			return Result{}, fmt.Errorf("simulate: %w", err)
		}
		result.Failures = append(result.Failures, summarize(failure, outcomes, worst(c, options.Environment, failure), c.Objectives.RTO))
	}
	return result, nil
}

// Validate names everything that is wrong with what was asked for.
func (o Options) Validate() error {
	var faults []error
	if o.Disasters < 1 || o.Disasters > mostDisasters {
		faults = append(faults, fmt.Errorf("%d disasters: want 1 to %d", o.Disasters, mostDisasters))
	}
	for i, failure := range o.Failures {
		if !slices.Contains(config.Failures(), failure) || slices.Contains(o.Failures[:i], failure) {
			faults = append(faults, fmt.Errorf("failure %q: want each of %v once at most", failure, config.Failures()))
		}
	}
	return errors.Join(append(faults, o.Environment.validate())...)
}

func valid(c config.Config) error {
	if found := c.Validate(); len(found) > 0 {
		return found
	}
	return nil
}

// share is how many disasters a worker takes at a time.
const share = 500

// disasters are the outcomes by number, whoever computes them.
func (m *model) disasters(ctx context.Context, options Options) ([]Outcome, error) {
	outcomes := make([]Outcome, options.Disasters)
	workers := options.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var group sync.WaitGroup
	var taken atomic.Int64
	for range workers {
		group.Go(func() {
			source := rand.NewPCG(0, 0)
			random := rand.New(source)
			for ctx.Err() == nil {
				end := int(taken.Add(share))
				for i := end - share; i < min(end, len(outcomes)); i++ {
					source.Seed(seeds(options.Seed, i))
					outcomes[i] = m.disaster(random)
				}
				if end >= len(outcomes) {
					return
				}
			}
		})
	}
	group.Wait()
	return outcomes, ctx.Err()
}

// seeds make neighbouring disasters, and seeds, unlike each other. The failures share them: each is lost at the same
// moments.
func seeds(seed uint64, number int) (uint64, uint64) {
	return scatter(seed), scatter(scatter(seed) + uint64(number))
}

// scatter is the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// worst is the worst case of every time: what package config computes, and from it when everything is settled.
func worst(c config.Config, e Environment, failure config.Failure) Outcome {
	var o Outcome
	for _, term := range config.DetectionTerms(c.HealthCheck, failure) {
		o.Detection += term.Duration
	}
	for _, row := range config.ComputeObjectives(c).Rows {
		switch {
		case row.Failure != failure:
		case row.Measure == config.RTO && row.Subject == config.DNSPayer:
			o.DNSPayer, o.LastDNSPayer = row.Total, row.Total
		case row.Measure == config.RTO && row.Subject == config.ClientPayer:
			o.ClientPayer = row.Total
		case row.Measure == config.LedgerTime:
			o.LedgerWritable = row.Total
		}
	}
	m := newModel(c, e, failure)
	look, lag := max(config.ControllerLook, m.terms[controllerLook].High), max(config.LedgerLag, m.terms[replicationLag].High)
	o.Settled = m.load.settledBy(o.LedgerWritable, lag, look, max(c.Lease.Tick, 2*look))
	return o
}
