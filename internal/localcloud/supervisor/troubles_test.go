package supervisor

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
	regioncontrol "github.com/paymentdr/paymentdr/internal/localcloud/region/control"
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

// oneRegion is a Region's process that has some processes for its functions.
type oneRegion struct {
	regioncontrol.Region
	processes map[string]int
	delayed   []time.Duration
}

func (r *oneRegion) KillFunction(function string) (int, error) { return r.processes[function], nil }

func (r *oneRegion) Delay(_ string, by time.Duration) error {
	r.delayed = append(r.delayed, by)
	return nil
}

// started is a cloud that takes orders, with one Region that runs.
func started(t *testing.T, served *oneRegion) *Supervisor {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "region")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: regioncontrol.Handler(served), ReadHeaderTimeout: time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	client := regioncontrol.NewClient("us-east-1", socket)
	t.Cleanup(func() {
		client.Close()
		_ = server.Close()
		<-done
	})
	return &Supervisor{ctx: t.Context(), started: true, events: newEvents(), layout: layout.Layout{Primary: "us-east-1", Secondary: "us-west-2"},
		places: map[string]*place{"us-east-1": {client: client, state: control.Running}}}
}

// An order that would break nothing is refused, and leaves no event that says it did.
func TestOrdersThatWouldBreakNothingAreRefused(t *testing.T) {
	const east = "us-east-1"
	for name, order := range map[string]control.Order{
		"checkers where there are none":        {Do: control.SlowProber, From: "mars", By: time.Second},
		"checkers slower by less than nothing": {Do: control.SlowProber, From: "eu-west-1", By: -time.Second},
		"backups stalled in the future":        {Do: control.StallBackups, Region: east, By: -time.Hour},
		"a run before its time":                {Do: control.Delay, Region: east, Rule: "every-minute", By: -time.Minute},
		"a function without a process":         {Do: control.KillFunction, Region: east, Function: "idle"},
	} {
		t.Run(name, func(t *testing.T) {
			served := &oneRegion{processes: map[string]int{"busy": 2}}
			s := started(t, served)
			if err := s.Order(t.Context(), order); !errors.As(err, new(control.Refusal)) {
				t.Errorf("order %+v: %v, want a refusal", order, err)
			}
			if noted, _ := s.events.after(0); len(noted) > 0 || len(served.delayed) > 0 {
				t.Errorf("refused, and yet: events %+v, delays %v", noted, served.delayed)
			}
		})
	}
}

func TestOrdersThatBreakSomethingAreNoted(t *testing.T) {
	const east = "us-east-1"
	for kind, order := range map[string]control.Order{
		control.ProberSlowed:   {Do: control.SlowProber, From: "eu-west-1", By: time.Second},
		control.RuleDelayed:    {Do: control.Delay, Region: east, Rule: "every-minute", By: time.Minute},
		control.FunctionKilled: {Do: control.KillFunction, Region: east, Function: "busy"},
	} {
		t.Run(kind, func(t *testing.T) {
			s := started(t, &oneRegion{processes: map[string]int{"busy": 2}})
			if err := s.Order(t.Context(), order); err != nil {
				t.Fatal(err)
			}
			if noted, _ := s.events.after(0); len(noted) != 1 || noted[0].Kind != kind {
				t.Errorf("events %+v, want one of %s", noted, kind)
			}
		})
	}
}
