package report

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/report/chart"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// textFindings is how many findings the text names; the JSON has all.
const textFindings = 20

// moment is a time as reports give it.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000") + " UTC" }

// Text is the report as people paste it into tickets.
func (r Report) Text() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "drill %s: %s\n", r.Scenario, strings.ToUpper(r.Headline()))
	fmt.Fprintf(&b, "%s\n\n", r.Summary)
	table(&b, [][]string{
		{"run", r.Run + ", seed " + fmt.Sprint(r.Seed) + ", paymentdr " + r.Version},
		{"load", "from " + moment(r.Began) + ", watched for " + span.Text(r.Ended.Sub(r.Began))},
		{"fault", moment(r.Fault) + ", " + chart.Offset(r.Fault.Sub(r.Began)) + " into it"},
	})
	section(&b, "verdict")
	rows := [][]string{{"", "what", "expected", "measured"}}
	for _, line := range r.Verdict.Lines {
		word := "met"
		if !line.Met {
			word = "MISSED"
		}
		rows = append(rows, []string{word, line.What, line.Expected, line.Measured})
	}
	table(&b, rows)
	section(&b, "after the fault")
	rows = nil
	for _, one := range r.Milestones {
		rows = append(rows, []string{fmt.Sprintf("%12s", one.After), one.What})
	}
	table(&b, rows)
	section(&b, "payers")
	header, rows := r.payerRows()
	table(&b, append([][]string{header}, rows...))
	section(&b, "journal and ledger")
	r.textCheck(&b)
	section(&b, "what the ledger's replication alone would have lost")
	b.WriteString(r.ReplicationSentence() + "\n")
	table(&b, r.replicationRows())
	r.textRest(&b)
	return b.String()
}

func (r Report) textCheck(b *bytes.Buffer) {
	rows := [][]string{}
	for _, one := range r.Check.Counts {
		rows = append(rows, []string{fmt.Sprintf("%6s", span.Count(one.Count)), string(one.Kind), one.Kind.Meaning()})
	}
	table(b, rows)
	fmt.Fprintf(b, "%s payments asked for, %s acknowledged (%s), %s posted (%s)\n", span.Count(r.Check.Asked), span.Count(r.Check.Acknowledged.Payments),
		Amounts(r.Check.Acknowledged.Sums), span.Count(r.Check.Posted.Payments), Amounts(r.Check.Posted.Sums))
	fmt.Fprintf(b, "%s posted, answer never arrived\n", span.Count(r.Check.Unanswered.Payments))
	if r.Check.Earlier > 0 {
		fmt.Fprintf(b, "of %s payments in the ledger before the drill, %s are lost\n", span.Count(r.Check.Earlier), span.Count(r.Check.EarlierLost))
	}
	for n, one := range r.Check.Findings {
		if n == textFindings {
			fmt.Fprintf(b, "and %s more findings, in the JSON\n", span.Count(len(r.Check.Findings)-n))
			break
		}
		fmt.Fprintf(b, "%s\n", one)
	}
}

// textRest is what is only there when there is something to say.
func (r Report) textRest(b *bytes.Buffer) {
	section(b, "events")
	var rows [][]string
	for _, one := range r.Events {
		rows = append(rows, []string{fmt.Sprintf("%12s", chart.Offset(one.At.Sub(r.Fault))), one.Region, one.Label(), one.Detail})
	}
	table(b, rows)
	if len(r.Configuration) > 0 {
		section(b, "configuration")
		rows = nil
		for _, one := range r.Configuration {
			rows = append(rows, []string{one.Key, one.Value})
		}
		table(b, rows)
	}
	if len(r.Notes) > 0 || r.Torn != nil {
		section(b, "notes")
		for _, one := range r.allNotes() {
			fmt.Fprintf(b, "- %s\n", one)
		}
	}
	if len(r.Reproduce) > 0 {
		section(b, "again")
		for _, one := range r.Reproduce {
			fmt.Fprintf(b, "$ %s\n", one)
		}
	}
}

// allNotes are the notes, and one on the receipts if need be.
func (r Report) allNotes() []string {
	notes := r.Notes
	if r.Torn != nil {
		notes = append(notes[:len(notes):len(notes)], "In the file of receipts "+r.Torn.String()+"; nobody had counted it.")
	}
	return notes
}

func section(b *bytes.Buffer, title string) {
	fmt.Fprintf(b, "\n%s\n%s\n", title, strings.Repeat("-", len(title)))
}

// table writes aligned columns, without spaces at the ends of lines.
func table(b *bytes.Buffer, rows [][]string) {
	var aligned bytes.Buffer
	writer := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(writer, strings.Join(row, "\t"))
	}
	_ = writer.Flush() // a buffer takes everything
	for line := range strings.Lines(aligned.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}
