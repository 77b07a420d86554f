package failovertest

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Establish makes a new world one that has run well for an hour: the Region has been active in epoch 1, and the payments
// have been completed and replicated, each when it was accepted.
func (w *World) Establish(region string, paid ...payment.Record) {
	began := w.Now.Add(-time.Hour)
	w.Lease = &control.Lease{Region: region, Epoch: 1, State: payment.LeaseActive, Holder: "earlier", UpdatedAt: w.Now, Version: 1}
	for i, event := range []control.Event{
		{Kind: "created"}, {Kind: "promoting"}, {Kind: "replay-started", Detail: map[string]string{"from": began.Format(time.RFC3339Nano)}},
		{Kind: "active"}, {Kind: "settled"},
	} {
		event.ID, event.At, event.Region, event.Epoch = event.Kind, began.Add(time.Duration(i)*time.Second), region, 1
		w.Events = append(w.Events, event)
	}
	book := w.Books[region]
	book.commit(entry{term: ledger.Term{Epoch: 1, Region: region}})
	for _, record := range paid {
		place := w.place(record.ID)
		record.Status, record.CompletedAt, record.PostedRegion = payment.StatusCompleted, record.CreatedAt, region
		w.sessions[place] = session{record: record, known: true, posted: true}
		posting := payment.Posting{
			PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money, Region: region, Epoch: 1, AcceptedAt: record.CreatedAt,
		}
		book.commit(entry{payment: ledger.Payment{Posting: posting, PostedAt: record.CreatedAt}, session: place})
	}
	w.Replicate(0)
}
