package scenario

import (
	"context"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	"github.com/paymentdr/paymentdr/internal/failover"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/network"
)

// silent is a failover from a Region that neither answers nor refuses: payers with client/ wait for the hedge and the
// journal, as `check` computes it.
func silent(places Places, cfg config.Config) verdict.Expectations {
	expected := takesOver(places, cfg)
	expected.RTO[receipt.Client] = worst(cfg, config.Silent, config.ClientPayer)
	return expected
}

// worst is a worst case of `check`.
func worst(cfg config.Config, failure config.Failure, subject config.Subject) time.Duration {
	for _, row := range config.ComputeObjectives(cfg).Rows {
		if row.Measure == config.RTO && row.Failure == failure && row.Subject == subject {
			return row.Total
		}
	}
	panic(fmt.Sprintf("no worst case for a %s Region and a %s", failure, subject)) // a fault of this program
}

func databaseLoss() Scenario {
	return Scenario{
		Name: "database-loss", Title: "The ledger is lost in a Region that lives",
		Story: "The database servers of the active Region are killed (kill -9); everything else there lives, so payments are accepted there until the lease is given up.",
		Break: inActive(cloud.KillDatabase),
		Mend:  inActive(cloud.StartDatabase),
		Expect: func(places Places, cfg config.Config) verdict.Expectations {
			expected := takesOver(places, cfg)
			bears := timesOf(cfg).LedgerGrace()
			for i := range expected.Must {
				expected.Must[i].Within += bears
			}
			expected.Must = append([]verdict.Happening{
				{Kind: event.LeaseReleased, Region: places.Active, Within: bears + takeover},
			}, expected.Must...)
			return expected
		},
	}
}

// timesOf are the controllers' settings of a configuration, for their times.
func timesOf(cfg config.Config) failover.Settings {
	return failover.Settings{TTL: cfg.Lease.TTL, Tick: cfg.Lease.Tick}
}

func frozenRegion() Scenario {
	return Scenario{
		Name: "frozen-region", Title: "A Region freezes",
		Story:  "Every process of the active Region is stopped (SIGSTOP) and goes on after the failover, with all that it believed before: nothing of it may act.",
		Break:  inActive(cloud.Stop),
		Mend:   inActive(cloud.Continue),
		Expect: silent,
	}
}

// slowTrip is longer than anybody in the Region waits for its journal.
const slowTrip = 6 * time.Second

func slowRegion() Scenario {
	return Scenario{
		Name: "slow-region", Title: "A Region's way to the others becomes slow",
		Story: "The round trips of the active Region to the other and to the witness take " + span.Text(slowTrip) + ": it answers payers, and cannot record payments.",
		Break: func(ctx context.Context, stage Stage) error {
			places := stage.Places()
			for _, other := range []string{places.Standby, places.Witness} {
				if err := stage.Order(ctx, cloud.Order{Do: cloud.Slow, From: places.Active, To: other, RoundTrip: slowTrip}); err != nil {
					return err
				}
			}
			return nil
		},
		Mend:   healLinks,
		Expect: silent,
	}
}

func healLinks(ctx context.Context, stage Stage) error {
	return stage.Order(ctx, cloud.Order{Do: cloud.Heal})
}

// cutOff cuts the active Region from everybody else.
func cutOff(oneWay bool) func(context.Context, Stage) error {
	return func(ctx context.Context, stage Stage) error {
		places := stage.Places()
		for _, other := range []string{network.Internet, places.Standby, places.Witness} {
			if err := stage.Order(ctx, cloud.Order{Do: cloud.Cut, From: places.Active, To: other, OneWay: oneWay}); err != nil {
				return err
			}
		}
		return nil
	}
}

func partition() Scenario {
	return Scenario{
		Name: "partition", Title: "A Region is cut off",
		Story:  "The active Region is cut off from the other, the witness and the internet, and goes on inside: it must give up before the other takes over, and come back as the standby.",
		Break:  cutOff(false),
		Mend:   healLinks,
		Expect: silent,
	}
}

func partitionOneWay() Scenario {
	return Scenario{
		Name: "partition-one-way", Title: "A Region is heard no more",
		Story:  "Nothing that the active Region sends arrives any more, and everything that is sent to it does.",
		Break:  cutOff(true),
		Mend:   healLinks,
		Expect: silent,
	}
}

// nextRun is when EventBridge starts another run of the controller, if none lives.
const nextRun = time.Minute

func controllerCrash() Scenario {
	return Scenario{
		Name: "controller-crash", Title: "The controller dies in the middle of a promotion",
		Story: "The active Region is killed, and every run of the standby's controller as soon as it has asked for the promotion; a later run must go on where they stopped.",
		Break: func(ctx context.Context, stage Stage) error {
			places := stage.Places()
			if err := stage.Order(ctx, cloud.Order{Do: cloud.Kill, Region: places.Active}); err != nil {
				return err
			}
			if err := stage.Await(ctx, event.PromoteCalled, places.Standby, time.Minute); err != nil {
				return err
			}
			function, err := stage.Function(places.Standby, "failover_controller")
			if err != nil {
				return err
			}
			return stage.Order(ctx, cloud.Order{Do: cloud.KillFunction, Region: places.Standby, Function: function})
		},
		Mend: inActive(cloud.Start),
		Expect: func(places Places, cfg config.Config) verdict.Expectations {
			expected := takesOver(places, cfg)
			for i := range expected.Must {
				if expected.Must[i].Kind != event.LeaseClaimed {
					expected.Must[i].Within += nextRun
				}
			}
			expected.Must = append(expected.Must, verdict.Happening{Kind: cloud.FunctionKilled, Region: places.Standby})
			return expected
		},
	}
}
