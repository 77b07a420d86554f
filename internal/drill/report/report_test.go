package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/drilltest"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report"
)

var rewrite = flag.Bool("rewrite", false, "write the files of testdata anew; read the difference then")

// met is a drill that went as expected.
func met(t *testing.T) report.Report {
	t.Helper()
	return drilltest.Assess(t, drilltest.Finished(7))
}

// missed is one in which much went wrong, with texts that must be escaped.
func missed(t *testing.T) report.Report {
	t.Helper()
	finished := drilltest.Finished(7)
	finished.Scenario, finished.Summary = `region-loss & "more"`, "A <Region> was killed."
	finished.Expectations.RTO[receipt.DNS] = 20 * time.Second
	finished.Receipts.Torn = &receipt.Torn{Line: 9, Bytes: 41}
	finished.After.Payments = finished.After.Payments[:len(finished.After.Payments)-60]
	finished.After.Entries[0].MinorUnits++
	finished.Events = append(finished.Events, event.Event{At: finished.Fault.Add(90 * time.Second), Kind: event.LeaseClaimed, Region: drilltest.East, Detail: "<epoch 3>"})
	// One DNS payer is cut off a second time.
	for n := range 5 {
		at := finished.Fault.Add(time.Duration(70+n) * time.Second)
		finished.Receipts.Receipts = append(finished.Receipts.Receipts, receipt.Receipt{
			Kind: receipt.Answered, Payer: "dns-03", PayerKind: receipt.DNS, Payment: receipt.Payment{ID: "x.1", Amount: "1.00", MinorUnits: 100, Currency: "USD"},
			Due: finished.Fault.Add(70 * time.Second), Try: n + 1, Sent: at, Ended: at, Answer: receipt.Answer{Outcome: receipt.Unknown, Class: "HTTP 503", Requests: 1},
		})
	}
	return drilltest.Assess(t, finished)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); difference != "" {
		t.Errorf("%s differs; go test -rewrite writes it anew:\n%s", path, difference)
	}
}

func TestTextIsAsRecorded(t *testing.T) {
	golden(t, "met.txt", []byte(met(t).Text()))
	golden(t, "missed.txt", []byte(missed(t).Text()))
}

func TestPictureIsAsRecorded(t *testing.T) { golden(t, "timeline.svg", []byte(met(t).SVG())) }

func TestJSONIsAsRecordedAndReadsBack(t *testing.T) {
	small := met(t)
	// A few seconds are enough to see the form of the timeline.
	for i := range small.Timeline.Series {
		small.Timeline.Series[i].Buckets = small.Timeline.Series[i].Buckets[62:68]
	}
	small.Payers = append(small.Payers[:1:1], small.Payers[len(small.Payers)-1])
	encoded, err := small.JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "met.json", encoded)
	var read report.Report
	if err := json.Unmarshal(encoded, &read); err != nil {
		t.Fatal(err)
	}
	again, err := read.JSON()
	if err != nil || !bytes.Equal(encoded, again) {
		t.Errorf("what was written is read as something else (error %v)", err)
	}
}

func TestPagesAreWellFormedAndSelfContained(t *testing.T) {
	outside := regexp.MustCompile(`(?i)<(script|link|img|iframe|object)\b|\b(src|href)=|@import|url\([^#]|javascript:`)
	for name, one := range map[string]report.Report{"met": met(t), "missed": missed(t), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			page, err := one.HTML()
			if err != nil {
				t.Fatal(err)
			}
			if found := outside.Find(page); found != nil {
				t.Errorf("the page refers to something: %q", found)
			}
			decoder := xml.NewDecoder(bytes.NewReader(page))
			ids := map[string]bool{}
			for {
				token, err := decoder.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("not well-formed: %v", err)
				}
				element, _ := token.(xml.StartElement)
				for _, attribute := range element.Attr {
					if attribute.Name.Local == "id" && ids[attribute.Value] {
						t.Errorf("id %s is used twice", attribute.Value)
					}
					ids[attribute.Value] = ids[attribute.Value] || attribute.Name.Local == "id"
				}
			}
			if _, err := html.Parse(bytes.NewReader(page)); err != nil {
				t.Errorf("no HTML: %v", err)
			}
			if len(one.Events) == 0 {
				return
			}
			text := html.UnescapeString(string(page))
			for _, want := range []string{one.Run, one.Milestones[0].What, one.ReplicationSentence()[:40], "paymentdr drill region-loss --seed 7", "interval 10s"} {
				if !strings.Contains(text, want) {
					t.Errorf("the page does not say %q", want)
				}
			}
			if bytes.Contains(page, []byte("<Region>")) || bytes.Contains(page, []byte("<epoch 3>")) {
				t.Error("a text is not escaped")
			}
		})
	}
}

func TestEveryExpectationAndFindingIsOnThePage(t *testing.T) {
	one := missed(t)
	page, err := one.HTML()
	if err != nil {
		t.Fatal(err)
	}
	plain := html.UnescapeString(string(page))
	for _, line := range one.Verdict.Lines {
		if !strings.Contains(plain, line.What) || !strings.Contains(plain, line.Measured) {
			t.Errorf("line %+v is missing", line)
		}
	}
	if !strings.Contains(plain, one.Check.Findings[0].PaymentID) || !strings.Contains(plain, "more, in the JSON report") {
		t.Error("findings are missing")
	}
}

func TestAmounts(t *testing.T) {
	sums := []check.Sum{{Currency: "JPY", MinorUnits: 12345}, {Currency: "KWD", MinorUnits: 1005, Decimals: 3}, {Currency: "USD", MinorUnits: 123456789, Decimals: 2}}
	if got := report.Amounts(sums); got != "12,345 JPY, 1.005 KWD, 1,234,567.89 USD" {
		t.Errorf("amounts are %s", got)
	}
}
