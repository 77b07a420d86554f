// Package pause waits, and ends with its context.
package pause

import (
	"context"
	"fmt"
	"time"
)

// For waits for a duration, and returns ctx's error if that has ended then or ends before.
func For(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Until tries again and again, with a pause between, until there is no error. One that is there when the time is over is
// returned; a try that began in time may end after it.
func Until(ctx context.Context, every, within time.Duration, try func() error) error {
	for deadline := time.Now().Add(within); ; {
		err := try()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %s: %w", within, err)
		}
		if err := For(ctx, every); err != nil {
			return err
		}
	}
}
