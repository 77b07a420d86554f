package scenario

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// clientRTO is what payers that know both Regions may wait: package client asks the other Region after half a second,
// and a Region that has just lost its peer elects a leader of the journal in about another.
const clientRTO = 3 * time.Second

// What a failover of the ledger may take beside the lease's time to live: until the ledger is writable, and until the
// journal is replayed into it.
const (
	takeover = 15 * time.Second
	replay   = 45 * time.Second
)

// takesOver is what is expected when the standby takes over from a Region that is gone.
func takesOver(places Places, cfg config.Config) verdict.Expectations {
	must := verdict.Failover(places.Standby)
	for i := range must {
		must[i].Within = cfg.Lease.TTL + takeover
		if must[i].Kind == event.TermActive {
			must[i].Detail, must[i].Within = event.Replayed, cfg.Lease.TTL+replay
		}
	}
	must = append(must, verdict.Happening{Kind: event.DNSChanged, Region: places.Standby, Within: cfg.Objectives.RTO})
	return verdict.Expectations{
		RTO:  map[receipt.PayerKind]time.Duration{receipt.DNS: cfg.Objectives.RTO, receipt.Client: clientRTO},
		RPO:  cfg.Objectives.RPO,
		Must: must,
	}
}

func regionLoss() Scenario {
	return Scenario{
		Name: "region-loss", Title: "A Region is lost",
		Story:  "Every process of the active Region is killed at once (kill -9): its database, its journal replica, its functions.",
		Break:  inActive(cloud.Kill),
		Heal:   inStandby(cloud.Start),
		Expect: takesOver, Modelled: true,
	}
}
