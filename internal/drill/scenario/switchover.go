package scenario

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// What a planned change of the active Region may take with the databases of this machine: until the term is active, and
// while payers are answered 202. Aurora adds what its own switchover takes.
const (
	planned    = 20 * time.Second
	processing = 5 * time.Second
)

// moved is what is expected of a planned change: nobody is turned away.
func moved(places Places, cfg config.Config) verdict.Expectations {
	must := verdict.Failover(places.Standby)
	for i := range must {
		must[i].Within = planned
	}
	return verdict.Expectations{
		RTO:        map[receipt.PayerKind]time.Duration{receipt.DNS: cfg.Objectives.RTO, receipt.Client: clientRTO},
		Processing: map[receipt.PayerKind]time.Duration{receipt.DNS: processing},
		NoFailures: []receipt.PayerKind{receipt.Client},
		RPO:        cfg.Objectives.RPO,
		Settle:     planned + replay,
		Must:       must,
		MustNot:    []verdict.Happening{{Kind: event.PromoteCalled}},
	}
}

func switchover() Scenario {
	return Scenario{
		Name: "switchover", Title: "A planned switchover",
		Story: "An operator asks for a switchover to the standby under load, and later for the way back.",
		Break: func(ctx context.Context, stage Stage) error {
			return stage.Operate(ctx, "switchover", "--to", stage.Places().Standby, "--reason", "drill")
		},
		Mend: func(ctx context.Context, stage Stage) error {
			home := []string{"switchover", "--to", stage.Places().Active}
			if err := ready(ctx, stage, home...); err != nil {
				return err
			}
			return stage.Operate(ctx, append(home, "--reason", "drill")...)
		},
		Expect: func(places Places, cfg config.Config) verdict.Expectations {
			expected := moved(places, cfg)
			// Both ways are in one window.
			expected.Processing = nil
			return expected
		},
	}
}
