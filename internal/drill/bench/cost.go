package bench

import (
	"context"
	"os"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/proctree"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// Cost is processor time, by the part of a path that used it.
type Cost map[string]time.Duration

// The parts. What links and health checkers do, no payment can do without here; the core path has neither.
const (
	corePart      = "core"      // the Raft store and the ledger's client
	payersPart    = "payers"    // package client
	regionsPart   = "regions"   // gateway, function service, DynamoDB and Raft member of each Region
	functionsPart = "functions" // the shipped binaries
	databasesPart = "databases" // PostgreSQL, with replication
	worldPart     = "world"     // links, DNS, health checkers
)

// parts are in the order of a payment's way.
var parts = []string{payersPart, worldPart, regionsPart, functionsPart, databasesPart, corePart}

// used adds up what processes used so far: this one, and those below the given one.
func used(own string, root int, other string) (Cost, error) {
	below, err := proctree.Descendants(root)
	if err != nil {
		return nil, err
	}
	cost := Cost{}
	_, cost[own] = proctree.Used(os.Getpid())
	if root != os.Getpid() {
		_, cost[worldPart] = proctree.Used(root)
	}
	for _, pid := range below {
		name, spent := proctree.Used(pid)
		switch name {
		case "postgres":
			cost[databasesPart] += spent
		case "bootstrap":
			cost[functionsPart] += spent
		default:
			cost[other] += spent
		}
	}
	return cost, nil
}

// measure is what was used between two moments.
func (l Load) measure(ctx context.Context, from, until time.Time) (Cost, error) {
	var at [2]Cost
	for i, moment := range []time.Time{from, until} {
		err := pause.For(ctx, time.Until(moment))
		if err == nil {
			at[i], err = l.used()
		}
		if err != nil {
			return nil, err
		}
	}
	for part, before := range at[0] {
		// A process that ended took its figures along.
		at[1][part] = max(0, at[1][part]-before)
	}
	return at[1], nil
}

// each is the cost of one of so many payments, in milliseconds.
func (c Cost) each(payments int64) map[string]float64 {
	if payments == 0 || len(c) == 0 {
		return nil
	}
	all := map[string]float64{}
	for part, spent := range c {
		all[part] = float64(spent.Microseconds()) / float64(payments) / 1000
	}
	return all
}

// CostTable is for people: the processor time of a payment in milliseconds, by part and path; the first row is the header.
func (r Result) CostTable() [][]string {
	rows, total := [][]string{{"PROCESSOR MS", r.Core.Path, r.Whole.Path}}, [2]float64{}
	for _, part := range parts {
		row, found := []string{part}, false
		for i, cost := range []map[string]float64{r.Core.Cost, r.Whole.Cost} {
			value, has := cost[part]
			cell := ""
			if has {
				found, cell = true, strconv.FormatFloat(value, 'f', 2, 64)
			}
			total[i] += value
			row = append(row, cell)
		}
		if found {
			rows = append(rows, row)
		}
	}
	return append(rows, []string{"together", strconv.FormatFloat(total[0], 'f', 2, 64), strconv.FormatFloat(total[1], 'f', 2, 64)})
}
