package operatetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Journal is the journal as a Region has it, with time enough for a busy machine.
func (w *World) Journal(region string) *journal.Store {
	return journal.New(w.Tables.Client(w.T, region), JournalTable, journal.Options{AttemptTimeout: 5 * time.Second})
}

// NewRecord is a payment of 12.34 USD that was accepted a minute ago.
func NewRecord(id string) payment.Record {
	asked := payment.Payment{ID: id, Money: payment.Money{MinorUnits: 1234, Currency: "USD"}}
	return payment.Record{
		Payment: asked, TransactionID: uuid.NewString(), Fingerprint: asked.Fingerprint(), Status: payment.StatusProcessing, Region: East, Epoch: 1,
		CreatedAt: time.Now().UTC().Add(-time.Minute).Truncate(time.Microsecond),
	}
}
