package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func record(id string, age time.Duration, status payment.Status) payment.Record {
	return payment.Record{
		Payment: payment.Payment{ID: id, Money: payment.Money{MinorUnits: 1234, Currency: "USD"}}, TransactionID: "transaction of " + id,
		Status: status, Region: "us-east-1", Epoch: 7, CreatedAt: noon.Add(-age),
	}
}

func posting(r payment.Record, age time.Duration) ledger.Payment {
	return ledger.Payment{
		Posting:  payment.Posting{PaymentID: r.ID, TransactionID: r.TransactionID, Money: r.Money, Region: r.Region, Epoch: 7, AcceptedAt: r.CreatedAt},
		PostedAt: noon.Add(-age),
	}
}

// Each row is one payment, and what it is for the active, the standby and a restored ledger that lack or have it.
func TestOnePayment(t *testing.T) {
	const same, excused = "same", "excused"
	old := record("a", time.Hour, payment.StatusCompleted)
	for _, row := range []struct {
		name                      string
		record                    *payment.Record
		active, standby, restored *ledger.Payment
		want                      [3]string // "": it is not counted
	}{
		{"everywhere", &old, at(posting(old, time.Hour)), at(posting(old, time.Hour)), at(posting(old, time.Hour)), [3]string{same, same, same}},
		{"completed and nowhere", &old, nil, nil, nil, [3]string{"missing", excused, excused}},
		{"not replicated for an hour", &old, at(posting(old, time.Hour)), nil, nil, [3]string{same, "missing", excused}},
		{"posted just now", &old, at(posting(old, time.Second)), nil, nil, [3]string{same, excused, excused}},
		{"only in the restored one", &old, nil, nil, at(posting(old, time.Hour)), [3]string{"missing", excused, same}},
		{"pending for an hour", at(record("a", time.Hour, payment.StatusProcessing)), nil, nil, nil, [3]string{"missing", excused, excused}},
		{"pending for a moment", at(record("a", time.Second, payment.StatusProcessing)), nil, nil, nil, [3]string{excused, excused, excused}},
		{"completed a moment ago and nowhere", at(record("a", time.Second, payment.StatusCompleted)), nil, nil, nil, [3]string{"missing", excused, excused}},
		{"not in the journal", nil, at(posting(old, time.Hour)), at(posting(old, time.Hour)), at(posting(old, time.Hour)), [3]string{"extra", "extra", "extra"}},
		{"another amount", &old, with(posting(old, time.Hour), func(p *ledger.Payment) { p.Money.MinorUnits = 1 }), at(posting(old, time.Hour)), nil, [3]string{"mismatch", same, excused}},
		{"another transaction", &old, at(posting(old, time.Hour)), at(posting(old, time.Hour)), with(posting(old, time.Hour), func(p *ledger.Payment) { p.TransactionID = "x" }), [3]string{same, same, "mismatch"}},
		{"another region", &old, with(posting(old, time.Hour), func(p *ledger.Payment) { p.Region = "us-west-2" }), at(posting(old, time.Hour)), nil, [3]string{"mismatch", same, excused}},
		{"another time", &old, with(posting(old, time.Hour), func(p *ledger.Payment) { p.AcceptedAt = p.AcceptedAt.Add(time.Microsecond) }), at(posting(old, time.Hour)), nil, [3]string{"mismatch", same, excused}},
		{"another epoch", &old, with(posting(old, time.Hour), func(p *ledger.Payment) { p.Epoch = 9 }), at(posting(old, time.Hour)), nil, [3]string{same, same, excused}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := span{records: map[string]payment.Record{}, posted: map[string]map[string]ledger.Payment{}, active: "active"}
			if row.record != nil {
				s.records["a"] = *row.record
			}
			for name, posted := range map[string]*ledger.Payment{"active": row.active, "standby": row.standby, "restored": row.restored} {
				s.posted[name] = map[string]ledger.Payment{}
				if posted != nil {
					s.posted[name]["a"] = *posted
				}
			}
			for i, role := range []Role{Active, Standby, Restored} {
				tally := Tally{Name: string(role), Role: role}
				found := compare(s, &tally, noon)
				got := map[string]int{same: tally.Same, excused: tally.Excused, "missing": tally.Missing, "extra": tally.Extra, "mismatch": tally.Mismatch}
				for what, count := range got {
					if (count == 1) != (what == row.want[i]) || count > 1 {
						t.Errorf("%s: %+v, want %q", role, tally, row.want[i])
					}
				}
				bad := row.want[i] != same && row.want[i] != excused
				if (len(found) == 1) != bad || bad && (string(found[0].Kind) != row.want[i] || found[0].PaymentID != "a" || found[0].Detail == "" || found[0].Ledger != string(role)) {
					t.Errorf("%s: found %+v, want %q", role, found, row.want[i])
				}
			}
		})
	}
}

func at[T any](value T) *T { return &value }

func with(p ledger.Payment, change func(*ledger.Payment)) *ledger.Payment { change(&p); return &p }

func TestStandbyWithoutItsActive(t *testing.T) {
	for age, missing := range map[time.Duration]int{time.Hour: 1, time.Second: 0} {
		s := span{records: map[string]payment.Record{"a": record("a", age, payment.StatusCompleted)}, posted: map[string]map[string]ledger.Payment{"standby": {}}}
		tally := Tally{Name: "standby", Role: Standby}
		if compare(s, &tally, noon); tally.Missing != missing {
			t.Errorf("%s old: %+v", age, tally)
		}
	}
}

func TestFindingsAreInOrderAndSayWhatDiffers(t *testing.T) {
	a, b := record("b", time.Hour, payment.StatusCompleted), record("a", time.Hour, payment.StatusCompleted)
	c := record("c", 2*time.Hour, payment.StatusCompleted)
	wrong := posting(c, time.Hour)
	wrong.Money.MinorUnits, wrong.TransactionID = 99, "other"
	s := span{records: map[string]payment.Record{"b": a, "a": b, "c": c}, posted: map[string]map[string]ledger.Payment{"active": {"c": wrong}}, active: "active"}
	found := compare(s, &Tally{Name: "active", Role: Active}, noon)
	if len(found) != 3 || found[0].PaymentID != "c" || found[1].PaymentID != "a" || found[2].PaymentID != "b" {
		t.Fatalf("found %+v", found)
	}
	for _, part := range []string{"money: journal 12.34 USD, ledger 0.99 USD", "transaction: journal transaction of c, ledger other"} {
		if !strings.Contains(found[0].Detail, part) {
			t.Errorf("%q does not say %q", found[0].Detail, part)
		}
	}
}
