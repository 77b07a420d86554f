package supervisor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

func TestSlowProbersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p probers
		began := time.Now()
		took := func(place string, ctx context.Context) (time.Duration, error) {
			began = time.Now()
			err := p.wait(ctx, place)
			return time.Since(began), err
		}
		if waited, err := took("eu-west-1", t.Context()); waited != 0 || err != nil {
			t.Errorf("waited %s before anything was ordered: %v", waited, err)
		}
		p.set("eu-west-1", 3*time.Second)
		if waited, err := took("eu-west-1", t.Context()); waited != 3*time.Second || err != nil {
			t.Errorf("waited %s, %v, want 3 s", waited, err)
		}
		if waited, err := took("us-east-1", t.Context()); waited != 0 || err != nil {
			t.Errorf("another place waited %s: %v", waited, err)
		}
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if waited, err := took("eu-west-1", hurried); waited != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited %s, %v, want until the deadline", waited, err)
		}
		p.set("eu-west-1", 0)
		if waited, err := took("eu-west-1", t.Context()); waited != 0 || err != nil {
			t.Errorf("waited %s afterwards: %v", waited, err)
		}
	})
}

func TestSlowProberRefuses(t *testing.T) {
	s := &Supervisor{events: newEvents()}
	for name, order := range map[string]control.Order{
		"no such place":     {Do: control.SlowProber, From: "mars", By: time.Second},
		"less than nothing": {Do: control.SlowProber, From: "eu-west-1", By: -time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			err := s.slowProber(order)
			var refused control.Refusal
			if !errors.As(err, &refused) {
				t.Errorf("order %+v: %v, want a refusal", order, err)
			}
		})
	}
	if err := s.slowProber(control.Order{Do: control.SlowProber, From: "eu-west-1", By: time.Second}); err != nil {
		t.Error(err)
	}
}
