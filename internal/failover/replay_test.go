package failover_test

import (
	"errors"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Payers go on while a term begins: the replay must end all the same, and what came after its last pass be swept.
func TestReplayEndsUnderLoad(t *testing.T) {
	world := failovertest.New("east", "west")
	world.Accept("east")
	pauses := 0
	controller, err := failover.New(world.Options(settings("east", "e1"), func(pause time.Duration) error {
		if pauses++; pauses > 20 {
			return errors.New("the replay goes on and on")
		}
		for range 2 {
			world.Now = world.Now.Add(pause / 2)
			world.Accept("east")
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := controller.Tick(t.Context()); err != nil || world.Lease.State != payment.LeaseActive {
		t.Fatalf("after %d passes: %v, lease %+v, want it active", pauses, err, world.Lease)
	}
	paid, _ := world.Recorded()
	if posted := world.Books["east"].Len(); posted < paid-2 {
		t.Errorf("%d of %d payments are posted, want all but those of the last pause", posted, paid)
	}
	world.Accept("east")
	for range 10 {
		world.Now = world.Now.Add(2 * time.Second)
		if _, err := controller.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if lost := world.Lost(); len(lost) > 0 {
		t.Errorf("not in the ledger: %v", lost)
	}
}
