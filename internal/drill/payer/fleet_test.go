package payer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// book keeps receipts in memory.
type book struct {
	mutex    sync.Mutex
	receipts []receipt.Receipt
	// full makes Append fail from so many receipts on; 0 is never.
	full int
}

func (b *book) Append(one receipt.Receipt) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.full > 0 && len(b.receipts) >= b.full {
		return errors.New("no space left")
	}
	b.receipts = append(b.receipts, one)
	return nil
}

// service answers every payment after a delay, and nobody while it is down.
type service struct {
	mutex    sync.Mutex
	book     *book
	delay    time.Duration
	downFrom time.Time
	downTo   time.Time
	sent     []receipt.Payment
	// early are payments that reached the service before they were written down.
	early  []string
	answer func(receipt.Payment) receipt.Answer
	closed int
}

func (s *service) Send(ctx context.Context, asked receipt.Payment) receipt.Answer {
	s.book.mutex.Lock()
	known := slices.ContainsFunc(s.book.receipts, func(r receipt.Receipt) bool { return r.Kind == receipt.Asked && r.ID == asked.ID })
	s.book.mutex.Unlock()
	s.mutex.Lock()
	s.sent = append(s.sent, asked)
	if !known {
		s.early = append(s.early, asked.ID)
	}
	down := !time.Now().Before(s.downFrom) && time.Now().Before(s.downTo)
	s.mutex.Unlock()
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return receipt.Answer{Outcome: receipt.Unknown, Class: "timeout"}
	}
	if down {
		return receipt.Answer{Outcome: receipt.Unknown, Class: "connection refused"}
	}
	if s.answer != nil {
		return s.answer(asked)
	}
	return receipt.Answer{Outcome: receipt.Success, TransactionID: "t-" + asked.ID}
}

func (s *service) Close() { s.closed++ }

func options(kept *book, senders ...payer.Sender) payer.Options {
	o := payer.Options{Run: "r1", Seed: 7, Receipts: kept, Rates: map[receipt.PayerKind]float64{receipt.DNS: 10}}
	for i, one := range senders {
		o.Payers = append(o.Payers, payer.Payer{Name: fmt.Sprintf("dns-%d", i), Kind: receipt.DNS, Sender: one})
	}
	return o
}

func start(t *testing.T, o payer.Options) *payer.Fleet {
	t.Helper()
	fleet, err := payer.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return fleet
}

func TestAStallIsSeenAsLatencyAndNotAsFewerPayments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &book{}
		from := &service{book: kept, delay: 20 * time.Millisecond, downFrom: time.Now().Add(10 * time.Second), downTo: time.Now().Add(30 * time.Second)}
		fleet := start(t, options(kept, from, from))
		time.Sleep(60*time.Second - time.Millisecond)
		fleet.Stop()
		if err := fleet.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		count := fleet.Tally()[receipt.DNS]
		// 10 a second for a minute, due whether or not the service answered.
		if count.Asked != 600 || count.Acknowledged != 600 || count.Waiting() != 0 {
			t.Errorf("counted %+v", count)
		}
		// The first payment of the outage waited for all of it.
		if count.Max < 20*time.Second || count.Max > 20*time.Second+2*time.Second+time.Second {
			t.Errorf("slowest payment took %v, the outage was 20 s", count.Max)
		}
		// A third of all payments were due in the outage: p50 is of the others, p99 is of those.
		if count.P50 > 21*time.Millisecond || count.P99 < 18*time.Second {
			t.Errorf("p50 %v, p99 %v", count.P50, count.P99)
		}
		for i, one := range slices.DeleteFunc(slices.Clone(kept.receipts), func(r receipt.Receipt) bool { return r.Kind != receipt.Asked }) {
			if want := fleet.Began().Add(time.Duration(i) * 100 * time.Millisecond); !one.Due.Equal(want) || one.Payer != fmt.Sprintf("dns-%d", i%2) {
				t.Fatalf("payment %d was due at %v of %s, want %v", i, one.Due, one.Payer, want)
			}
		}
		if len(from.early) > 0 {
			t.Errorf("%d payments were sent before they were written down", len(from.early))
		}
		if from.closed != 2 {
			t.Errorf("senders were closed %d times", from.closed)
		}
	})
}

// pool counts the requests that are under way at once, and the most that were.
type pool struct {
	service
	mutex     sync.Mutex
	now, most int
}

func (p *pool) Send(ctx context.Context, asked receipt.Payment) receipt.Answer {
	p.mutex.Lock()
	p.now++
	p.most = max(p.most, p.now)
	p.mutex.Unlock()
	defer func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.now--
	}()
	return p.service.Send(ctx, asked)
}

// A payer has a pool of connections: what is due beyond it waits, and that is latency.
func TestAPayerHasNoMoreRequestsUnderWayThanItMay(t *testing.T) {
	for _, test := range []struct {
		may, most int
		slowest   time.Duration
	}{{0, payer.DefaultInFlight, 0}, {2, 2, 0}, {50, 20, 1950 * time.Millisecond}} {
		synctest.Test(t, func(t *testing.T) {
			kept := &book{}
			slow := &pool{service: service{book: kept, delay: 1950 * time.Millisecond}}
			o := options(kept, slow)
			o.InFlight = test.may
			fleet := start(t, o)
			time.Sleep(4*time.Second - time.Millisecond)
			fleet.Stop()
			if err := fleet.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			count := fleet.Tally()[receipt.DNS]
			if slow.most != test.most || count.Acknowledged != 40 {
				t.Errorf("may %d: %d at once, want %d; %+v", test.may, slow.most, test.most, count)
			}
			// The last of 40 payments, due at 3.9 s, ends when all have passed in rounds of the delay.
			least := slow.delay*time.Duration(40/slow.most) - 3900*time.Millisecond
			if slowest := max(least, test.slowest); count.Max < slowest {
				t.Errorf("may %d: slowest payment took %v, want %v or more", test.may, count.Max, slowest)
			}
		})
	}
}

func TestAPaymentIsSentWithTheSameIDUntilItIsAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &book{}
		from := &service{book: kept, downFrom: time.Now(), downTo: time.Now().Add(time.Minute)}
		o := options(kept, from)
		o.Rates[receipt.DNS] = 0.001
		o.Random = func() float64 { return 1 }
		fleet := start(t, o)
		time.Sleep(time.Second)
		if err := fleet.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		var pauses []string
		for i, one := range kept.receipts[2:] {
			pauses = append(pauses, one.Sent.Sub(kept.receipts[1+i].Ended).String())
			if one.ID != kept.receipts[0].ID || one.Try != i+2 {
				t.Errorf("try %d is of %s, try %d", i+2, one.ID, one.Try)
			}
		}
		if got := strings.Join(pauses[:7], " "); got != "100ms 200ms 400ms 800ms 1.6s 2s 2s" {
			t.Errorf("pauses %s", got)
		}
		if last := kept.receipts[len(kept.receipts)-1]; !last.Acknowledged() {
			t.Errorf("last receipt %+v", last)
		}
	})
}

func TestWhatIsNotAcknowledgedAtTheEndIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &book{}
		from := &service{book: kept, delay: time.Hour}
		fleet := start(t, options(kept, from))
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := fleet.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		for _, one := range kept.receipts {
			if one.Kind == receipt.Answered && (one.Class != "given up" || one.Outcome != receipt.Unknown) {
				t.Errorf("receipt %+v", one)
			}
		}
		if waiting := fleet.Tally()[receipt.DNS].Waiting(); waiting < 10 {
			t.Errorf("%d payments wait", waiting)
		}
	})
}

func TestRefusedAndContradictedPaymentsAreNotTriedAgain(t *testing.T) {
	for _, outcome := range []receipt.Outcome{receipt.Refused, receipt.Contradicted} {
		synctest.Test(t, func(t *testing.T) {
			kept := &book{}
			from := &service{book: kept, answer: func(receipt.Payment) receipt.Answer { return receipt.Answer{Outcome: outcome} }}
			fleet := start(t, options(kept, from))
			time.Sleep(950 * time.Millisecond)
			if err := fleet.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if count := fleet.Tally()[receipt.DNS]; len(from.sent) != 10 || count.Refused+count.Contradicted != 10 || count.Failed != 10 {
				t.Errorf("%s: %d sent, counted %+v", outcome, len(from.sent), count)
			}
		})
	}
}

func TestWithoutReceiptsTheLoadEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &book{full: 7}
		fleet := start(t, options(kept, &service{book: kept}))
		time.Sleep(time.Minute)
		count := fleet.Tally()[receipt.DNS]
		if err := fleet.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("error %v", err)
		}
		if counted := count.Asked + count.Acknowledged; counted != 7 {
			t.Errorf("%d receipts were counted, 7 are kept", counted)
		}
	})
}

func TestASeedPlaysTheSameLoadAgain(t *testing.T) {
	play := func(seed uint64) (load []string) {
		synctest.Test(t, func(t *testing.T) {
			kept := &book{}
			o := options(kept, &service{book: kept}, &service{book: kept})
			o.Payers[1].Name, o.Payers[1].Kind = "client-0", receipt.Client
			o.Rates[receipt.Client] = 5
			o.Seed, o.Copies = seed, 0.3
			fleet := start(t, o)
			time.Sleep(time.Minute + time.Millisecond)
			if err := fleet.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, one := range kept.receipts {
				if one.Kind == receipt.Asked {
					load = append(load, fmt.Sprint(one.Due.Sub(fleet.Began()), one.Payer, one.Payment, one.Copy))
				}
			}
		})
		slices.Sort(load)
		return load
	}
	first := play(7)
	if !slices.Equal(first, play(7)) {
		t.Error("one seed played two loads")
	}
	if slices.Equal(first, play(8)) {
		t.Error("two seeds played one load")
	}
}

func TestCopiesAreSentByAllPayersWithTheSameContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &book{}
		o := options(kept, &service{book: kept}, &service{book: kept})
		o.Payers[1].Name, o.Payers[1].Kind = "client-0", receipt.Client
		o.Rates[receipt.Client] = 10
		o.Copies = 0.25
		fleet := start(t, o)
		time.Sleep(100 * time.Second)
		if err := fleet.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		paid, ways, currencies := map[string]receipt.Payment{}, map[string]int{}, map[string]int{}
		payers := map[string]receipt.PayerKind{}
		for _, one := range kept.receipts {
			if one.Kind == receipt.Asked && !one.Copy {
				paid[one.ID], payers[one.ID] = one.Payment, one.PayerKind
				currencies[one.Currency]++
			}
		}
		for _, one := range kept.receipts {
			if one.Copy && one.Kind == receipt.Asked {
				ways[fmt.Sprintf("%s->%s", payers[one.ID], one.PayerKind)]++
				if paid[one.ID] != one.Payment {
					t.Errorf("copy of %+v asks for %+v", paid[one.ID], one.Payment)
				}
			}
		}
		// 2,000 payments, a quarter twice, those of the last seconds not any more; a way is as likely as another.
		if want := []string{"client->client", "client->dns", "dns->client", "dns->dns"}; !slices.Equal(slices.Sorted(maps.Keys(ways)), want) {
			t.Errorf("copies went %v", ways)
		}
		for way, times := range ways {
			if times < 70 || times > 160 {
				t.Errorf("%d copies went %s", times, way)
			}
		}
		if len(currencies) != 4 || len(paid) < 1999 || len(paid) > 2002 {
			t.Errorf("%d payments in %v", len(paid), currencies)
		}
		if count := fleet.Tally()[receipt.DNS]; count.Asked > 1001 {
			t.Errorf("copies are counted as payments: %+v", count)
		}
	})
}

// tattler learns something after it has answered.
type tattler struct{ service }

func (t *tattler) Late() []payer.Late {
	return []payer.Late{{PaymentID: "r1.dns.000000", At: time.Now(), Answer: receipt.Answer{Outcome: receipt.Contradicted, TransactionID: "other"}}}
}

func TestWhatAPayerLearnsLateIsAReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &book{}
		fleet := start(t, options(kept, &tattler{service{book: kept}}))
		time.Sleep(time.Second)
		if err := fleet.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if last := kept.receipts[len(kept.receipts)-1]; last.Outcome != receipt.Contradicted || last.TransactionID != "other" {
			t.Errorf("last receipt %+v", last)
		}
	})
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	kept := &book{}
	tests := map[string]struct {
		change func(*payer.Options)
		want   string
	}{
		"no run":         {func(o *payer.Options) { o.Run = "" }, "missing"},
		"no receipts":    {func(o *payer.Options) { o.Receipts = nil }, "missing"},
		"same name":      {func(o *payer.Options) { o.Payers[1].Name = o.Payers[0].Name }, "not its own"},
		"no such payers": {func(o *payer.Options) { o.Rates[receipt.Client] = 1 }, "none of them"},
		"no rate":        {func(o *payer.Options) { o.Rates = nil }, "no rate"},
		"rate of zero":   {func(o *payer.Options) { o.Rates[receipt.DNS] = 0 }, "rate of dns"},
		"share of two":   {func(o *payer.Options) { o.Copies = 2 }, "share of copies"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := options(kept, &service{book: kept}, &service{book: kept})
			test.change(&o)
			if _, err := payer.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
