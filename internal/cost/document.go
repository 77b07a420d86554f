package cost

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Lever is another configuration and what it would cost.
type Lever struct {
	// Title says what is changed, Settings how (key=value), Loses what is given up.
	Title, Loses string
	Settings     []string
	// PaymentsTimes, if not 0, multiplies the payments a month.
	PaymentsTimes float64
}

// Levers are the changes that move the bill most, up or down.
func Levers() []Lever {
	return []Lever{
		{Title: "One database instance in each Region", Settings: []string{"database.instances=1"}, Loses: "A failed instance is minutes of 202 answers and not seconds."},
		{Title: "The next larger instance class", Settings: []string{"database.instance_class=db.r6g.xlarge"}},
		{Title: "The newer generation", Settings: []string{"database.instance_class=db.r7g.large"}},
		{Title: "NAT gateways in place of endpoints", Settings: []string{"egress=nat"}, Loses: "That whoever gets into a function has no way out to the internet."},
		{Title: "Health checks every 30 s, threshold 1", Settings: []string{"health_check.interval=30s", "health_check.threshold=1"}, Loses: "One lost probe fails over; and twenty more seconds before it does."},
		{Title: "Functions on x86", Settings: []string{"compute.architecture=amd64"}},
		{Title: "A lease that ticks every 5 s", Settings: []string{"lease.tick=5s", "lease.ttl=30s"}, Loses: "The ledger follows a lost Region later; taking payments does not wait for it."},
		{Title: "Logs kept for a month", Settings: []string{"logs.retention_days=30"}, Loses: "What an auditor asks for later."},
		{Title: "Ten times the payments", PaymentsTimes: 10},
		{Title: "A tenth of the payments", PaymentsTimes: 0.1},
	}
}

// Priced is a lever and its report.
type Priced struct {
	Lever
	Report Report
}

// Markdown is docs/cost.md: the report of the default configuration and of the levers.
func Markdown(base Report, levers []Priced) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `# What it costs

Written by `+"`go test ./internal/cost -update`"+` from what `+"`paymentdr cost`"+` computes of the default
configuration's files; a test keeps it fresh. Run `+"`paymentdr cost`"+` for your own configuration, with `+"`--out`"+` for files that
were already written, and with `+"`--payments-per-month`"+`.

**About USD %d a month** with %s payments a month: %s are there whether anyone pays or not, %s come
with use. List prices on demand; prices that could not be read on AWS's own pages are marked.

`, (base.Cents+50)/100, thousands(base.Assumed(PaymentsPerMonth)), Dollars(base.FixedCents), Dollars(base.Cents-base.FixedCents))
	sumTable(&b, "By root", "Root", base.Roots)
	sumTable(&b, "By concern", "Concern", base.Concerns)
	leverTable(&b, base, levers)
	resourceTable(&b, base)
	assumptionTable(&b, base)
	leftOut(&b)
	priceTable(&b, base)
	freeTable(&b, base)
	return []byte(b.String())
}

// Assumed is the value of an assumption, or 0.
func (r Report) Assumed(key string) float64 {
	for _, a := range r.Assumptions {
		if a.Key == key {
			return a.Value
		}
	}
	return 0
}

// thousands prints a whole number in groups of three.
func thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), ",")
}

func sumTable(b *strings.Builder, title, column string, sums []Sum) {
	fmt.Fprintf(b, "## %s\n\n| %s | USD a month |\n|---|---:|\n", title, column)
	for _, s := range sums {
		fmt.Fprintf(b, "| %s | %s |\n", s.Name, Dollars(s.Cents))
	}
	b.WriteString("\n")
}

func leverTable(b *strings.Builder, base Report, levers []Priced) {
	b.WriteString("## The levers\n\nEach row is the default configuration with one change, generated and priced again.\n\n")
	b.WriteString("| Change | Settings | USD a month | Difference | What it gives up |\n|---|---|---:|---:|---|\n")
	for _, lever := range levers {
		settings := "`" + strings.Join(lever.Settings, "`, `") + "`"
		if len(lever.Settings) == 0 {
			settings = fmt.Sprintf("`--payments-per-month %.0f`", lever.Report.Assumed(PaymentsPerMonth))
		}
		difference := Dollars(lever.Report.Cents - base.Cents)
		if lever.Report.Cents > base.Cents {
			difference = "+" + difference
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", lever.Title, settings, Dollars(lever.Report.Cents), difference, lever.Loses)
	}
	b.WriteString("\nThe instances are the largest part by far: reserved for one or three years they are cheaper by what AWS then\noffers, which this page does not count. A whole environment for development is cheapest destroyed when nobody uses it.\n\n")
}

func resourceTable(b *strings.Builder, base Report) {
	b.WriteString("## By resource\n\nWhat costs less than a cent is left out. *by use* rests on the assumptions below; the rest is counted in the files.\n\n")
	b.WriteString("| Root | Concern | Resource | Item | Quantity | USD a unit | USD a month | |\n|---|---|---|---|---:|---:|---:|---|\n")
	for _, g := range base.Group() {
		use := ""
		if g.Usage {
			use = "by use"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s %s | %s | %s | %s |\n",
			g.Root, g.Concern, g.What(), g.Item, Quantity(g.Quantity), g.Unit, price(g.PriceUSD), Dollars(g.Cents), use)
	}
	b.WriteString("\n")
}

func assumptionTable(b *strings.Builder, base Report) {
	b.WriteString("## Assumptions\n\nWhat no file can say. They are in internal/cost/assumptions.yaml.\n\n| Assumption | Value | Why |\n|---|---:|---|\n")
	for _, a := range base.Assumptions {
		value := Quantity(a.Value)
		if a.Value >= 1000 {
			value = thousands(a.Value)
		}
		fmt.Fprintf(b, "| %s | %s %s | %s |\n", strings.ReplaceAll(a.Key, "_", " "), value, a.Unit, a.Why)
	}
	b.WriteString("\n")
}

func leftOut(b *strings.Builder) {
	b.WriteString(`## What is not included

- **Data transfer**: to the internet, between zones, and between the Regions (the ledger's replication and what crosses the
  peering). DynamoDB's own replication has no transfer charge.
- **Support plans, taxes, and discounts**: free tiers, Savings Plans, reserved instances, private prices.
- **Backups beyond the cluster's own size**: up to that size they are not charged; the throw-away cluster
  of a restore test, an instance for as long as the restore takes, is in no file and not counted.
- **The second key version** that yearly rotation adds to each KMS key from its second year on.
- **Queries of logs, and of the dashboards' metrics**, by people.
- **The parent domain's registration**, and the identity provider that issues the tokens.

`)
}

func priceTable(b *strings.Builder, base Report) {
	b.WriteString("## Prices\n\nThe prices used, in internal/cost/prices.yaml. *documented*: AWS's own page. *second-hand*: someone quotes AWS or its price\nlist. *remembered*: not read anywhere; check it on the page before relying on it.\n\n")
	b.WriteString("| Price | Region | USD | Unit | AWS's page | Seen at | Date | Confidence |\n|---|---|---:|---|---|---|---|---|\n")
	for _, p := range base.Prices {
		seen := p.Seen
		if strings.HasPrefix(seen, "https://") {
			seen = "<" + seen + ">"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | <%s> | %s | %s | %s |\n", p.Service, p.Region, price(p.USD), p.Unit, p.Page, seen, p.Date, p.Confidence)
	}
	b.WriteString("\n")
}

func freeTable(b *strings.Builder, base Report) {
	b.WriteString("## What costs nothing by itself\n\n| Type | |\n|---|---|\n")
	for _, typ := range slices.Sorted(maps.Keys(base.Free)) {
		fmt.Fprintf(b, "| %s | %s |\n", strings.TrimPrefix(typ, "aws_"), base.Free[typ])
	}
}
