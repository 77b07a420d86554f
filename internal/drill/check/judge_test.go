package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// sound is one payment, r1.1, paid as promised at second 10, the fault at second 20 and a new term at second 40; and one,
// old, from before the drill.
func sound() check.Evidence {
	asked := receipt.Receipt{Kind: receipt.Asked, Payer: "dns-1", PayerKind: receipt.DNS, Due: at(9.9),
		Payment: receipt.Payment{ID: "r1.1", Amount: "12.50", MinorUnits: 1250, Currency: "USD"}}
	answered := asked
	answered.Kind, answered.Try, answered.Sent, answered.Ended = receipt.Answered, 1, at(9.9), at(10)
	answered.Answer = receipt.Answer{Outcome: receipt.Success, Status: 200, Region: "east", AcceptedBy: "east", TransactionID: "t1", Requests: 1}
	old := check.Payment{PaymentID: "old", TransactionID: "t0", MinorUnits: 5, Currency: "JPY", Region: "east", Epoch: 1, PostedAt: at(-60)}
	oldItem := check.Item{PaymentID: "old", TransactionID: "t0", Amount: "5", MinorUnits: 5, Currency: "JPY", Region: "east", Epoch: 1, Completed: true}
	oldEntries := []check.Entry{{"t0", "payer_receivable", 5, "JPY"}, {"t0", "merchant_payable", -5, "JPY"}}
	return check.Evidence{
		Receipts: []receipt.Receipt{asked, answered},
		Fault:    at(20),
		Before:   check.Stores{Items: []check.Item{oldItem}, Payments: []check.Payment{old}, Entries: oldEntries},
		After: check.Stores{
			Items: []check.Item{oldItem, {PaymentID: "r1.1", TransactionID: "t1", Amount: "12.50", MinorUnits: 1250, Currency: "USD", Region: "east", Epoch: 1, CreatedAt: at(9.92), Completed: true}},
			Payments: []check.Payment{old, {PaymentID: "r1.1", TransactionID: "t1", MinorUnits: 1250, Currency: "USD", Region: "east",
				Epoch: 1, AcceptedAt: at(9.92), PostedAt: at(9.95)}},
			Entries: append(slices.Clone(oldEntries), check.Entry{"t1", "payer_receivable", 1250, "USD"}, check.Entry{"t1", "merchant_payable", -1250, "USD"}),
			Epochs:  []check.Epoch{{0, "", at(-3600)}, {1, "east", at(-3500)}, {2, "west", at(40)}},
		},
	}
}

// again is the second receipt, changed.
func again(e *check.Evidence, change func(*receipt.Receipt)) {
	one := e.Receipts[1]
	one.Sent, one.Ended = one.Sent.Add(time.Second), one.Ended.Add(time.Second)
	change(&one)
	e.Receipts = append(e.Receipts, one)
}

func unanswered(e *check.Evidence) {
	e.Receipts[1].Answer = receipt.Answer{Outcome: receipt.Unknown, Class: "timeout"}
}

var tamperings = []struct {
	name   string
	tamper func(*check.Evidence)
	// want are the findings, as kind:payment, with a part of the detail after a space.
	want []string
}{
	{"nothing", func(*check.Evidence) {}, nil},
	{"acknowledged, in neither store", func(e *check.Evidence) {
		e.After.Items, e.After.Payments, e.After.Entries = e.After.Items[:1], e.After.Payments[:1], e.After.Entries[:2]
	}, []string{"lost:r1.1 neither"}},
	{"acknowledged, not in the ledger", func(e *check.Evidence) {
		e.After.Payments, e.After.Entries = e.After.Payments[:1], e.After.Entries[:2]
	}, []string{"lost:r1.1 not in the ledger"}},
	{"acknowledged, not in the journal", func(e *check.Evidence) { e.After.Items = e.After.Items[:1] }, []string{"lost:r1.1 not in the journal"}},
	{"acknowledged as processing, not in the ledger", func(e *check.Evidence) {
		e.Receipts[1].Outcome = receipt.Processing
		e.After.Payments, e.After.Entries = e.After.Payments[:1], e.After.Entries[:2]
	}, []string{"lost:r1.1 not in the ledger"}},
	{"an earlier payment is gone", func(e *check.Evidence) {
		e.After.Items, e.After.Payments, e.After.Entries = e.After.Items[1:], e.After.Payments[1:], e.After.Entries[2:]
	}, []string{"lost:old in the journal before", "lost:old in the ledger before"}},
	{"an earlier payment has changed", func(e *check.Evidence) {
		e.After.Payments[0].MinorUnits = 6
		e.After.Entries[0].MinorUnits, e.After.Entries[1].MinorUnits = 6, -6
	}, []string{"mismatch:old before the drill"}},
	{"an earlier payment has another transaction", func(e *check.Evidence) { e.Before.Payments[0].TransactionID = "t9" }, []string{"mismatch:old transaction was t9"}},

	{"twice in the ledger, two transactions", func(e *check.Evidence) {
		second := e.After.Payments[1]
		second.TransactionID = "t2"
		e.After.Payments = append(e.After.Payments, second)
		e.After.Entries = append(e.After.Entries, check.Entry{"t2", "payer_receivable", 1250, "USD"}, check.Entry{"t2", "merchant_payable", -1250, "USD"})
	}, []string{"doubled:r1.1 2 times in the ledger", "mismatch:r1.1 transaction is t1 for the answer and t2 for the ledger"}},
	{"one transaction for two payments", func(e *check.Evidence) {
		e.After.Payments[0].TransactionID, e.After.Items[0].TransactionID, e.Before.Payments[0].TransactionID = "t1", "t1", "t1"
		e.After.Payments[0].MinorUnits, e.After.Payments[0].Currency, e.Before.Payments[0].MinorUnits, e.Before.Payments[0].Currency = 1250, "USD", 1250, "USD"
		e.After.Entries = e.After.Entries[2:]
	}, []string{"doubled:old also that of payment r1.1", "doubled:r1.1 also that of payment old"}},
	{"entries twice", func(e *check.Evidence) { e.After.Entries = append(e.After.Entries, e.After.Entries[2:]...) }, []string{"doubled:r1.1 charge 1250 minor units 2 times"}},
	{"two transactions acknowledged", func(e *check.Evidence) {
		again(e, func(r *receipt.Receipt) { r.TransactionID = "t2" })
	}, []string{"doubled:r1.1 transactions t1 and t2", "history:r1.1", "mismatch:r1.1 transaction is t1 for the answer and t2 for the answer"}},
	{"twice in the journal", func(e *check.Evidence) { e.After.Items = append(e.After.Items, e.After.Items[1]) }, []string{"doubled:r1.1 2 times in the journal"}},

	{"another amount in the ledger", func(e *check.Evidence) {
		e.After.Payments[1].MinorUnits = 1251
		e.After.Entries[2].MinorUnits, e.After.Entries[3].MinorUnits = 1251, -1251
	}, []string{"mismatch:r1.1 minor units is 1250 for the payer and 1251 for the ledger"}},
	{"another currency in the ledger", func(e *check.Evidence) {
		e.After.Payments[1].Currency, e.After.Entries[2].Currency, e.After.Entries[3].Currency = "EUR", "EUR", "EUR"
	}, []string{"mismatch:r1.1 currency is USD for the payer and EUR for the ledger"}},
	{"another transaction in the ledger", func(e *check.Evidence) {
		e.After.Payments[1].TransactionID, e.After.Entries[2].TransactionID, e.After.Entries[3].TransactionID = "t2", "t2", "t2"
	}, []string{"mismatch:r1.1 transaction is t1 for the answer and t2 for the ledger"}},
	{"another amount in the journal", func(e *check.Evidence) { e.After.Items[1].Amount = "12.51" }, []string{"mismatch:r1.1 amount is 12.50 for the payer and 12.51 for the journal"}},
	{"another number in the journal", func(e *check.Evidence) { e.After.Items[1].MinorUnits = 12500 }, []string{"mismatch:r1.1 minor units is 1250 for the payer and 12500 for the journal"}},
	{"another transaction in the journal", func(e *check.Evidence) { e.After.Items[1].TransactionID = "t2" }, []string{"mismatch:r1.1 transaction is t1 for the answer and t2 for the journal"}},
	{"another Region accepted it", func(e *check.Evidence) { e.After.Payments[1].Region = "west" }, []string{"mismatch:r1.1 accepting Region is east for the answer and west for the ledger"}},
	{"the answer was about something else", func(e *check.Evidence) {
		e.Receipts[1].Outcome, e.Receipts[1].Detail = receipt.Contradicted, "answered 9.99"
	}, []string{"mismatch:r1.1 answered 9.99"}},
	{"entries of another amount", func(e *check.Evidence) { e.After.Entries[2].MinorUnits, e.After.Entries[3].MinorUnits = 1249, -1249 },
		[]string{"mismatch:r1.1 charge 1249 minor units, it is of 1250"}},

	{"entries that do not sum to zero", func(e *check.Evidence) { e.After.Entries[3].MinorUnits = -1249 },
		[]string{"unbalanced: all entries in USD sum to 1", "unbalanced:r1.1 entries in USD sum to 1"}},
	{"an entry in another currency", func(e *check.Evidence) { e.After.Entries[3].Currency = "EUR" },
		[]string{"mismatch:r1.1 in EUR", "unbalanced: all entries in EUR", "unbalanced: all entries in USD", "unbalanced:r1.1 in EUR", "unbalanced:r1.1 in USD"}},
	{"no entries", func(e *check.Evidence) { e.After.Entries = e.After.Entries[:2] }, []string{"unbalanced:r1.1 no entries"}},
	{"entries without a payment", func(e *check.Evidence) {
		e.After.Entries = append(e.After.Entries, check.Entry{"t7", "payer_receivable", 3, "USD"}, check.Entry{"t7", "merchant_payable", -3, "USD"})
	}, []string{"unbalanced: transaction t7 has 2 entries and no payment"}},

	{"in both stores, and nobody asked", func(e *check.Evidence) { e.Receipts = nil }, []string{"phantom:r1.1 in the ledger"}},
	{"in the journal only, and nobody asked", func(e *check.Evidence) {
		e.Receipts, e.After.Payments, e.After.Entries = nil, e.After.Payments[:1], e.After.Entries[:2]
		e.After.Items[1].Completed = false
	}, []string{"phantom:r1.1 in the journal", "unsettled:r1.1"}},
	{"others pay meanwhile", func(e *check.Evidence) { e.Receipts, e.OwnPrefix = nil, "r2." }, nil},
	{"others' payment is under way", func(e *check.Evidence) {
		e.Receipts, e.OwnPrefix, e.After.Items[1].Completed = nil, "r2.", false
	}, nil},
	{"a payment with our prefix that nobody asked for", func(e *check.Evidence) { e.Receipts, e.OwnPrefix = nil, "r1." }, []string{"phantom:r1.1"}},

	{"refused, and charged", func(e *check.Evidence) {
		e.Receipts[1].Answer = receipt.Answer{Outcome: receipt.Refused, Status: 400, Class: "HTTP 400"}
	}, []string{"charged:r1.1"}},
	{"refused after an answer that never came", func(e *check.Evidence) {
		unanswered(e)
		again(e, func(r *receipt.Receipt) { r.Answer = receipt.Answer{Outcome: receipt.Refused, Status: 401} })
	}, nil},

	{"still processing in the journal", func(e *check.Evidence) { e.After.Items[1].Completed = false }, []string{"unsettled:r1.1 in the ledger: true"}},
	{"completed in the journal only", func(e *check.Evidence) {
		unanswered(e)
		e.After.Payments, e.After.Entries = e.After.Payments[:1], e.After.Entries[:2]
	}, []string{"unsettled:r1.1 completed in the journal, and not in the ledger"}},

	{"posted after its term", func(e *check.Evidence) { e.After.Payments[1].PostedAt = at(41) }, []string{"fence:r1.1 over at"}},
	{"posted under a term that nobody had", func(e *check.Evidence) { e.After.Payments[1].Epoch = 7 }, []string{"fence:r1.1 does not know"}},
	{"processing after success", func(e *check.Evidence) {
		again(e, func(r *receipt.Receipt) { r.Outcome = receipt.Processing })
	}, []string{"history:r1.1"}},
	{"a mismatch with itself", func(e *check.Evidence) {
		again(e, func(r *receipt.Receipt) { r.Outcome, r.Status, r.TransactionID = receipt.Refused, 422, "" })
	}, []string{"history:r1.1"}},
	{"an item that cannot be read", func(e *check.Evidence) { e.After.Items[1] = check.Item{PaymentID: "r1.1", Fault: "epoch is no number"} },
		[]string{"corrupt:r1.1 epoch is no number"}},

	{"the answer never arrived", unanswered, nil},
	{"the payer's process ended before the answer", func(e *check.Evidence) { e.Receipts = e.Receipts[:1] }, nil},
	{"asked again, and told the same", func(e *check.Evidence) { again(e, func(r *receipt.Receipt) { r.Replayed = true }) }, nil},
	{"a copy through the other Region", func(e *check.Evidence) {
		again(e, func(r *receipt.Receipt) {
			r.Copy, r.Payer, r.PayerKind, r.Region, r.Replayed, r.Requests = true, "client-1", receipt.Client, "west", true, 2
		})
	}, nil},
	{"a call of two requests, the second finds what the first did", func(e *check.Evidence) { e.Receipts[1].Replayed, e.Receipts[1].Requests = true, 2 }, nil},
	{"one request that finds completed what nobody had asked", func(e *check.Evidence) { e.Receipts[1].Replayed = true }, []string{"history:r1.1"}},
}

func TestEachFaultIsFoundAndNothingElse(t *testing.T) {
	for _, test := range tamperings {
		t.Run(test.name, func(t *testing.T) {
			evidence := sound()
			test.tamper(&evidence)
			got := check.Judge(evidence)
			slices.SortFunc(got.Findings, func(a, b check.Finding) int { return strings.Compare(key(a)+a.Detail, key(b)+b.Detail) })
			for i := range max(len(got.Findings), len(test.want)) {
				if i >= len(got.Findings) || i >= len(test.want) {
					t.Fatalf("found %v, want %v", got.Findings, test.want)
				}
				want, detail, _ := strings.Cut(test.want[i], " ")
				if key(got.Findings[i]) != want || !strings.Contains(got.Findings[i].Detail, detail) {
					t.Errorf("found %v, want %s", got.Findings[i], test.want[i])
				}
			}
			for _, count := range got.Counts {
				if found := slices.ContainsFunc(got.Findings, func(f check.Finding) bool { return f.Kind == count.Kind }); (count.Count > 0) != found {
					t.Errorf("counted %+v in %v", count, got.Findings)
				}
			}
			if got.Sound() != (len(test.want) == 0) {
				t.Errorf("sound: %t", got.Sound())
			}
		})
	}
}

func key(f check.Finding) string { return fmt.Sprintf("%s:%s", f.Kind, f.PaymentID) }

func TestEveryKindHasAFaultThatIsFound(t *testing.T) {
	for _, kind := range check.Kinds() {
		planted := slices.ContainsFunc(tamperings, func(one struct {
			name   string
			tamper func(*check.Evidence)
			want   []string
		}) bool {
			return slices.ContainsFunc(one.want, func(want string) bool { return strings.HasPrefix(want, string(kind)+":") })
		})
		if !planted || kind.Meaning() == "" {
			t.Errorf("no fault of kind %s is planted, or it has no meaning", kind)
		}
	}
}

func TestWhatTheResultCounts(t *testing.T) {
	evidence := sound()
	got := check.Judge(evidence)
	usd := []check.Sum{{Currency: "USD", MinorUnits: 1250, Decimals: 2}}
	want := check.Group{Payments: 1, Sums: usd, IDs: []string{"r1.1"}}
	if got.Asked != 1 || got.Earlier != 1 || cmp.Diff(want, got.Acknowledged) != "" || cmp.Diff(want, got.Posted) != "" || got.Unanswered.Payments != 0 || got.RPO != (span.Span{}) {
		t.Errorf("result %+v", got)
	}
	unanswered(&evidence)
	if got := check.Judge(evidence); cmp.Diff(want, got.Unanswered) != "" || got.Acknowledged.Payments != 0 {
		t.Errorf("without an answer %+v", got)
	}
	evidence = sound()
	evidence.After.Payments, evidence.After.Entries = evidence.After.Payments[:1], evidence.After.Entries[:2]
	if got := check.Judge(evidence); got.RPO.Length != 10*time.Second || got.Of(check.Lost) != 1 {
		t.Errorf("a payment of 10 s before the fault is lost: RPO %v", got.RPO)
	}
}

func TestBehind(t *testing.T) {
	evidence := sound()
	if got := check.Behind(evidence.Receipts, evidence.After, ""); got != 0 {
		t.Errorf("%d are behind in a settled drill", got)
	}
	evidence.After.Items[0].Completed = false
	evidence.After.Payments = nil
	if got := check.Behind(evidence.Receipts, evidence.After, ""); got != 2 {
		t.Errorf("%d are behind, want one that is not posted and one that is not completed", got)
	}
	if got := check.Behind(evidence.Receipts, evidence.After, "r1."); got != 1 {
		t.Errorf("%d of ours are behind", got)
	}
}

func TestReplicationAlone(t *testing.T) {
	// Each payment: seconds of its acknowledgement, its outcome, the epoch of its row.
	type paid struct {
		at      float64
		outcome receipt.Outcome
		epoch   int64
	}
	tests := map[string]struct {
		paid []paid
		tell func(*check.Evidence)
		want string
	}{
		"all was replicated":                       {[]paid{{10, receipt.Success, 1}, {19, receipt.Success, 1}}, nil, "epoch 2: lost 0 in 0 s, waiting 0, meanwhile 0"},
		"the last three seconds were not":          {[]paid{{10, receipt.Success, 1}, {17, receipt.Success, 2}, {19, receipt.Success, 2}}, nil, "epoch 2: lost 2 in 3.0 s, waiting 0, meanwhile 0"},
		"202 before the fault was never replica":   {[]paid{{18, receipt.Processing, 2}}, nil, "epoch 2: lost 0 in 0 s, waiting 1, meanwhile 0"},
		"accepted while no ledger was writable":    {[]paid{{25, receipt.Processing, 2}, {39, receipt.Processing, 2}}, nil, "epoch 2: lost 0 in 0 s, waiting 0, meanwhile 2"},
		"posted by the new ledger as always":       {[]paid{{45, receipt.Success, 2}}, nil, "epoch 2: lost 0 in 0 s, waiting 0, meanwhile 0"},
		"never acknowledged":                       {[]paid{{10, receipt.Unknown, 2}}, nil, "epoch 2: lost 0 in 0 s, waiting 0, meanwhile 0"},
		"no new term":                              {[]paid{{10, receipt.Success, 1}}, func(e *check.Evidence) { e.After.Epochs = e.After.Epochs[:2] }, "epoch 0: lost 0 in 0 s, waiting 0, meanwhile 0"},
		"no fault":                                 {[]paid{{10, receipt.Success, 2}}, func(e *check.Evidence) { e.Fault = time.Time{} }, "epoch 0: lost 0 in 0 s, waiting 0, meanwhile 0"},
		"a second failover within the drill":       {[]paid{{17, receipt.Success, 3}}, func(e *check.Evidence) { e.After.Epochs = append(e.After.Epochs, check.Epoch{3, "east", at(60)}) }, "epoch 2: lost 1 in 3.0 s, waiting 0, meanwhile 0"},
		"a term that began right before the fault": {[]paid{{19, receipt.Success, 2}}, func(e *check.Evidence) { e.After.Epochs[2].RaisedAt = at(18) }, "epoch 0: lost 0 in 0 s, waiting 0, meanwhile 0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			evidence := sound()
			asked, answered, row := evidence.Receipts[0], evidence.Receipts[1], evidence.After.Payments[1]
			evidence.Receipts, evidence.After.Payments = nil, nil
			for n, one := range test.paid {
				id := fmt.Sprintf("r1.%d", n)
				asked.ID, answered.ID, row.PaymentID = id, id, id
				answered.Ended, answered.Outcome, row.Epoch = at(one.at), one.outcome, one.epoch
				evidence.Receipts = append(evidence.Receipts, asked, answered)
				evidence.After.Payments = append(evidence.After.Payments, row)
			}
			if test.tell != nil {
				test.tell(&evidence)
			}
			r := check.Judge(evidence).Replication
			got := fmt.Sprintf("epoch %d: lost %d in %v, waiting %d, meanwhile %d", r.Epoch, r.Lost.Payments, r.LostTime, r.Waiting.Payments, r.Meanwhile.Payments)
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
