package payment

import (
	"context"
	"errors"
	"time"
)

// Status is how far a recorded payment has come.
type Status string

// A payment is processing from its acceptance until it is known to be in the ledger, then completed for ever.
const (
	StatusProcessing Status = "processing"
	StatusCompleted  Status = "completed"
)

// Record is a payment as the journal has it. ID, Money, Fingerprint, TransactionID and CreatedAt never change.
type Record struct {
	Payment
	TransactionID string
	Fingerprint   string
	Status        Status
	// Region accepted the payment; Epoch is the lease's term it saw then, 0 when it could not tell.
	Region string
	Epoch  int64
	// CreatedAt is when the payment was accepted, UTC, in whole microseconds (the journal's resolution).
	CreatedAt time.Time
	// CompletedAt and PostedRegion are zero until Status is completed.
	CompletedAt  time.Time
	PostedRegion string
}

// Completion says that a payment is in the ledger.
type Completion struct {
	PaymentID     string
	TransactionID string
	// PostedRegion is the Region whose processor or sweeper posted it.
	PostedRegion string
	At           time.Time
}

// Journal is the strongly consistent record of accepted payments. Implementations are safe for concurrent use, make
// one attempt per call and honour the context's deadline.
type Journal interface {
	// Begin records a new payment. ErrRecordExists: a record with this id is there. ErrJournalBusy: nothing was
	// written. ErrJournalAmbiguous: it may or may not have been written, now or in a moment.
	Begin(ctx context.Context, record Record) error
	// Get reads the latest record. ErrRecordNotFound: there is none. ErrRecordCorrupt: there is one that cannot be read.
	Get(ctx context.Context, paymentID string) (Record, error)
	// Complete marks a record completed; it is nil, too, when the record already is with this transaction id.
	// ErrRecordNotFound and ErrTransactionMismatch: nothing was written, and something is badly wrong.
	Complete(ctx context.Context, completion Completion) error
}

// The journal's errors, found with errors.Is. Any other error is permanent: a retry will not help.
var (
	ErrRecordExists        = errors.New("a record with this payment id exists")
	ErrRecordNotFound      = errors.New("no record with this payment id")
	ErrRecordCorrupt       = errors.New("journal record is corrupt")
	ErrTransactionMismatch = errors.New("the record has another transaction id")
	ErrJournalBusy         = errors.New("journal refused for now, nothing was written")
	ErrJournalAmbiguous    = errors.New("journal did not answer, the write may have taken effect")
)

// Posting is one payment on its way into the ledger.
type Posting struct {
	PaymentID     string
	TransactionID string
	Money         Money
	// Region is the one that accepted the payment.
	Region string
	// Epoch is the lease's term under which this post is made; the ledger refuses a term that is over.
	Epoch int64
	// AcceptedAt is the record's CreatedAt.
	AcceptedAt time.Time
}

// PostResult tells whether this call wrote the payment (Posted) or found it there with the same content.
type PostResult struct {
	Posted bool
}

// Ledger is the double-entry ledger of the active Region. Post is one transaction and safe to repeat.
type Ledger interface {
	// Post writes the payment and its balanced entries, once. ErrLedgerUnavailable: it could not be reached or does
	// not accept writes. ErrFenced: the epoch is over. ErrMismatch: the id is there with other content.
	Post(ctx context.Context, posting Posting) (PostResult, error)
}

// The ledger's errors, found with errors.Is.
var (
	ErrLedgerUnavailable = errors.New("ledger does not accept writes")
	ErrFenced            = errors.New("posting is fenced: its epoch is over")
	ErrMismatch          = errors.New("ledger has this payment id with other content")
)

// Term is what a processor needs to know of the lease.
type Term struct {
	// Region holds the lease.
	Region string
	// Epoch numbers the term; it only grows.
	Epoch int64
	// State is one of the LeaseState constants.
	State LeaseState
}

// LeaseState is where a term stands.
type LeaseState string

// The states of a lease. Only in an active term does anyone but the failover controller post to the ledger.
const (
	LeaseActive    LeaseState = "active"
	LeasePromoting LeaseState = "promoting"
	LeaseDraining  LeaseState = "draining"
	LeaseReleased  LeaseState = "released"
)

// Lease tells the current term. It may be a moment old: the ledger's fence, not the reader, keeps invariant I4.
type Lease interface {
	Current(ctx context.Context) (Term, error)
}
