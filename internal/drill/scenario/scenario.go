// Package scenario is what can be done to a system in a drill, and what is expected of it then.
package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// Places are the Regions as they are configured, and the one that the lease was in when the drill began.
type Places struct{ Primary, Secondary, Witness, Active, Standby string }

// Stage is where a scenario is played.
type Stage interface {
	Places() Places
	// Order changes the cloud.
	Order(ctx context.Context, order cloud.Order) error
	// Operate does what an operator's command does: switchover, failback and so on, with its words.
	Operate(ctx context.Context, words ...string) error
	// Await waits for an event at or after the fault; one that does not come is an error.
	Await(ctx context.Context, what event.Kind, region string, within time.Duration) error
	// AWS reaches the APIs of a Region.
	AWS(region string) aws.Config
	// Function is the name of a Region's function, by its role as in the roots' outputs: failover_controller.
	Function(region, role string) (string, error)
	// Secret is the ARN of the application's secret in a Region.
	Secret(region string) (string, error)
}

// Scenario is one drill.
type Scenario struct {
	Name string
	// Title is what the report calls it, Story one sentence of what is done.
	Title, Story string
	// Prepare is done before the fault and before the load; nil does nothing.
	Prepare func(ctx context.Context, stage Stage) error
	// Break is the fault; its time is that of its beginning.
	Break func(ctx context.Context, stage Stage) error
	// Mend is done when the system has recovered, or Watch is over, with payers still paying; nil does nothing.
	Mend func(ctx context.Context, stage Stage) error
	// Expect says what must be measured.
	Expect func(places Places, cfg config.Config) verdict.Expectations
	// Watch is how long is watched at least after the fault, under a configuration; nil is as long as what must happen takes.
	Watch func(cfg config.Config) time.Duration
	// Modelled says that it is the disaster that package simulate models: a Region that refuses connections from one moment on.
	Modelled bool
	// Heal is done after the judgement, if another drill is to follow on the same system; nil where Mend left it whole.
	Heal func(ctx context.Context, stage Stage) error
}

// All are the scenarios in the order in which `drill all` plays them.
func All() []Scenario {
	return []Scenario{
		regionLoss(), failback(), databaseLoss(), frozenRegion(), slowRegion(), partition(), partitionOneWay(), controllerCrash(),
		lostStandby(), slowProber(), lateRun(), linkCut(), backupMissing(), rotation(), switchover(),
	}
}

// Names are those of all scenarios.
func Names() []string {
	var names []string
	for _, each := range All() {
		names = append(names, each.Name)
	}
	return names
}

// Find is the scenario of the name.
func Find(name string) (Scenario, error) {
	all := All()
	i := slices.IndexFunc(all, func(each Scenario) bool { return each.Name == name })
	if i < 0 {
		return Scenario{}, fmt.Errorf("no scenario %q; there are: %v", name, Names())
	}
	return all[i], nil
}

// Watched is Watch, or 0.
func (s Scenario) Watched(cfg config.Config) time.Duration {
	if s.Watch == nil {
		return 0
	}
	return s.Watch(cfg)
}

// inActive gives an order to the active Region, inStandby to the other.
func inActive(do string) func(context.Context, Stage) error {
	return func(ctx context.Context, stage Stage) error {
		return stage.Order(ctx, cloud.Order{Do: do, Region: stage.Places().Active})
	}
}

func inStandby(do string) func(context.Context, Stage) error {
	return func(ctx context.Context, stage Stage) error {
		return stage.Order(ctx, cloud.Order{Do: do, Region: stage.Places().Standby})
	}
}
