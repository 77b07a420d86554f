package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// operatorNumber is the operator's among the others.
const operatorNumber = 1

// operate is a person who leads the lease home by a planned switchover: asks for it, again in every new term, and takes
// it back when it has not come true in two minutes. The controllers do the rest.
func (s *simulation) operate() {
	home := s.director.home
	if home == "" {
		home = regionNames[east]
	}
	table := failovertest.Control{World: s.world, Region: home, Actor: "operator"}
	give := s.now + 2*time.Minute
	for s.now < give {
		lease, err := table.Load(context.Background())
		if err == nil && lease.Region == home && lease.State == payment.LeaseActive && s.world.Global.Writer == home {
			return
		}
		if err == nil && lease.Region != home && lease.State == payment.LeaseActive && s.world.Global.Unusable[home] == "" {
			s.ask(table, lease, home)
		}
		s.wait(2 * time.Second)
	}
	for range 60 {
		intent, err := table.LoadIntent(context.Background())
		if err == nil && intent.State == control.IntentOpen {
			intent.State = control.IntentWithdrawn
			_, err = table.SaveIntent(context.Background(), intent)
		}
		lease, loadErr := table.Load(context.Background())
		if err == nil && loadErr == nil && lease.State != payment.LeaseDraining {
			return
		}
		s.wait(2 * time.Second)
	}
}

// ask writes an intent of the present term, unless one stands.
func (s *simulation) ask(table failovertest.Control, lease control.Lease, home string) {
	before, err := table.LoadIntent(context.Background())
	if err != nil && s.world.Intent != nil || before.Standing(lease) {
		return
	}
	_, err = table.SaveIntent(context.Background(), control.Intent{
		ID: fmt.Sprintf("intent %d", before.Version+1), Kind: control.IntentSwitchover, To: home, By: "operator", At: s.world.WallTime(home),
		Epoch: lease.Epoch, Until: lease.Seq + 60, State: control.IntentOpen, Version: before.Version,
	})
	if s.telling {
		s.tell("operator: switchover to %s in epoch %d: %v", home, lease.Epoch, err)
	}
}
