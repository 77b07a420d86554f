package cost

import (
	"fmt"
	"strconv"
	"strings"
)

// Grouped are lines of one root, concern, type and item at one price, put together for people.
type Grouped struct {
	Line
	Count int
}

// Group puts equal lines together, in their order, and leaves out what costs less than a cent.
func (r Report) Group() []Grouped {
	var groups []Grouped
	at := map[string]int{}
	for _, line := range r.Lines {
		key := strings.Join([]string{line.Root, line.Concern, line.Type, line.Item, line.Region, fmt.Sprint(line.PriceUSD)}, "\x00")
		i, ok := at[key]
		if !ok {
			at[key] = len(groups)
			groups = append(groups, Grouped{line, 1})
			continue
		}
		g := &groups[i]
		g.Count++
		g.Quantity += line.Quantity
		g.Cents += line.Cents
	}
	kept := groups[:0]
	for _, g := range groups {
		if g.Cents > 0 {
			kept = append(kept, g)
		}
	}
	return kept
}

// What is the resource as people name it: its address, or its type and how many.
func (g Grouped) What() string {
	if g.Count == 1 {
		return strings.TrimPrefix(g.Address, "aws_")
	}
	return fmt.Sprintf("%s (%d)", strings.TrimPrefix(g.Type, "aws_"), g.Count)
}

// Table is the report as rows for people: a line for each thing, then the sums.
func (r Report) Table() [][]string {
	rows := [][]string{{"ROOT", "CONCERN", "RESOURCE", "ITEM", "QUANTITY", "UNIT", "USD/UNIT", "USD/MONTH", "PRICE"}}
	for _, g := range r.Group() {
		rows = append(rows, []string{
			g.Root, g.Concern, g.What(), g.Item, Quantity(g.Quantity), g.Unit, price(g.PriceUSD), Dollars(g.Cents), string(g.Confidence),
		})
	}
	rows = append(rows, []string{""})
	sums := func(kind string, sums []Sum) {
		for _, s := range sums {
			rows = append(rows, []string{kind, s.Name, "", "", "", "", "", Dollars(s.Cents)})
		}
	}
	sums("root", r.Roots)
	sums("concern", r.Concerns)
	return append(rows,
		[]string{"fixed", "", "", "", "", "", "", Dollars(r.FixedCents)},
		[]string{"by use", "", "", "", "", "", "", Dollars(r.Cents - r.FixedCents)},
		[]string{"total", "", "", "", "", "", "", Dollars(r.Cents)})
}

// Dollars prints cents with two decimals and no sign of the currency.
func Dollars(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

// Quantity prints a number with three significant decimals at most and no empty ones.
func Quantity(q float64) string {
	decimals := 3
	if q >= 100 {
		decimals = 0
	}
	text := strconv.FormatFloat(q, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// price prints a price in full.
func price(usd float64) string { return strconv.FormatFloat(usd, 'f', -1, 64) }
