package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// book is a journal or a ledger in memory; fault answers a call by its name and how often it was made.
type book struct {
	records map[string]payment.Record
	posted  map[string]ledger.Payment
	fault   func(call string, times int) error
	calls   map[string]int
}

func newBook() *book {
	return &book{records: map[string]payment.Record{}, posted: map[string]ledger.Payment{}, fault: func(string, int) error { return nil }, calls: map[string]int{}}
}

func (b *book) call(name string) error {
	b.calls[name]++
	return b.fault(name, b.calls[name])
}

// oneJournal makes its calls from many goroutines, so only the listing counts.
type oneJournal struct{ *book }

func (j oneJournal) Get(_ context.Context, id string) (payment.Record, error) {
	if found, ok := j.records[id]; ok {
		if found.Fingerprint == "corrupt" {
			return payment.Record{}, payment.ErrRecordCorrupt
		}
		return found, nil
	}
	return payment.Record{}, payment.ErrRecordNotFound
}

func (j oneJournal) ListCreated(_ context.Context, from, to time.Time) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		if err := j.call("list"); err != nil {
			yield(journal.Entry{}, err)
			return
		}
		for _, r := range j.records {
			if !r.CreatedAt.Before(from) && r.CreatedAt.Before(to) && !yield(journal.Entry{PaymentID: r.ID, CreatedAt: r.CreatedAt}, nil) {
				return
			}
		}
	}
}

type oneLedger struct{ *book }

func (l oneLedger) Payment(_ context.Context, id string) (ledger.Payment, error) {
	if err := l.call("payment"); err != nil {
		return ledger.Payment{}, err
	}
	found, ok := l.posted[id]
	if !ok {
		return ledger.Payment{}, ledger.ErrNotFound
	}
	return found, nil
}

func (l oneLedger) ListPostedSince(_ context.Context, since time.Time) iter.Seq2[ledger.Payment, error] {
	return func(yield func(ledger.Payment, error) bool) {
		if err := l.call("list"); err != nil {
			yield(ledger.Payment{}, err)
			return
		}
		var sorted []ledger.Payment
		for _, p := range l.posted {
			sorted = append(sorted, p)
		}
		slices.SortFunc(sorted, func(a, b ledger.Payment) int {
			return cmp.Or(a.AcceptedAt.Compare(b.AcceptedAt), cmp.Compare(a.PaymentID, b.PaymentID))
		})
		for _, p := range sorted {
			if !p.AcceptedAt.Before(since) && !yield(p, nil) {
				return
			}
		}
	}
}

// PostMany posts under any epoch but one that is over.
func (l oneLedger) PostMany(_ context.Context, postings []payment.Posting) ([]ledger.PostOutcome, error) {
	outcomes := make([]ledger.PostOutcome, len(postings))
	for i, p := range postings {
		if err := l.call("post"); err != nil {
			outcomes[i].Err = err
			continue
		}
		l.posted[p.PaymentID] = ledger.Payment{Posting: p, PostedAt: noon}
		outcomes[i].Posted = true
	}
	return outcomes, nil
}

type oneLease []control.Lease

func (l *oneLease) Load(context.Context) (control.Lease, error) {
	first := (*l)[0]
	if len(*l) > 1 {
		*l = (*l)[1:]
	}
	return first, nil
}

func options(journal, active, standby *book) Options {
	return Options{
		Journal: oneJournal{journal}, From: noon.Add(-24 * time.Hour), To: noon, Now: func() time.Time { return noon },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Sides: []Side{
			{Tally: Tally{Name: "active", Region: "us-east-1", Role: Active}, Store: oneLedger{active}},
			{Tally: Tally{Name: "standby", Region: "us-west-2", Role: Standby}, Store: oneLedger{standby}},
		},
	}
}

// A day of payments, one a minute, of which the active ledger lacks every tenth.
func day() (journal, active, standby *book) {
	journal, active, standby = newBook(), newBook(), newBook()
	for i := range 1430 {
		r := record(fmt.Sprintf("p%04d", i), time.Duration(1439-i)*time.Minute+2*time.Minute, payment.StatusCompleted)
		r.CreatedAt = noon.Add(-24*time.Hour + time.Duration(i)*time.Minute)
		journal.records[r.ID] = r
		if i%10 != 0 {
			active.posted[r.ID], standby.posted[r.ID] = posting(r, time.Hour), posting(r, time.Hour)
		}
	}
	return journal, active, standby
}

func TestADayIsComparedInSpans(t *testing.T) {
	journal, active, standby := day()
	run := options(journal, active, standby)
	var told []time.Time
	run.Progress = func(until time.Time, _ int) { told = append(told, until) }
	report, err := Run(t.Context(), run)
	if err != nil || report.Payments != 1430 || len(report.Findings) != 143 || report.Ledgers[0].Missing != 143 || report.Ledgers[1].Excused != 143 || report.Ledgers[1].Same != 1287 {
		t.Fatalf("error %v, report of %d payments, %d findings, %+v", err, report.Payments, len(report.Findings), report.Ledgers)
	}
	if len(told) < 4 || len(told) > 12 || !told[len(told)-1].Equal(noon) {
		t.Errorf("spans end at %v", told)
	}
	if report.Open() != 143 {
		t.Errorf("%d are open", report.Open())
	}
}

func TestAnotherSpanAndAnotherRange(t *testing.T) {
	journal, active, standby := newBook(), newBook(), newBook()
	for id, age := range map[string]time.Duration{"within": 2 * time.Hour, "before": 30 * time.Hour} {
		r := record(id, age, payment.StatusCompleted)
		journal.records[id] = r
		p := posting(r, time.Hour)
		p.AcceptedAt = noon.Add(-20 * time.Hour)
		active.posted[id] = p
	}
	report, err := Run(t.Context(), options(journal, active, standby))
	if err != nil || len(report.Findings) != 2 || report.Ledgers[0].Mismatch != 2 || report.Ledgers[0].Missing != 0 {
		t.Errorf("error %v, findings %+v, %+v", err, report.Findings, report.Ledgers)
	}
}

func TestFaultsOfOneSide(t *testing.T) {
	broken := errors.New("connection reset")
	for name, test := range map[string]struct {
		fault func(journal, active, standby *book)
		check func(report Report, err error) bool
	}{
		"the journal": {func(j, _, _ *book) { j.fault = func(string, int) error { return broken } }, func(_ Report, err error) bool { return errors.Is(err, broken) }},
		"the active ledger on the way": {func(_, a, _ *book) {
			a.fault = func(_ string, times int) error {
				return map[bool]error{true: broken}[times > 3]
			}
		}, func(r Report, err error) bool {
			return err == nil && strings.Contains(r.Ledgers[0].Problem, "reset") && r.Ledgers[1].Problem == "" && r.Ledgers[1].Same == 1287
		}},
		"the standby at once": {func(_, _, s *book) { s.fault = func(string, int) error { return broken } }, func(r Report, err error) bool {
			return err == nil && r.Ledgers[0].Missing == 143 && r.Ledgers[1].Problem != "" && r.Ledgers[1].Same == 0
		}},
		"a record that cannot be read": {func(j, _, _ *book) { r := j.records["p0001"]; r.Fingerprint = "corrupt"; j.records["p0001"] = r }, func(r Report, err error) bool {
			return err == nil && r.Findings[0].Kind == Corrupt && r.Findings[0].PaymentID == "p0001" && r.Payments == 1430
		}},
	} {
		t.Run(name, func(t *testing.T) {
			journal, active, standby := day()
			test.fault(journal, active, standby)
			report, err := Run(t.Context(), options(journal, active, standby))
			if !test.check(report, err) {
				t.Errorf("error %v, ledgers %+v, first finding %+v", err, report.Ledgers, report.Findings[:min(1, len(report.Findings))])
			}
		})
	}
}

func TestRepairPostsInTheTermThatHolds(t *testing.T) {
	holds := control.Lease{Region: "us-east-1", Epoch: 9, State: payment.LeaseActive}
	next := holds
	next.Epoch, next.Region = 10, "us-west-2"
	draining := holds
	draining.State = payment.LeaseDraining
	for name, test := range map[string]struct {
		lease  oneLease
		fault  func(call string, times int) error
		posted int
		over   bool
	}{
		"all":                             {oneLease{holds}, nil, 143, false},
		"the lease moves on the way":      {oneLease{holds, holds, next}, nil, 100, true},
		"the term drains":                 {oneLease{holds, draining}, nil, 0, true},
		"the ledger has seen a newer one": {oneLease{holds}, func(call string, times int) error { return payment.ErrFenced }, 0, true},
		"it is fenced on the way": {oneLease{holds}, func(call string, times int) error {
			return map[bool]error{true: payment.ErrFenced}[call == "post" && times > 120]
		}, 120, true},
		"one is refused": {oneLease{holds}, func(call string, times int) error {
			return map[bool]error{true: payment.ErrMismatch}[call == "post" && times == 3]
		}, 142, false},
	} {
		t.Run(name, func(t *testing.T) {
			journal, active, standby := day()
			run := options(journal, active, standby)
			report, err := Run(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			if test.fault != nil {
				active.calls, active.fault = map[string]int{}, test.fault
			}
			posted, err := Repair(t.Context(), run, &report, report.Ledgers[0], &test.lease, oneLedger{active})
			if posted != test.posted || errors.Is(err, ErrTermOver) != test.over || err != nil && !test.over {
				t.Errorf("posted %d, error %v", posted, err)
			}
			if open := report.Open(); open != 143-test.posted {
				t.Errorf("%d are open", open)
			}
			for id, p := range active.posted {
				if p.Epoch != 9 && p.Epoch != 7 {
					t.Errorf("%s was posted in epoch %d", id, p.Epoch)
				}
			}
		})
	}
}
