package payment

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/pause"
)

// Timing is how a request measures its time, waits, and bounds its calls. It is one interface because the three must
// agree: a deadline of another clock than the one that waits would never come, or at once.
type Timing interface {
	// Now is for measuring; its Sub must not follow changes of the wall clock, as time.Now's does not.
	Now() time.Time
	// WithDeadline is context.WithDeadline by Now's clock.
	WithDeadline(parent context.Context, deadline time.Time) (context.Context, context.CancelFunc)
	// Sleep waits, or returns the context's error.
	Sleep(ctx context.Context, duration time.Duration) error
}

// systemTiming is the machine's.
type systemTiming struct{}

func (systemTiming) Now() time.Time { return time.Now() }

func (systemTiming) WithDeadline(parent context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	return context.WithDeadline(parent, deadline)
}

func (systemTiming) Sleep(ctx context.Context, duration time.Duration) error {
	return pause.For(ctx, duration)
}
