package onaws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// What AWS takes at most or, where it promises nothing, what it is given. See docs/drills-aws.md for the sources.
const (
	// pauseBegins: replication may go on for so long after an experiment has begun.
	pauseBegins = 5 * time.Minute
	// promotion of an Aurora global database's other cluster, and replay of the journal.
	promotion = 10 * time.Minute
	replay    = 2 * time.Minute
	// clientRTO is the patience of payers that know both Regions, over the internet.
	clientRTO = 10 * time.Second
	// cutWatch is how long a cut that must change nothing is watched.
	cutWatch = 3 * time.Minute
)

// kind is one scenario as it is known before its experiment.
type kind struct {
	name, title, story, action string
	expect                     func(places scenario.Places, cfg config.Config) verdict.Expectations
	watch                      time.Duration
}

func kinds() []kind {
	return []kind{
		{
			name: stack.DrillTablePartition, title: "A Region's tables are cut off", action: stack.ActionPauseReplication,
			story:  "FIS pauses the replication of journal and control table in the active Region: strong reads and writes fail there, so it cannot keep the lease.",
			expect: expectFailover,
		},
		{
			name: stack.DrillLinkCut, title: "The link between the Regions is cut", action: stack.ActionCutRoutes,
			story:  "FIS takes the routes to the other Region from the active Region's subnets: the peering is dead, tables and ledger go on replicating, and nothing may fail over.",
			expect: expectNothing, watch: cutWatch,
		},
	}
}

// Names are those of the scenarios on AWS.
func Names() []string {
	var names []string
	for _, each := range kinds() {
		names = append(names, each.name)
	}
	return names
}

func find(name string) (kind, error) {
	all := kinds()
	i := slices.IndexFunc(all, func(each kind) bool { return each.name == name })
	if i < 0 {
		return kind{}, fmt.Errorf("no scenario %q on AWS; there are: %s", name, strings.Join(Names(), ", "))
	}
	return all[i], nil
}

func limits(cfg config.Config) verdict.Expectations {
	return verdict.Expectations{
		RTO: map[receipt.PayerKind]time.Duration{receipt.DNS: cfg.Objectives.RTO, receipt.Client: clientRTO}, RPO: cfg.Objectives.RPO,
	}
}

func expectFailover(places scenario.Places, cfg config.Config) verdict.Expectations {
	expected := limits(cfg)
	expected.Must = verdict.Failover(places.Standby)
	for i := range expected.Must {
		expected.Must[i].Within = pauseBegins + cfg.Lease.TTL + promotion
		if expected.Must[i].Kind == event.TermActive {
			expected.Must[i].Within += replay
		}
	}
	return expected
}

func expectNothing(_ scenario.Places, cfg config.Config) verdict.Expectations {
	expected := limits(cfg)
	expected.MustNot = verdict.NoFailover()
	return expected
}

// scenario is played with an experiment.
func (k kind) scenario(experiment *faults.Experiment, told func(*faults.Experiment)) scenario.Scenario {
	return scenario.Scenario{
		Name: k.name, Title: k.title, Story: k.story, Watch: func(config.Config) time.Duration { return k.watch }, Expect: k.expect,
		Break: func(ctx context.Context, _ scenario.Stage) error {
			defer told(experiment)
			return experiment.Start(ctx)
		},
		Mend: func(ctx context.Context, _ scenario.Stage) error {
			ctx, cancel := context.WithTimeout(ctx, stopTimeout)
			defer cancel()
			return experiment.Stop(ctx)
		},
	}
}
