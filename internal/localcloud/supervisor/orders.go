package supervisor

import (
	"context"
	"fmt"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
)

func refuse(format string, arguments ...any) error {
	return control.Refusal{Reason: fmt.Sprintf(format, arguments...)}
}

// Order carries out one order after the other.
func (s *Supervisor) Order(ctx context.Context, order control.Order) error {
	s.orders.Lock()
	defer s.orders.Unlock()
	if s.ending() {
		return refuse("the cloud is ending")
	}
	if !s.hasStarted() {
		return refuse("the cloud is still starting: wait until it takes payments, or end it with paymentdr local down")
	}
	if order.By < 0 {
		return refuse("%s by %s: less than nothing", order.Do, order.By)
	}
	switch order.Do {
	case control.Kill, control.Start, control.Stop, control.Continue:
		return s.orderRegion(ctx, order)
	case control.KillDatabase, control.StartDatabase, control.Delay, control.KillFunction, control.StallBackups:
		return s.orderInRegion(ctx, order)
	case control.SlowProber:
		return s.slowProber(order)
	case control.Cut, control.Heal, control.Slow:
		return s.orderLink(order)
	case control.Apply:
		return s.apply(ctx)
	}
	return refuse("unknown order %q", order.Do)
}

// orderRegion changes a Region or the witness as a whole.
func (s *Supervisor) orderRegion(ctx context.Context, order control.Order) error {
	p := s.places[order.Region]
	if p == nil {
		return refuse("region %q is none of %s, %s and the witness %s", order.Region, s.layout.Primary, s.layout.Secondary, s.layout.Witness)
	}
	switch order.Do {
	case control.Kill:
		return s.kill(p)
	case control.Stop:
		return s.halt(p)
	case control.Continue:
		return s.resume(p)
	}
	return s.revive(ctx, p)
}

// orderInRegion changes something in a Region that takes payments.
func (s *Supervisor) orderInRegion(ctx context.Context, order control.Order) error {
	p, err := s.place(order.Region)
	if err != nil {
		return refuse("%v", err)
	}
	if state := s.stateOf(p); state != control.Running {
		return refuse("%s is %s", order.Region, state)
	}
	switch order.Do {
	case control.KillDatabase:
		return s.killDatabase(order.Region)
	case control.StartDatabase:
		return s.startDatabase(ctx, order.Region)
	case control.KillFunction:
		return s.killFunction(ctx, p, order)
	case control.StallBackups:
		return s.stallBackups(order)
	}
	if err := p.client.Delay(ctx, order.Rule, order.By); err != nil {
		return err
	}
	s.events.add(control.RuleDelayed, order.Region, map[string]string{"rule": order.Rule, "by": order.By.String()})
	return nil
}

func (s *Supervisor) stateOf(p *place) string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.state
}

// orderLink changes the way between two places.
func (s *Supervisor) orderLink(order control.Order) error {
	if order.Do == control.Heal && order.From == "" && order.To == "" {
		return s.healAll()
	}
	for _, end := range []string{order.From, order.To} {
		if !slices.Contains(s.layout.Places(), end) {
			return refuse("place %q is none of %v", end, s.layout.Places())
		}
	}
	if order.From == order.To {
		return refuse("there is no link from %s to itself", order.From)
	}
	var err error
	switch {
	case order.Do == control.Heal:
		err = s.fabric.Heal(order.From, order.To)
	case order.Do == control.Cut && order.OneWay:
		err = s.fabric.CutOneWay(order.From, order.To)
	case order.Do == control.Cut:
		err = s.fabric.Cut(order.From, order.To)
	default:
		err = s.slow(order)
	}
	if err != nil {
		return refuse("%v", err)
	}
	s.events.add(control.LinkChanged, "", map[string]string{"do": order.Do, "from": order.From, "to": order.To, "oneWay": fmt.Sprint(order.OneWay),
		"roundTrip": order.RoundTrip.String(), "loss": fmt.Sprint(order.Loss)})
	return nil
}

func (s *Supervisor) slow(order control.Order) error {
	found, err := s.fabric.Link(order.From, order.To)
	if err != nil {
		return err
	}
	return found.Change(func(state *link.State) {
		state.RoundTrip, state.Jitter, state.Loss = order.RoundTrip, order.Jitter, order.Loss
	})
}

// healAll opens every link, and gives it its first round trip.
func (s *Supervisor) healAll() error {
	for _, place := range s.layout.Places() {
		for _, each := range s.fabric.Of(place) {
			a, b := each.Ends()
			if a != place {
				continue
			}
			if err := each.Set(s.firstState(a, b)); err != nil {
				return err
			}
		}
	}
	s.events.add(control.LinkChanged, "", map[string]string{"do": control.Heal, "from": "all", "to": "all"})
	return nil
}
