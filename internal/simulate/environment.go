package simulate

import (
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Names of the environments.
const (
	AWS   = "aws"
	Local = "local"
)

// Environments are the names of the known environments.
func Environments() []string { return []string{AWS, Local} }

// Environment is all that the configuration does not say.
type Environment struct {
	Name string `json:"name"`
	// Terms are every term, in the order in which a recovery meets them.
	Terms []Term `json:"terms"`
	// Payers are how many payers follow DNS, each behind a resolver of its own.
	Payers int `json:"payers"`
	// Rate is how many payments are acknowledged a second, from the loss on; Drain is how many a second a replay posts,
	// and List how many records a second it compares.
	Rate  float64 `json:"payments_per_second"`
	Drain float64 `json:"replayed_per_second"`
	List  float64 `json:"compared_per_second"`
}

// What a load and a replay are unless something else is asked for. The local drain is measured (1,658 a second,
// BenchmarkBacklog of package failover/pairtest, on two cores); in AWS 128 connections complete a payment each in some
// 130 ms from the far Region.
const (
	defaultPayers = 20
	defaultRate   = 10
	awsDrain      = 980
	localDrain    = 1600
	listRate      = 20_000
)

// NewEnvironment is a known environment.
func NewEnvironment(name string) (Environment, error) {
	if name != AWS && name != Local {
		return Environment{}, fmt.Errorf("environment %q: use %s", name, strings.Join(Environments(), " or "))
	}
	made := Environment{Name: name, Payers: defaultPayers, Rate: defaultRate, Drain: awsDrain, List: listRate}
	if name == Local {
		made.Drain = localDrain
	}
	for _, d := range definitions() {
		v := d.aws
		if name == Local {
			v = d.local
		}
		made.Terms = append(made.Terms, Term{Name: d.name, Meaning: d.meaning, Distribution: v.distribution, Kind: v.kind, Source: v.source})
	}
	return made, nil
}

// longestLook keeps a controller's ticks short enough for one run to see a lease pass.
const longestLook = 2 * time.Second

// Set is the environment with another distribution of one term, as "name=distribution".
func (e Environment) Set(setting string) (Environment, error) {
	name, text, found := strings.Cut(setting, "=")
	if !found {
		return e, fmt.Errorf("term %q: want name=distribution", setting)
	}
	var names []string
	terms := make([]Term, len(e.Terms))
	copy(terms, e.Terms)
	for i := range terms {
		names = append(names, terms[i].Name)
		if terms[i].Name != name {
			continue
		}
		distribution, err := ParseDistribution(text)
		if err != nil {
			return e, fmt.Errorf("term %s: %w", name, err)
		}
		if term(i) == controllerLook && distribution.High > longestLook {
			return e, fmt.Errorf("term %s: %s is longer than %s, after which a controller's calls have failed", name, distribution, longestLook)
		}
		terms[i].Distribution, terms[i].Kind, terms[i].Source = distribution, Given, "asked for"
		e.Terms = terms
		return e, nil
	}
	return e, fmt.Errorf("term %q: there are %s", name, strings.Join(names, ", "))
}

// distributions are the terms by number.
func (e Environment) distributions() (all [termCount]Distribution) {
	for i := range all {
		all[i] = e.Terms[i].Distribution
	}
	return all
}

// most bounds what is asked for, so that a result stays in memory.
const (
	mostPayers    = 10_000
	mostDisasters = 10_000_000
)

func (e Environment) validate() error {
	positive := func(f float64) bool { return f > 0 && f <= 1e6 }
	switch {
	case len(e.Terms) != int(termCount):
		return fmt.Errorf("environment %q has %d terms, want %d: make it with NewEnvironment", e.Name, len(e.Terms), termCount)
	case e.Payers < 1 || e.Payers > mostPayers:
		return fmt.Errorf("%d payers: want 1 to %d", e.Payers, mostPayers)
	case !positive(e.Rate) || !positive(e.Drain) || !positive(e.List):
		return fmt.Errorf("rate %g, drain %g: want more than 0 and at most 1,000,000 a second", e.Rate, e.Drain)
	case e.Rate > e.Drain || e.Rate > e.List:
		return fmt.Errorf("rate %g, drain %g: a replay that is slower than the payers falls ever further behind", e.Rate, e.Drain)
	}
	return nil
}

// Warnings name the terms that may take longer than the worst case of package config counts on: then a time may lie
// beyond it.
func (e Environment) Warnings() []string {
	all := e.distributions()
	var warnings []string
	for _, limit := range []struct {
		terms []term
		most  time.Duration
	}{
		{[]term{checkerTrip}, config.ProbeTrip}, {[]term{aggregation}, config.CheckerAggregation}, {[]term{payerTimeout}, config.PayerTimeout},
		{[]term{payerPause}, config.PayerPause}, {[]term{payerTrip, request}, config.PayerRetry}, {[]term{journalPause}, config.JournalPause},
		{[]term{ledgerWait}, config.LedgerWait}, {[]term{ledgerRefused}, config.LedgerWait}, {[]term{controllerLook}, config.ControllerLook},
		{[]term{startDelay}, config.ControllerEvery}, {[]term{fencing, promotion}, config.LedgerPromotion},
	} {
		var sum time.Duration
		var names []string
		for _, number := range limit.terms {
			sum += all[number].High
			names = append(names, e.Terms[number].Name)
		}
		if sum > limit.most {
			warnings = append(warnings, fmt.Sprintf("%s may take %s, the worst case counts on %s", strings.Join(names, " and "), sum, limit.most))
		}
	}
	return warnings
}
