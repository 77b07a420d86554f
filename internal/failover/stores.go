package failover

import (
	"context"
	"iter"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Control is the lease and the history; *control.Store is one, and documents the errors.
type Control interface {
	Load(context.Context) (control.Lease, error)
	Save(context.Context, control.Lease) (control.Lease, error)
	AppendEvent(context.Context, control.Event) error
	Events(ctx context.Context, from, to time.Time) iter.Seq2[control.Event, error]
}

// Intents are what operators ask for; *control.Store has them.
type Intents interface {
	LoadIntent(context.Context) (control.Intent, error)
	SaveIntent(context.Context, control.Intent) (control.Intent, error)
}

// Journal is what a controller needs of the journal; *journal.Store is one.
type Journal interface {
	Probe(ctx context.Context, region string, at time.Time) error
	GetMany(ctx context.Context, paymentIDs []string) (journal.Many, error)
	Complete(context.Context, payment.Completion) error
	Pending(context.Context) iter.Seq2[journal.Entry, error]
	ListCreated(ctx context.Context, from, to time.Time) iter.Seq2[journal.Entry, error]
}

// Ledger is what a controller needs of this Region's own writer; *ledger.Store is one.
type Ledger interface {
	Health(context.Context) (ledger.Health, error)
	Fence(ctx context.Context, epoch int64, region string) error
	NewestPostedBefore(ctx context.Context, before time.Time) (ledger.Payment, error)
	ListPostedSince(ctx context.Context, since time.Time) iter.Seq2[ledger.Payment, error]
	PostMany(context.Context, []payment.Posting) ([]ledger.PostOutcome, error)
}

// Promoter is this Region's database as its control plane sees it.
type Promoter interface {
	// Observe tells what the database is now.
	Observe(context.Context) (Database, error)
	// Promote starts making it the writer, even at the loss of what was not replicated. It is nil when that is under
	// way or done; it does not wait.
	Promote(context.Context) error
}

// Switcher hands this Region's database, the writer, over to a Region without loss.
type Switcher interface {
	// SwitchOver starts it. It is nil when that is under way or done; it does not wait.
	SwitchOver(ctx context.Context, region string) error
}

// Metrics takes metrics; *telemetry.Writer does.
type Metrics interface {
	Emit(at time.Time, metrics []telemetry.Metric, extra map[string]string, properties map[string]any) error
}

// Clock is a run's time.
type Clock struct {
	// Now is for measuring and deciding; its Sub must not follow changes of the wall clock, as time.Now's does not.
	Now func() time.Time
	// Wall is for people, and for the journal's times, which are wall-clock times.
	Wall func() time.Time
	// Sleep waits, or returns ctx's error.
	Sleep func(ctx context.Context, duration time.Duration) error
	// WithTimeout is context.WithTimeout by the clock that Now and Sleep go by.
	WithTimeout func(parent context.Context, timeout time.Duration) (context.Context, context.CancelFunc)
}

// SystemClock is the machine's.
func SystemClock() Clock {
	return Clock{Now: time.Now, Wall: func() time.Time { return time.Now().UTC() }, Sleep: pause.For, WithTimeout: context.WithTimeout}
}
