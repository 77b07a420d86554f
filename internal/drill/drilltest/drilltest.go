// Package drilltest makes up the evidence of a drill, as a real one would leave it, for tests of reports and for their
// pictures. Nothing in it ran.
package drilltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// The Regions and times of the drill, which begins at Began.
const (
	East, West = "us-east-1", "us-west-2"
	FaultAfter = 40 * time.Second
	LoadFor    = 150 * time.Second
	// Lag is how much the ledger's replication is behind when the East is lost.
	Lag = 700 * time.Millisecond
)

// What happens after the fault.
const (
	flips    = 20800 * time.Millisecond // the health check
	changes  = 23100 * time.Millisecond // DNS's answer
	claims   = 16400 * time.Millisecond
	writes   = 25900 * time.Millisecond // the West's ledger
	active   = 29600 * time.Millisecond
	dnsTTL   = 10 * time.Second
	settles  = 41 * time.Second
	dnsRate  = 24.0
	apiRate  = 16.0
	payers   = 16
	clients  = 8
	hedge    = 500 * time.Millisecond
	interval = time.Second
	copies   = 0.1
)

// Began is when the load starts.
var Began = time.Date(2026, 11, 23, 14, 3, 20, 0, time.UTC)

// Evidence is what the drill left.
type Evidence struct {
	Receipts      []receipt.Receipt
	Before, After check.Stores
	Events        []event.Event
	Fault, End    time.Time
}

// world makes the evidence up.
type world struct {
	random   *rand.Rand
	fault    time.Time
	evidence Evidence
}

// RegionLoss is a drill in which the East is killed and the West takes over; a seed gives always the same.
func RegionLoss(seed uint64) Evidence {
	w := &world{random: rand.New(rand.NewPCG(seed, 1)), fault: Began.Add(FaultAfter)}
	w.evidence = Evidence{Fault: w.fault, End: Began.Add(LoadFor + 15*time.Second), Events: w.events()}
	w.evidence.After.Epochs = []check.Epoch{
		{Number: 0, RaisedAt: Began.Add(-time.Hour)}, {Number: 1, Region: East, RaisedAt: Began.Add(-time.Hour)},
		{Number: 2, Region: West, RaisedAt: w.fault.Add(writes)},
	}
	w.earlier(1204)
	for n := range int(LoadFor.Seconds() * dnsRate) {
		w.payDNS(n)
	}
	for n := range int(LoadFor.Seconds() * apiRate) {
		w.payClient(n)
	}
	slices.SortStableFunc(w.evidence.Receipts, func(a, b receipt.Receipt) int { return a.At().Compare(b.At()) })
	return w.evidence
}

func (w *world) events() []event.Event {
	at := func(after time.Duration, kind event.Kind, region, detail string) event.Event {
		return event.Event{At: w.fault.Add(after), Kind: kind, Region: region, Detail: detail}
	}
	return []event.Event{
		at(-FaultAfter, event.LoadStarted, "", "16 DNS payers, 24 a second; 8 client/ payers, 16 a second"),
		at(0, event.FaultInjected, East, "kill -9 of the Region's process tree"),
		at(claims, event.LeaseClaimed, West, "epoch 2, reason lease has not moved for 15s"),
		at(claims+80*time.Millisecond, event.Promoting, West, "epoch 2"),
		at(claims+300*time.Millisecond, event.PromoteCalled, West, "epoch 2"),
		at(flips, event.HealthChanged, East, event.UnhealthyDetail),
		at(changes, event.DNSChanged, West, "api.payment-dr-dev-test.pay.example.net"),
		at(writes, event.LedgerWritable, West, "epoch 2, ledgerEpoch 1, ledgerRegion us-east-1"),
		at(writes+40*time.Millisecond, event.ReplayStarted, West, "epoch 2"),
		at(active, event.TermActive, West, "epoch 2, replayed 560"),
		at(settles, event.TermSettled, West, "epoch 2, posted 0"),
		at(LoadFor-FaultAfter, event.LoadStopped, "", "everything acknowledged"),
	}
}

// latency is a Region's: from the East a local quorum, from the West one across the continent.
func (w *world) latency(region string) time.Duration {
	median := 92.0
	if region == West {
		median = 148
	}
	return time.Duration(median * math.Exp(w.random.NormFloat64()*0.22) * float64(time.Millisecond))
}

// sending is one payment by one payer.
func (w *world) sending(kind receipt.PayerKind, n, of int, rate float64) receipt.Receipt {
	currency := payer.DefaultCurrencies[w.random.IntN(4)]
	units := int64(math.Exp(w.random.Float64() * math.Log(1_000_000)))
	asked := receipt.Receipt{
		Kind: receipt.Asked, Payer: fmt.Sprintf("%s-%02d", kind, n%of), PayerKind: kind,
		Due: Began.Add(time.Duration(float64(n) / rate * float64(time.Second))),
		Payment: receipt.Payment{ID: fmt.Sprintf("20261123-1403.%s.%06d", kind, n), MinorUnits: units, Currency: currency.Code,
			Amount: client.FormatMinorUnits(units, currency.Decimals)},
	}
	w.evidence.Receipts = append(w.evidence.Receipts, asked)
	return asked
}

// attempt adds one attempt, and gives when it ended.
func (w *world) attempt(asked receipt.Receipt, try int, sent time.Time, took time.Duration, answer receipt.Answer) time.Time {
	asked.Kind, asked.Try, asked.Sent, asked.Ended, asked.Answer = receipt.Answered, try, sent, sent.Add(took), answer
	if asked.Requests == 0 {
		asked.Requests = 1
	}
	w.evidence.Receipts = append(w.evidence.Receipts, asked)
	return asked.Ended
}

// payDNS tries until the payer's own resolver leads to the West.
func (w *world) payDNS(n int) {
	asked := w.sending(receipt.DNS, n, payers, dnsRate)
	follows := w.fault.Add(changes + time.Duration(float64(n%payers)/payers*float64(dnsTTL)))
	sent, pause := asked.Due, 100*time.Millisecond
	for try := 1; ; try++ {
		switch took := w.latency(East); {
		case sent.Add(took).Before(w.fault):
			w.accept(asked, try, sent, took, East, receipt.Answer{Address: "127.1.1.1"})
			return
		case sent.Before(w.fault):
			sent = w.attempt(asked, try, sent, w.fault.Sub(sent), receipt.Answer{Outcome: receipt.Unknown, Class: "connection reset", Address: "127.1.1.1"})
		case sent.Before(follows):
			sent = w.attempt(asked, try, sent, time.Millisecond, receipt.Answer{Outcome: receipt.Unknown, Class: "connection refused", Address: "127.1.1.1"})
		default:
			w.accept(asked, try, sent, w.latency(West), West, receipt.Answer{Address: "127.1.2.1"})
			return
		}
		sent = sent.Add(time.Duration(w.random.Float64() * float64(pause)))
		pause = min(2*pause, 4*time.Second)
	}
}

// payClient turns to the West at once, and hedges what was under way.
func (w *world) payClient(n int) {
	asked := w.sending(receipt.Client, n, clients, apiRate)
	switch took := w.latency(East); {
	case asked.Due.Add(took).Before(w.fault):
		w.accept(asked, 1, asked.Due, took, East, receipt.Answer{Requests: 1})
	case asked.Due.Before(w.fault):
		w.accept(asked, 1, asked.Due, hedge+w.latency(West), West, receipt.Answer{Requests: 2})
	case asked.Due.Sub(w.fault) < interval:
		w.accept(asked, 1, asked.Due, 60*time.Millisecond+w.latency(West), West, receipt.Answer{Requests: 2})
	default:
		w.accept(asked, 1, asked.Due, w.latency(West), West, receipt.Answer{Requests: 1})
	}
}

// accept acknowledges a payment in a Region and puts it into the stores that survive.
func (w *world) accept(asked receipt.Receipt, try int, sent time.Time, took time.Duration, region string, answer receipt.Answer) {
	ended := sent.Add(took)
	accepted, posted, epoch := sent.Add(took/3), sent.Add(2*took/3), int64(1)
	answer.Outcome, answer.Status = receipt.Success, 200
	switch {
	case region == West && accepted.Before(w.fault.Add(active)):
		// Kept in the journal until the replay.
		answer.Outcome, answer.Status, epoch = receipt.Processing, 202, 2
		posted = w.fault.Add(active - time.Duration(w.random.Float64()*float64(3*time.Second)))
		if posted.Before(ended) {
			posted = ended.Add(time.Duration(w.random.Float64() * float64(2*time.Second)))
		}
	case region == West:
		epoch = 2
	case w.fault.Sub(posted) < Lag:
		// The East's ledger had it, and replication had not brought it.
		posted, epoch = w.fault.Add(writes+time.Duration(w.random.Float64()*float64(time.Second))+50*time.Millisecond), 2
	}
	transaction := uuid.NewSHA1(uuid.NameSpaceOID, []byte(asked.ID)).String()
	answer.Region, answer.AcceptedBy, answer.TransactionID = region, region, transaction
	w.attempt(asked, try, sent, took, answer)
	if w.random.Float64() < copies {
		w.again(asked, slices.MaxFunc([]time.Time{ended, posted}, time.Time.Compare), answer)
	}
	stores := &w.evidence.After
	stores.Items = append(stores.Items, check.Item{PaymentID: asked.ID, TransactionID: transaction, Amount: asked.Amount, MinorUnits: asked.MinorUnits,
		Currency: asked.Currency, Region: region, Epoch: epoch, CreatedAt: accepted, Completed: true})
	stores.Payments = append(stores.Payments, check.Payment{PaymentID: asked.ID, TransactionID: transaction, MinorUnits: asked.MinorUnits,
		Currency: asked.Currency, Region: region, Epoch: epoch, AcceptedAt: accepted, PostedAt: posted})
	stores.Entries = append(stores.Entries,
		check.Entry{TransactionID: transaction, Account: "payer_receivable", MinorUnits: asked.MinorUnits, Currency: asked.Currency},
		check.Entry{TransactionID: transaction, Account: "merchant_payable", MinorUnits: -asked.MinorUnits, Currency: asked.Currency})
}

// again sends a payment a second time, by another payer, when it is long posted; the answer is from the journal.
func (w *world) again(asked receipt.Receipt, posted time.Time, answer receipt.Answer) {
	asked.Due, asked.Copy = posted.Add(time.Second+time.Duration(w.random.Float64()*float64(10*time.Second))), true
	answer.Outcome, answer.Status, answer.Replayed, answer.Requests, answer.Region, answer.Address = receipt.Success, 200, true, 1, West, ""
	asked.Payer, asked.PayerKind = fmt.Sprintf("%s-%02d", receipt.Client, w.random.IntN(clients)), receipt.Client
	took := w.latency(West)
	switch {
	case asked.Due.Add(took).Before(w.fault):
		answer.Region = East
	case asked.Due.Before(w.fault.Add(active)), asked.Due.After(Began.Add(LoadFor)):
		return
	}
	w.evidence.Receipts = append(w.evidence.Receipts, asked)
	w.attempt(asked, 1, asked.Due, took, answer)
}

// earlier puts payments of before the drill into the stores, all replicated long ago.
func (w *world) earlier(count int) {
	for n := range count {
		id := fmt.Sprintf("20261122-0900.dns.%06d", n)
		transaction := uuid.NewSHA1(uuid.NameSpaceOID, []byte(id)).String()
		at := Began.Add(-time.Duration(count-n) * time.Second)
		item := check.Item{PaymentID: id, TransactionID: transaction, Amount: "10.00", MinorUnits: 1000, Currency: "USD", Region: East, Epoch: 1, CreatedAt: at, Completed: true}
		row := check.Payment{PaymentID: id, TransactionID: transaction, MinorUnits: 1000, Currency: "USD", Region: East, Epoch: 1, AcceptedAt: at, PostedAt: at}
		entries := []check.Entry{{TransactionID: transaction, Account: "payer_receivable", MinorUnits: 1000, Currency: "USD"},
			{TransactionID: transaction, Account: "merchant_payable", MinorUnits: -1000, Currency: "USD"}}
		for _, stores := range []*check.Stores{&w.evidence.Before, &w.evidence.After} {
			stores.Items, stores.Payments, stores.Entries = append(stores.Items, item), append(stores.Payments, row), append(stores.Entries, entries...)
		}
	}
}
