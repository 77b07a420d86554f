package pause_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/pause"
)

func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := pause.For(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("waited %s, %v", time.Since(began), err)
		}
		if err := pause.For(t.Context(), -time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("waited for a time that is over: %v", err)
		}
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := pause.For(hurried, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute+time.Second {
			t.Errorf("waited until %s, %v", time.Since(began), err)
		}
	})
}

func TestUntil(t *testing.T) {
	failed := errors.New("not yet")
	for name, test := range map[string]struct {
		succeeds, ends time.Duration // the try, the context
		want           error
		after          time.Duration
	}{
		"at once":           {0, time.Hour, nil, 0},
		"at the third try":  {20 * time.Second, time.Hour, nil, 20 * time.Second},
		"too late":          {time.Hour, time.Hour, failed, 70 * time.Second},
		"the context ended": {time.Hour, 15 * time.Second, context.DeadlineExceeded, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), test.ends)
				defer cancel()
				err := pause.Until(ctx, 10*time.Second, time.Minute, func() error {
					if time.Since(began) < test.succeeds {
						return failed
					}
					return nil
				})
				if !errors.Is(err, test.want) || time.Since(began) != test.after {
					t.Errorf("%v after %s, want %v after %s", err, time.Since(began), test.want, test.after)
				}
			})
		})
	}
}
