package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

//go:embed summary.html
var summarySource string

var summaryPage = template.Must(template.New("summary").Funcs(template.FuncMap{"count": span.Count, "moment": moment, "length": span.Text}).Parse(summarySource))

// Row is one drill of several.
type Row struct {
	Scenario string `json:"scenario"`
	Summary  string `json:"summary"`
	// Folder has its whole report, relative to the summary.
	Folder string `json:"folder"`
	Met    bool   `json:"met"`
	// Missed are the expectations that were not met; Problem is why the drill could not be judged at all.
	Missed  []string `json:"missed,omitempty"`
	Problem string   `json:"problem,omitempty"`
	// RTO of payers who follow DNS and of those with client/, the longest over payers; empty if there were none.
	DNS          string `json:"rto_dns"`
	Client       string `json:"rto_client"`
	RPO          string `json:"rpo"`
	Acknowledged int    `json:"acknowledged"`
	Lost         int    `json:"lost"`
	Doubled      int    `json:"doubled"`
	// Took is the whole drill, with what it needed to start and to heal, in nanoseconds.
	Took time.Duration `json:"took"`
}

// Summary is several drills.
type Summary struct {
	Schema  int           `json:"schema"`
	Version string        `json:"version"`
	Began   time.Time     `json:"began"`
	Took    time.Duration `json:"took"`
	Met     bool          `json:"met"`
	Rows    []Row         `json:"drills"`
}

// Summarize makes a row of a drill's report.
func (r Report) Summarize(folder string, took time.Duration) Row {
	row := Row{
		Scenario: r.Scenario, Summary: r.Summary, Folder: folder, Met: r.Verdict.Met, RPO: r.Check.RPO.String(),
		Acknowledged: r.Check.Acknowledged.Payments, Lost: r.Check.Of(check.Lost), Doubled: r.Check.Of(check.Doubled), Took: took,
	}
	for _, kind := range r.Kinds {
		if kind.Kind == receipt.DNS {
			row.DNS = kind.RTO.Max.String()
		} else {
			row.Client = kind.RTO.Max.String()
		}
	}
	for _, line := range r.Verdict.Lines {
		if !line.Met {
			row.Missed = append(row.Missed, fmt.Sprintf("%s: expected %s, measured %s", line.What, line.Expected, line.Measured))
		}
	}
	return row
}

// NewSummary adds up the drills that were played from began on.
func NewSummary(version string, began time.Time, took time.Duration, rows []Row) Summary {
	s := Summary{Schema: Schema, Version: version, Began: began, Took: took, Met: len(rows) > 0, Rows: rows}
	for _, row := range rows {
		s.Met = s.Met && row.Met
	}
	return s
}

// Missed is how many drills did not go as expected.
func (s Summary) Missed() int {
	count := 0
	for _, row := range s.Rows {
		if !row.Met {
			count++
		}
	}
	return count
}

// Headline is the summary in a few words.
func (s Summary) Headline() string {
	if s.Met {
		return fmt.Sprintf("all %d as expected", len(s.Rows))
	}
	return fmt.Sprintf("missed, %d of %d drills", s.Missed(), len(s.Rows))
}

// Payments are all that were acknowledged, lost and doubled.
func (s Summary) Payments() (sums struct{ Acknowledged, Lost, Doubled int }) {
	for _, row := range s.Rows {
		sums.Acknowledged += row.Acknowledged
		sums.Lost += row.Lost
		sums.Doubled += row.Doubled
	}
	return sums
}

// JSON is the summary for programs.
func (s Summary) JSON() ([]byte, error) {
	encoded, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode summary: %w", err)
	}
	return append(encoded, '\n'), nil
}

// Text is the summary as people paste it into tickets.
func (s Summary) Text() string {
	var b bytes.Buffer
	sums := s.Payments()
	fmt.Fprintf(&b, "drills: %s\n", strings.ToUpper(s.Headline()))
	fmt.Fprintf(&b, "%s payments acknowledged, %s lost, %s doubled; from %s, %s, paymentdr %s\n\n",
		span.Count(sums.Acknowledged), span.Count(sums.Lost), span.Count(sums.Doubled), moment(s.Began), span.Text(s.Took), s.Version)
	rows := [][]string{{"drill", "verdict", "RTO, DNS", "RTO, client/", "RPO", "lost", "doubled", "acknowledged", "took"}}
	for _, row := range s.Rows {
		rows = append(rows, []string{row.Scenario, row.Word(), row.DNS, row.Client, row.RPO, span.Count(row.Lost), span.Count(row.Doubled), span.Count(row.Acknowledged), span.Text(row.Took)})
	}
	table(&b, rows)
	for _, row := range s.Rows {
		for _, missed := range row.Complaints() {
			fmt.Fprintf(&b, "\n%s: %s", row.Scenario, missed)
		}
	}
	if !s.Met {
		b.WriteString("\n")
	}
	return b.String()
}

// Word is the row's verdict.
func (r Row) Word() string {
	switch {
	case r.Problem != "":
		return "NOT JUDGED"
	case r.Met:
		return "as expected"
	}
	return "MISSED"
}

// Complaints are why the row is not as expected.
func (r Row) Complaints() []string {
	if r.Problem != "" {
		return append([]string{r.Problem}, r.Missed...)
	}
	return r.Missed
}

// HTML is the summary as one page.
func (s Summary) HTML() ([]byte, error) {
	var b bytes.Buffer
	err := summaryPage.Execute(&b, struct {
		Summary
		Style template.CSS
		Page  string
	}{s, template.CSS(pageStyle), "report.html"})
	if err != nil {
		return nil, fmt.Errorf("write summary page: %w", err)
	}
	return b.Bytes(), nil
}
