package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/report"
)

func TestSummary(t *testing.T) {
	began := time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	good := report.Row{Scenario: "region-loss", Summary: "A Region dies.", Folder: "region-loss", Met: true, DNS: "26.1 s", Client: "1.0 s", RPO: "0 s", Acknowledged: 1342, Took: 84 * time.Second}
	bad := report.Row{Scenario: "partition", Summary: "A Region is cut off.", Folder: "partition", DNS: "70.0 s", Client: "1.0 s", RPO: "0 s", Acknowledged: 10, Lost: 2, Took: time.Minute,
		Missed: []string{"RTO, payers who follow DNS: expected at most 60.0 s, measured 70.0 s"}}
	broken := report.Row{Scenario: "rotation", Folder: "rotation", Problem: "no <active> term", Took: time.Second}
	for _, test := range []struct {
		name string
		rows []report.Row
		met  bool
		text []string
	}{
		{"all as expected", []report.Row{good}, true, []string{"drills: ALL 1 AS EXPECTED", "1,342 payments acknowledged, 0 lost, 0 doubled", "region-loss  as expected  26.1 s"}},
		{"one missed", []report.Row{good, bad}, false, []string{"drills: MISSED, 1 OF 2 DRILLS", "1,352 payments acknowledged, 2 lost", "partition: RTO, payers who follow DNS: expected at most 60.0 s"}},
		{"one not judged", []report.Row{good, broken}, false, []string{"MISSED, 1 OF 2", "NOT JUDGED", "rotation: no <active> term"}},
		{"none was played", nil, false, []string{"MISSED, 0 OF 0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			summary := report.NewSummary("v1", began, 10*time.Minute, test.rows)
			if summary.Met != test.met {
				t.Errorf("met %t, want %t", summary.Met, test.met)
			}
			for _, want := range test.text {
				if !strings.Contains(summary.Text(), want) {
					t.Errorf("the text lacks %q:\n%s", want, summary.Text())
				}
			}
			page, err := summary.HTML()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range test.rows {
				link := `href="` + row.Folder + `/report.html"`
				if has := strings.Contains(string(page), link); has != (row.Problem == "") {
					t.Errorf("a link to %s: %t", row.Folder, has)
				}
			}
			if strings.Contains(string(page), "<active>") {
				t.Error("the page does not escape")
			}
			encoded, err := summary.JSON()
			if err != nil {
				t.Fatal(err)
			}
			var back report.Summary
			if err := json.Unmarshal(encoded, &back); err != nil || back.Met != test.met || len(back.Rows) != len(test.rows) {
				t.Errorf("JSON %s, error %v", encoded, err)
			}
		})
	}
}
