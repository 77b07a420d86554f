package simulate

import (
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Quantity is what a time is counted to, from the moment of the loss.
type Quantity string

// The quantities, as in Outcome.
const (
	Detection      Quantity = "detection"
	DNSPayer       Quantity = "dns payer"
	LastDNSPayer   Quantity = "last dns payer"
	ClientPayer    Quantity = "client payer"
	LedgerWritable Quantity = "ledger writable"
	Settled        Quantity = "settled"
)

// quantity says how a quantity is read.
type quantity struct {
	name    Quantity
	meaning string
	// payers says that objectives.rto bounds it.
	payers bool
	of     func(Outcome) time.Duration
}

func quantities() []quantity {
	return []quantity{
		{Detection, "Route 53 answers with the other Region", false, func(o Outcome) time.Duration { return o.Detection }},
		{DNSPayer, "a payer who follows DNS is served again", true, func(o Outcome) time.Duration { return o.DNSPayer }},
		{LastDNSPayer, "the last payer who follows DNS is served again", true, func(o Outcome) time.Duration { return o.LastDNSPayer }},
		{ClientPayer, "a payer with client/ is served again", true, func(o Outcome) time.Duration { return o.ClientPayer }},
		{LedgerWritable, "the other Region's ledger takes writes", false, func(o Outcome) time.Duration { return o.LedgerWritable }},
		{Settled, "all acknowledged payments are in the ledger", false, func(o Outcome) time.Duration { return o.Settled }},
	}
}

// Result is what a simulation found.
type Result struct {
	Environment Environment `json:"environment"`
	// Disasters is how many of each failure were simulated.
	Disasters int    `json:"disasters"`
	Seed      uint64 `json:"seed"`
	// Setting is what of the configuration matters, in words.
	Setting string `json:"setting"`
	// Objective is objectives.rto in seconds.
	Objective float64   `json:"objective_rto_seconds"`
	Failures  []Failure `json:"failures"`
}

// Failure is what was found for one way of losing the Region.
type Failure struct {
	Failure config.Failure `json:"failure"`
	// Within is the share of disasters, from 0 to 1, in which every payer was served within objectives.rto.
	Within float64 `json:"share_within_rto"`
	Times  []Times `json:"times"`
}

// Times is the distribution of one quantity, in seconds.
type Times struct {
	Quantity Quantity `json:"quantity"`
	Meaning  string   `json:"meaning"`
	Min      float64  `json:"min"`
	P50      float64  `json:"p50"`
	P90      float64  `json:"p90"`
	P99      float64  `json:"p99"`
	P999     float64  `json:"p99_9"`
	Max      float64  `json:"max"`
	// WorstCase is what "paymentdr check" computes; for Settled it is made of that and the load.
	WorstCase float64 `json:"worst_case"`
	// Beyond is how many were later than the worst case: none, unless a term was set beyond what it counts on.
	Beyond int `json:"beyond_worst_case"`
	// Within is the share within objectives.rto; absent where that does not count.
	Within *float64 `json:"share_within_rto,omitempty"`

	sorted []time.Duration
}

func summarize(failure config.Failure, outcomes []Outcome, worst Outcome, rto time.Duration) Failure {
	found := Failure{Failure: failure}
	within := 0
	for _, o := range outcomes {
		if max(o.DNSPayer, o.LastDNSPayer, o.ClientPayer) <= rto {
			within++
		}
	}
	found.Within = float64(within) / float64(len(outcomes))
	for _, q := range quantities() {
		sorted := make([]time.Duration, len(outcomes))
		for i, o := range outcomes {
			sorted[i] = q.of(o)
		}
		slices.Sort(sorted)
		times := Times{
			Quantity: q.name, Meaning: q.meaning, sorted: sorted, WorstCase: q.of(worst).Seconds(),
			Beyond: len(sorted) - notAbove(sorted, q.of(worst)),
		}
		for share, into := range map[float64]*float64{0: &times.Min, 0.5: &times.P50, 0.9: &times.P90, 0.99: &times.P99, 0.999: &times.P999, 1: &times.Max} {
			*into = percentile(sorted, share).Seconds()
		}
		if q.payers {
			share := float64(notAbove(sorted, rto)) / float64(len(sorted))
			times.Within = &share
		}
		found.Times = append(found.Times, times)
	}
	return found
}

// percentile is the least of the times that a share of them, from 0 to 1, does not exceed (nearest rank).
func percentile(sorted []time.Duration, share float64) time.Duration {
	rank := int(share*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// notAbove counts the times up to a limit.
func notAbove(sorted []time.Duration, limit time.Duration) int {
	at, _ := slices.BinarySearch(sorted, limit+1)
	return at
}

// Times are those of one quantity for one failure; false if it was not simulated.
func (r Result) Times(failure config.Failure, of Quantity) (Times, bool) {
	for _, f := range r.Failures {
		for _, times := range f.Times {
			if f.Failure == failure && times.Quantity == of {
				return times, true
			}
		}
	}
	return Times{}, false
}

// Within is the least share of disasters, over the failures, in which every payer was served within objectives.rto.
func (r Result) Within() float64 {
	least := 1.0
	for _, f := range r.Failures {
		least = min(least, f.Within)
	}
	return least
}
