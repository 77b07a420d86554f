package ledger_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func TestPostWritesOnceAndReadsBack(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	first := posting("pay-1", 1250, "USD")
	mustPost(t, store, first)
	again, err := store.Post(t.Context(), first)
	if err != nil || again.Posted {
		t.Fatalf("second post: posted %t, error %v", again.Posted, err)
	}
	found, err := store.Payment(t.Context(), "pay-1")
	if err != nil {
		t.Fatal(err)
	}
	if found.Posting != first {
		t.Fatalf("read %+v, posted %+v", found.Posting, first)
	}
	if age := time.Since(found.PostedAt); age < -time.Minute || age > time.Minute {
		t.Fatalf("posted at %s", found.PostedAt)
	}
	balances, err := store.Balances(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []ledger.Balance{
		{Account: "merchant_payable", Kind: "liability", Money: payment.Money{MinorUnits: -1250, Currency: "USD"}},
		{Account: "payer_receivable", Kind: "asset", Money: payment.Money{MinorUnits: 1250, Currency: "USD"}},
	}
	if !slices.Equal(balances, want) {
		t.Fatalf("balances %+v", balances)
	}
	if payments := requireBalanced(t, store); payments != 1 {
		t.Fatalf("%d payments", payments)
	}
	if _, err := store.Payment(t.Context(), "pay-2"); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("error %v", err)
	}
}

func TestPostRefusesOtherContent(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	first := posting("pay-1", 1250, "USD")
	mustPost(t, store, first)
	for name, change := range map[string]func(*payment.Posting){
		"other amount":                     func(p *payment.Posting) { p.Money.MinorUnits++ },
		"other currency":                   func(p *payment.Posting) { p.Money.Currency = "EUR" },
		"other transaction":                func(p *payment.Posting) { p.TransactionID = uuid.NewString() },
		"transaction of another payment":   func(p *payment.Posting) { p.PaymentID = "pay-2" },
		"other transaction and amount too": func(p *payment.Posting) { p.TransactionID = uuid.NewString(); p.Money.MinorUnits = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			other := first
			change(&other)
			if _, err := store.Post(t.Context(), other); !errors.Is(err, payment.ErrMismatch) {
				t.Fatalf("Post: error %v", err)
			}
			outcomes, err := store.PostMany(t.Context(), []payment.Posting{other})
			if err != nil || !errors.Is(outcomes[0].Err, payment.ErrMismatch) {
				t.Fatalf("PostMany: %v, error %v", outcomes, err)
			}
		})
	}
	if payments := requireBalanced(t, store); payments != 1 {
		t.Fatalf("%d payments", payments)
	}
}

func TestPostBadDataIsNotCalledUnavailable(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	for name, change := range map[string]func(*payment.Posting){
		"zero amount":    func(p *payment.Posting) { p.Money.MinorUnits = 0 },
		"negative":       func(p *payment.Posting) { p.Money.MinorUnits = -5 },
		"currency":       func(p *payment.Posting) { p.Money.Currency = "usd" },
		"no id":          func(p *payment.Posting) { p.PaymentID = "" },
		"transaction id": func(p *payment.Posting) { p.TransactionID = "not-a-uuid" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := posting("pay-"+name, 5, "USD")
			change(&bad)
			_, err := store.Post(t.Context(), bad)
			if err == nil || errors.Is(err, payment.ErrLedgerUnavailable) {
				t.Fatalf("error %v", err)
			}
			good := posting("good-"+name, 5, "USD")
			outcomes, err := store.PostMany(t.Context(), []payment.Posting{bad, good})
			if err != nil || outcomes[0].Err == nil || outcomes[1].Err != nil || !outcomes[1].Posted {
				t.Fatalf("outcomes %+v, error %v", outcomes, err)
			}
		})
	}
	requireBalanced(t, store)
}

func TestSixtyFourPostersPostEachPaymentOnce(t *testing.T) {
	const posters, payments = 64, 100
	store := ledgertest.Open(t, postgrestest.Start(t), 16)
	postings := make([]payment.Posting, payments)
	for i := range postings {
		postings[i] = posting(name("pay", i), int64(i+1), "USD")
	}
	var posted [payments]atomic.Int32
	var group sync.WaitGroup
	for poster := range posters {
		group.Go(func() {
			if poster%8 == 0 { // replays among them, in batches of another order
				order := rand.Perm(payments)
				mixed := make([]payment.Posting, payments)
				for i, from := range order {
					mixed[i] = postings[from]
				}
				outcomes, err := store.PostMany(t.Context(), mixed)
				if err != nil {
					t.Error(err)
					return
				}
				for i, outcome := range outcomes {
					if outcome.Err != nil {
						t.Error(outcome.Err)
					} else if outcome.Posted {
						posted[order[i]].Add(1)
					}
				}
				return
			}
			for _, i := range rand.Perm(payments) {
				result, err := store.Post(t.Context(), postings[i])
				if err != nil {
					t.Error(err)
				} else if result.Posted {
					posted[i].Add(1)
				}
			}
		})
	}
	group.Wait()
	for i := range posted {
		if count := posted[i].Load(); count != 1 {
			t.Errorf("payment %d was posted %d times", i, count)
		}
	}
	if found := requireBalanced(t, store); found != payments {
		t.Fatalf("%d payments in the ledger, want %d", found, payments)
	}
}

func TestPostManyKeepsOrderAndCountsDuplicatesOnce(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	var postings []payment.Posting
	for i := range 1200 {
		postings = append(postings, posting(name("pay", i), 5, "EUR"))
	}
	mustPost(t, store, postings[700])
	mismatch := postings[3]
	mismatch.Money.MinorUnits = 6
	postings = append(postings, postings[0], mismatch)
	// In one batch as well: a copy right behind its original.
	postings = slices.Insert(postings, 10, postings[9])
	outcomes, err := store.PostMany(t.Context(), postings)
	if err != nil || len(outcomes) != len(postings) {
		t.Fatalf("%d outcomes for %d postings, error %v", len(outcomes), len(postings), err)
	}
	for i, outcome := range outcomes {
		present := i == 10 || i == 701 || i == len(postings)-2
		switch {
		case i == len(postings)-1:
			if !errors.Is(outcome.Err, payment.ErrMismatch) {
				t.Fatalf("outcome %d: %+v", i, outcome)
			}
		case outcome.Err != nil || outcome.Posted == present:
			t.Fatalf("outcome %d: %+v, want present %t", i, outcome, present)
		}
	}
	if found := requireBalanced(t, store); found != 1200 {
		t.Fatalf("%d payments", found)
	}
}

func TestListPostedSinceReadsEveryPage(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	if _, err := store.NewestPayment(t.Context()); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("error %v", err)
	}
	var postings []payment.Posting
	for i := range 2500 {
		p := posting(name("pay", i), 5, "EUR")
		// Many share a moment, so that pages end inside one.
		p.AcceptedAt = accepted.Add(time.Duration(i/400) * time.Second)
		postings = append(postings, p)
	}
	if _, err := store.PostMany(t.Context(), postings); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for found, err := range store.ListPostedSince(t.Context(), accepted.Add(time.Second)) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[found.PaymentID] || found.AcceptedAt.Before(accepted.Add(time.Second)) {
			t.Fatalf("payment %s at %s", found.PaymentID, found.AcceptedAt)
		}
		seen[found.PaymentID] = true
	}
	if len(seen) != 2100 {
		t.Fatalf("%d payments, want 2100", len(seen))
	}
	newest, err := store.NewestPayment(t.Context())
	if err != nil || !newest.AcceptedAt.Equal(accepted.Add(6*time.Second)) {
		t.Fatalf("newest %+v, error %v", newest, err)
	}
}

// The order of acceptance is not that of posting: what was posted too late does not count, however new it is.
func TestNewestPostedBefore(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	post := func(id string, age time.Duration) time.Time {
		t.Helper()
		p := posting(id, 5, "EUR")
		p.AcceptedAt = accepted.Add(-age)
		if _, err := store.Post(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		found, err := store.Payment(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return found.PostedAt
	}
	first := post("newer", time.Minute)
	post("older", time.Hour)
	last := post("newest", 0)
	for _, test := range []struct {
		before time.Time
		want   string
	}{{last.Add(time.Microsecond), "newest"}, {last, "newer"}, {first, ""}} {
		found, err := store.NewestPostedBefore(t.Context(), test.before)
		if found.PaymentID != test.want || errors.Is(err, ledger.ErrNotFound) != (test.want == "") {
			t.Errorf("before %s: %q, error %v, want %q", test.before, found.PaymentID, err, test.want)
		}
	}
}

// Whatever is posted, in whatever order and however often, the ledger balances and has each payment's first content.
func TestTrialBalanceIsZeroAfterRandomPostings(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 2)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		first := map[string]payment.Money{}
		transactions := map[string]string{}
		for range rapid.IntRange(1, 12).Draw(t, "posts") {
			p := posting(name(name("run", run), rapid.IntRange(1, 5).Draw(t, "payment")),
				rapid.Int64Range(1, payment.MaxMinorUnits).Draw(t, "minor units"),
				rapid.SampledFrom([]string{"USD", "JPY", "BHD"}).Draw(t, "currency"))
			money, known := first[p.PaymentID]
			if known {
				p.TransactionID = transactions[p.PaymentID]
				if rapid.Bool().Draw(t, "repeat") {
					p.Money = money
				}
			}
			result, err := store.Post(t.Context(), p)
			switch {
			case !known:
				if err != nil || !result.Posted {
					t.Fatalf("first post: %+v, error %v", result, err)
				}
				first[p.PaymentID], transactions[p.PaymentID] = p.Money, p.TransactionID
			case p.Money == money:
				if err != nil || result.Posted {
					t.Fatalf("repeated post: %+v, error %v", result, err)
				}
			case !errors.Is(err, payment.ErrMismatch):
				t.Fatalf("other content: error %v", err)
			}
		}
		for id, money := range first {
			found, err := store.Payment(t.Context(), id)
			if err != nil || found.Money != money {
				t.Fatalf("payment %s is %+v, error %v, first was %v", id, found, err, money)
			}
		}
		totals, err := store.TrialBalance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, total := range totals {
			if total.Money.MinorUnits != 0 || total.Entries != 2*total.Payments {
				t.Fatalf("trial balance %+v", total)
			}
		}
	})
}

// A function that answers other than a row a posting must not shift one payment's outcome to another.
func TestPostManyRefusesAnotherNumberOfRows(t *testing.T) {
	for name, rows := range map[string]int{"one more": 3, "one less": 1, "none": 0} {
		t.Run(name, func(t *testing.T) {
			database := postgrestest.Start(t)
			store := ledgertest.Open(t, database, 1)
			mustExec(t, open(t, database.AdminURL), fmt.Sprintf(`CREATE OR REPLACE FUNCTION ledger.post_many(
				p_payment_ids text[], p_transaction_ids uuid[], p_minor_units bigint[], p_currencies text[],
				p_regions text[], p_epoch bigint, p_accepted_at timestamptz[])
				RETURNS TABLE (place bigint, outcome text, detail text) LANGUAGE sql AS
				$$ SELECT g::bigint, 'posted', '' FROM generate_series(1, %d) g $$`, rows))
			outcomes, err := store.PostMany(t.Context(), []payment.Posting{posting("a", 1, "EUR"), posting("b", 2, "EUR")})
			if err == nil || !strings.Contains(err.Error(), "post_many answered") || len(outcomes) != 0 {
				t.Errorf("outcomes %v, error %v, want a refusal", outcomes, err)
			}
		})
	}
}
