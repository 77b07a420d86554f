package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Summary is what many seeds came to: how much happened in them.
type Summary struct {
	Seeds int
	// TakenOver, Replayed and Returned count the seeds in which that happened.
	TakenOver, Replayed, Returned, BornDead int
	columns                                 [8]column
}

// column is the distribution of one number over the seeds.
type column struct {
	name   string
	counts map[int]int
}

var columnNames = [8]string{
	"payments sent", "payments acknowledged", "harms and disasters", "surprises of calls", "takeovers", "payments replayed", "calls", "seconds that it lasted",
}

// add takes in a seed.
func (s *Summary) add(r Result) {
	s.Seeds++
	s.TakenOver += one(r.Takeovers > 0)
	s.Replayed += one(r.Replayed > 0)
	s.Returned += one(r.Returned)
	s.BornDead += one(r.BornDead)
	for i, value := range [8]int{
		r.Payments, r.Acknowledged, r.Harms, r.Surprises, r.Takeovers, r.Replayed, r.Calls, int(r.Lasted / time.Second),
	} {
		if s.columns[i].counts == nil {
			s.columns[i] = column{columnNames[i], map[int]int{}}
		}
		s.columns[i].counts[value]++
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// plus takes in another summary.
func (s *Summary) plus(other Summary) {
	s.Seeds += other.Seeds
	s.TakenOver += other.TakenOver
	s.Replayed += other.Replayed
	s.Returned += other.Returned
	s.BornDead += other.BornDead
	for i := range s.columns {
		if s.columns[i].counts == nil {
			s.columns[i] = column{columnNames[i], map[int]int{}}
		}
		for value, count := range other.columns[i].counts {
			s.columns[i].counts[value] += count
		}
	}
}

// String is a table.
func (s Summary) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%-24s %8s %8s %8s %8s %8s %12s\n", "in each seed", "least", "1 in 10", "median", "9 in 10", "most", "in all")
	for _, c := range s.columns {
		values := make([]int, 0, len(c.counts))
		total := 0
		for value, count := range c.counts {
			values = append(values, value)
			total += value * count
		}
		slices.Sort(values)
		fmt.Fprintf(&out, "%-24s %8d %8d %8d %8d %8d %12d\n", c.name,
			c.at(values, 0), c.at(values, s.Seeds/10), c.at(values, s.Seeds/2), c.at(values, s.Seeds*9/10), c.at(values, s.Seeds-1), total)
	}
	percent := func(count int) float64 { return 100 * float64(count) / float64(max(s.Seeds, 1)) }
	fmt.Fprintf(&out, "seeds with a takeover: %.1f %%, with a replay: %.1f %%, with the return home: %.1f %%, with a term that lost its database before it was active: %.1f %%",
		percent(s.TakenOver), percent(s.Replayed), percent(s.Returned), percent(s.BornDead))
	return out.String()
}

// at is the value of the seed at a rank.
func (c column) at(values []int, rank int) int {
	for _, value := range values {
		if rank -= c.counts[value]; rank < 0 {
			return value
		}
	}
	return 0
}
