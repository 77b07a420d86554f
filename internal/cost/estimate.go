package cost

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Line is what one resource costs for one thing.
type Line struct {
	Root    string `json:"root"`
	Concern string `json:"concern"`
	Region  string `json:"region"`
	Address string `json:"address"`
	// Type is the resource type, or empty for what no single resource stands for.
	Type     string  `json:"type,omitempty"`
	Item     string  `json:"item"`
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit"`
	PriceUSD float64 `json:"priceUSD"`
	// Cents a month, rounded; sums add these.
	Cents int64 `json:"monthlyCents"`
	// Usage says that the quantity rests on an assumption and not on the files alone.
	Usage bool `json:"usage"`
	// Confidence is the price's.
	Confidence Confidence `json:"confidence"`
}

// Report is the cost of a system.
type Report struct {
	Lines       []Line       `json:"lines"`
	Roots       []Sum        `json:"roots"`
	Concerns    []Sum        `json:"concerns"`
	Cents       int64        `json:"monthlyCents"`
	FixedCents  int64        `json:"fixedMonthlyCents"`
	Assumptions []Assumption `json:"assumptions"`
	// Prices are those that were used.
	Prices []Price `json:"prices"`
	// Substituted are Regions without prices of their own, which are priced as us-east-1.
	Substituted []string `json:"substitutedRegions,omitempty"`
	// Free are resource types that cost nothing by themselves, and why.
	Free map[string]string `json:"free"`
}

// Sum is a part of the whole.
type Sum struct {
	Name  string `json:"name"`
	Cents int64  `json:"monthlyCents"`
}

// estimate collects lines.
type estimate struct {
	System
	prices      []Price
	assumptions []Assumption
	report      Report
	faults      []error
}

// Estimate prices the files of a system, given by path below the output folder. Keys of override are assumptions.
// It fails on a resource type that it does not know, and on an instance class without a price.
func Estimate(files map[string][]byte, override map[string]float64) (Report, error) {
	system, err := Read(files)
	if err != nil {
		return Report{}, err
	}
	prices, err := Prices()
	if err != nil {
		return Report{}, err
	}
	assumptions, err := Assumptions()
	if err != nil {
		return Report{}, err
	}
	for key, value := range override {
		i := slices.IndexFunc(assumptions, func(a Assumption) bool { return a.Key == key })
		if i < 0 || value < 0 {
			return Report{}, fmt.Errorf("assume %s = %v: unknown or negative", key, value)
		}
		assumptions[i].Value = value
	}
	e := &estimate{System: system, prices: prices, assumptions: assumptions}
	e.report.Assumptions, e.report.Free = assumptions, map[string]string{}
	for _, r := range system.Resources {
		rule, priced := rules[r.Type]
		reason, free := freeTypes[r.Type]
		switch {
		case priced:
			rule(e, r)
		case free:
			e.report.Free[r.Type] = reason
		default:
			e.fault("%s/%s: the type %s is neither priced nor known to be free", r.Root, r.Address, r.Type)
		}
	}
	e.ownMetrics()
	if err := errors.Join(e.faults...); err != nil {
		return Report{}, fmt.Errorf("price files: %w", err)
	}
	return e.sum(), nil
}

func (e *estimate) fault(format string, args ...any) {
	e.faults = append(e.faults, fmt.Errorf(format, args...))
}

// assume is the value of an assumption.
func (e *estimate) assume(key string) float64 {
	for _, a := range e.assumptions {
		if a.Key == key {
			return a.Value
		}
	}
	e.fault("there is no assumption %s", key)
	return 0
}

func (e *estimate) seconds() float64 { return e.assume("hours_per_month") * 3600 }

// fixed adds a line whose quantity the files give; used adds one that rests on an assumption.
func (e *estimate) fixed(r Resource, item, price string, quantity float64) {
	e.add(r, item, price, quantity, false)
}

func (e *estimate) used(r Resource, item, price string, quantity float64) {
	e.add(r, item, price, quantity, true)
}

func (e *estimate) add(r Resource, item, id string, quantity float64, usage bool) {
	price, ok := e.price(id, r.Region)
	if !ok {
		e.fault("%s/%s: there is no price %s", r.Root, r.Address, id)
		return
	}
	e.report.Lines = append(e.report.Lines, Line{
		Root: r.Root, Concern: r.Concern(), Region: r.Region, Address: r.Address, Type: r.Type, Item: item,
		Quantity: quantity, Unit: price.Unit, PriceUSD: price.USD, Cents: int64(math.Round(quantity * price.USD * 100)),
		Usage: usage, Confidence: price.Confidence,
	})
	if !slices.Contains(e.report.Prices, price) {
		e.report.Prices = append(e.report.Prices, price)
	}
}

// price finds the price of a Region, else the one that holds everywhere, else us-east-1's.
func (e *estimate) price(id, region string) (Price, bool) {
	for _, where := range []string{region, global, pricedRegion} {
		for _, p := range e.prices {
			if p.ID != id || p.Region != where {
				continue
			}
			if where == pricedRegion && region != pricedRegion && !slices.Contains(e.report.Substituted, region) {
				e.report.Substituted = append(e.report.Substituted, region)
			}
			return p, true
		}
	}
	return Price{}, false
}

func (e *estimate) sum() Report {
	report := e.report
	for _, line := range report.Lines {
		report.Cents += line.Cents
		if !line.Usage {
			report.FixedCents += line.Cents
		}
		report.Roots = addTo(report.Roots, line.Root, line.Cents)
		report.Concerns = addTo(report.Concerns, line.Concern, line.Cents)
	}
	slices.SortStableFunc(report.Concerns, func(a, b Sum) int {
		if a.Cents != b.Cents {
			return int(b.Cents - a.Cents)
		}
		return strings.Compare(a.Name, b.Name)
	})
	slices.SortFunc(report.Prices, func(a, b Price) int {
		return strings.Compare(a.ID+" "+a.Region, b.ID+" "+b.Region)
	})
	slices.Sort(report.Substituted)
	return report
}

func addTo(sums []Sum, name string, cents int64) []Sum {
	for i := range sums {
		if sums[i].Name == name {
			sums[i].Cents += cents
			return sums
		}
	}
	return append(sums, Sum{name, cents})
}

// Only is the report of one root.
func (r Report) Only(root string) (Report, error) {
	if !slices.ContainsFunc(r.Roots, func(s Sum) bool { return s.Name == root }) {
		return Report{}, fmt.Errorf("no root %q: there are %s", root, names(r.Roots))
	}
	e := estimate{report: r}
	e.report.Lines = slices.DeleteFunc(slices.Clone(r.Lines), func(l Line) bool { return l.Root != root })
	e.report.Roots, e.report.Concerns, e.report.Cents, e.report.FixedCents = nil, nil, 0, 0
	return e.sum(), nil
}

func names(sums []Sum) string {
	var all []string
	for _, s := range sums {
		all = append(all, s.Name)
	}
	return strings.Join(all, ", ")
}
