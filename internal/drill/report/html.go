package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/report/chart"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"count":   span.Count,
	"amounts": Amounts,
	"moment":  moment,
	"offset":  chart.Offset,
	"length":  span.Text,
	"words":   verdict.Words,
}).Parse(pageSource))

// pageRows is how many findings and interruptions the page names; the JSON has all.
const pageRows = 50

// HTML is the report as one page, for people.
func (r Report) HTML() ([]byte, error) {
	header, rows := r.payerRows()
	findings := r.Check.Findings
	var further []outage.Interruption
	for _, kind := range r.Kinds {
		further = append(further, kind.Further...)
	}
	var buffer bytes.Buffer
	err := page.Execute(&buffer, struct {
		Report
		Style                  template.CSS
		Picture                template.HTML
		PayerHeader            []string
		PayerRows, Replication [][]string
		MoreFindings           int
		AllNotes               []string
		Further                []outage.Interruption
		MoreFurther            int
		Watched                time.Duration
	}{
		Report: r, Style: template.CSS(pageStyle),
		// The picture escapes what it is given itself.
		Picture: template.HTML(r.SVG()), PayerHeader: header, PayerRows: rows, Replication: r.replicationRows(),
		MoreFindings: max(len(findings)-pageRows, 0), AllNotes: r.allNotes(),
		Further: further[:min(pageRows, len(further))], MoreFurther: max(len(further)-pageRows, 0), Watched: r.Ended.Sub(r.Began),
	})
	if err != nil {
		return nil, fmt.Errorf("write report page: %w", err)
	}
	return buffer.Bytes(), nil
}

// ShownFindings are those that the page names.
func (r Report) ShownFindings() []check.Finding {
	return r.Check.Findings[:min(pageRows, len(r.Check.Findings))]
}
