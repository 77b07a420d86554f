package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// wholeWithin is how long a Region that was started again may need until it is fit to be active: its cluster is copied
// anew from the other Region, and has caught up.
const wholeWithin = 2 * time.Minute

// ready waits until a move would not be refused any more.
func ready(ctx context.Context, stage Stage, words ...string) error {
	err := pause.Until(ctx, time.Second, wholeWithin, func() error { return stage.Operate(ctx, append(words, "--check")...) })
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	return nil
}

// lose lets the active Region die and come back: its peer is active then, and it follows with a new copy of the ledger.
func lose(ctx context.Context, stage Stage) error {
	places := stage.Places()
	err := errors.Join(
		stage.Order(ctx, cloud.Order{Do: cloud.Kill, Region: places.Active}),
		stage.Await(ctx, event.TermActive, places.Standby, wholeWithin),
		stage.Order(ctx, cloud.Order{Do: cloud.Start, Region: places.Active}))
	if err != nil {
		return fmt.Errorf("lose %s: %w", places.Active, err)
	}
	return nil
}

func failback() Scenario {
	return Scenario{
		Name: "failback", Title: "Failback to the primary",
		Story: "The primary was lost and has come back as a replica; an operator asks for the way home under load.",
		Prepare: func(ctx context.Context, stage Stage) error {
			if stage.Places().Active == stage.Places().Primary {
				if err := lose(ctx, stage); err != nil {
					return err
				}
			}
			return ready(ctx, stage, "failback")
		},
		Break: func(ctx context.Context, stage Stage) error {
			return stage.Operate(ctx, "failback", "--reason", "drill")
		},
		Expect: moved,
	}
}
