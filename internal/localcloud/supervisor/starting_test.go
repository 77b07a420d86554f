package supervisor

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// The reason of a failed start is what ended it, even if that is known a little later than what it led to.
func TestReasonOfAFailedStart(t *testing.T) {
	own := errors.New("connection reset by peer")
	for _, test := range []struct {
		name, words string
		happens     func(interrupt context.CancelFunc, abort context.CancelCauseFunc)
	}{
		{"its own error", "connection reset", func(context.CancelFunc, context.CancelCauseFunc) {}},
		{"an interrupt", "context canceled", func(interrupt context.CancelFunc, _ context.CancelCauseFunc) { interrupt() }},
		{"down", "told to end", func(_ context.CancelFunc, abort context.CancelCauseFunc) { abort(errDown) }},
		{"a death that is heard of late", "us-west-2 died", func(_ context.CancelFunc, abort context.CancelCauseFunc) {
			time.AfterFunc(deathPatience/2, func() { abort(errors.New("us-west-2 died")) })
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				starting, abort := context.WithCancelCause(ctx)
				defer abort(nil)
				test.happens(interrupt, abort)
				if err := reason(ctx, starting, own); !strings.Contains(err.Error(), test.words) {
					t.Errorf("error %v, want %q", err, test.words)
				}
			})
		})
	}
}

func TestOrdersBeforeTheStartHasEnded(t *testing.T) {
	s := &Supervisor{ctx: t.Context()}
	if err := s.Order(t.Context(), control.Order{Do: control.Heal}); !errors.As(err, new(control.Refusal)) || !strings.Contains(err.Error(), "still starting") {
		t.Errorf("error %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.nowStarted(ended); err == nil || s.hasStarted() {
		t.Errorf("a start that was ended has started: %v", err)
	}
	if err := s.nowStarted(t.Context()); err != nil || !s.hasStarted() {
		t.Errorf("not started: %v", err)
	}
	if err := s.Order(t.Context(), control.Order{Do: "dance"}); err == nil || !strings.Contains(err.Error(), "dance") {
		t.Errorf("error %v", err)
	}
	s.ctx = ended
	if err := s.Order(t.Context(), control.Order{Do: control.Heal}); err == nil || !strings.Contains(err.Error(), "ending") {
		t.Errorf("error %v", err)
	}
}
