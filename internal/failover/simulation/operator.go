package simulation

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// operatorNumber is the operator's among the others.
const operatorNumber = 1

// operate is a person who leads the lease home by a planned switchover: drain, move the database without loss, release.
// What does not come true in two minutes is given up.
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
		if err == nil && lease.Region != home {
			s.lead(table, lease, home)
		}
		s.wait(2 * time.Second)
	}
	for range 60 {
		lease, err := table.Load(context.Background())
		if err == nil && lease.State != payment.LeaseDraining {
			return
		}
		if err == nil {
			lease.State = payment.LeaseActive
			if s.world.Global.Writer != lease.Region {
				lease.State = payment.LeaseReleased
			}
			s.order(table, lease)
		}
		s.wait(2 * time.Second)
	}
}

// lead does the next step.
func (s *simulation) lead(table failovertest.Control, lease control.Lease, home string) {
	switch {
	case lease.State == payment.LeaseActive && s.world.Global.Writer == lease.Region && s.world.Global.Unusable[home] == "":
		lease.State = payment.LeaseDraining
		s.order(table, lease)
	case lease.State != payment.LeaseDraining:
	case s.world.Global.Writer == home:
		lease.State = payment.LeaseReleased
		s.order(table, lease)
	case !s.any(replicationStalls):
		s.world.Switchover(home)
	}
}

// order writes the lease as a person's tool does: on the version that was read.
func (s *simulation) order(table failovertest.Control, lease control.Lease) {
	_, err := table.Save(context.Background(), lease)
	if s.telling {
		s.tell("operator: %s: %v", lease.State, err)
	}
}
