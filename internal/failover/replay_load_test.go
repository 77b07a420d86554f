package failover_test

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Payments that keep coming while the journal is replayed do not keep the term from becoming active: they are the
// sweep's.
func TestReplayEndsUnderLoad(t *testing.T) {
	s := newStage(t)
	s.start(&datadriven.TestData{CmdArgs: []datadriven.CmdArg{{Key: "e1"}}})
	coming := 0
	s.world.After = func(call failovertest.Call) error {
		if call.Name == "list-created" {
			if coming++; coming > 50 {
				t.Fatal("the replay does not end")
			}
			id := fmt.Sprint("meanwhile-", coming)
			asked := payment.Payment{ID: id, Money: payment.Money{MinorUnits: 500, Currency: "USD"}}
			s.world.Records[id] = payment.Record{
				Payment: asked, TransactionID: id, Fingerprint: asked.Fingerprint(), Status: payment.StatusProcessing, Region: "east", CreatedAt: s.world.Now,
			}
		}
		return nil
	}
	s.tickOne("e1")
	if state := s.world.Lease.State; state != payment.LeaseActive {
		t.Fatalf("lease is %s\n%s", state, s.out.String())
	}
	s.world.After = nil
	s.tick(&datadriven.TestData{CmdArgs: []datadriven.CmdArg{{Key: "e1"}, {Key: "count", Vals: []string{"6"}}}})
	if lost := s.world.Lost(); coming == 0 || len(lost) > 0 {
		t.Errorf("%d payments came meanwhile, %v are not in the ledger", coming, lost)
	}
}
