package supervisor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// probers are the places whose health checkers are slow, with how slow they are.
type probers struct {
	mutex sync.Mutex
	slow  map[string]time.Duration
}

func (p *probers) set(place string, by time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.slow == nil {
		p.slow = map[string]time.Duration{}
	}
	p.slow[place] = by
}

// wait waits as long as a probe from the place is late, at most until ctx ends.
func (p *probers) wait(ctx context.Context, place string) error {
	p.mutex.Lock()
	by := p.slow[place]
	p.mutex.Unlock()
	return pause.For(ctx, by)
}

// slowProber makes the checkers of one of Route 53's places slow.
func (s *Supervisor) slowProber(order control.Order) error {
	if !slices.Contains(health.Places(), order.From) {
		return refuse("Route 53 has no checkers in %q, but in %v", order.From, health.Places())
	}
	s.probers.set(order.From, order.By)
	s.events.add(control.ProberSlowed, "", map[string]string{"place": order.From, "by": order.By.String()})
	return nil
}

// killFunction ends the processes that run for a function now.
func (s *Supervisor) killFunction(ctx context.Context, p *place, order control.Order) error {
	killed, err := p.client.KillFunction(ctx, order.Function)
	if err != nil {
		return err
	}
	if killed == 0 {
		return refuse("no process runs for %s in %s now: nothing was killed", order.Function, order.Region)
	}
	s.events.add(control.FunctionKilled, order.Region, map[string]string{"function": order.Function, "processes": fmt.Sprint(killed)})
	return nil
}

// stallBackups lets a Region's continuous backup stand still since some time ago, or go on.
func (s *Supervisor) stallBackups(order control.Order) error {
	var since time.Time
	told := ""
	if order.By > 0 {
		since = time.Now().Add(-order.By)
		told = since.UTC().Format(time.RFC3339)
	}
	if err := s.databases.StallBackups(order.Region, since); err != nil {
		return err
	}
	s.events.add(control.BackupsStalled, order.Region, map[string]string{"since": told})
	return nil
}
