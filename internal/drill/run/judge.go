package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	judging "github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// readTimeout bounds one reading of the whole journal and ledger.
const readTimeout = 60 * time.Second

// read reads journal and ledger where the lease is now.
func (d *drill) read(ctx context.Context) (check.Stores, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	lease, err := d.lease(ctx)
	if err != nil {
		return check.Stores{}, err
	}
	conn, err := d.target.Ledger(ctx, lease.Region)
	if err != nil {
		return check.Stores{}, fmt.Errorf("connect to the ledger of %s: %w", lease.Region, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return check.Read(ctx, conn, dynamodb.NewFromConfig(d.target.Config(lease.Region)), d.target.JournalTable)
}

// judge waits until the ledger has settled, and gathers the evidence.
func (d *drill) judge(ctx context.Context, before check.Stores, end time.Time) (judging.Finished, error) {
	file, err := receipt.Read(d.options.Receipts)
	if err != nil {
		return judging.Finished{}, err
	}
	d.options.Progress("reading journal and ledger until every acknowledged payment is posted")
	after, err := d.settle(ctx, file.Receipts)
	if err != nil {
		return judging.Finished{}, fmt.Errorf("read journal and ledger: %w", err)
	}
	events, err := d.events(ctx)
	if err != nil {
		d.problems = append(d.problems, err.Error())
	}
	return judging.Finished{
		Scenario: d.options.Scenario.Name, Summary: d.options.Scenario.Story, Expectations: d.options.Scenario.Expect(d.places, d.options.Config),
		Receipts: file, Before: before, After: after, Events: events, Fault: d.fault, End: end, Notes: d.problems,
	}, nil
}

// settle reads both stores again and again until the ledger has everything, or will not have it in time.
func (d *drill) settle(ctx context.Context, receipts []receipt.Receipt) (check.Stores, error) {
	const every = 500 * time.Millisecond
	for deadline := time.Now().Add(settleTimeout); ; {
		stores, err := d.read(ctx)
		late := time.Now().After(deadline)
		if err == nil && (late || check.Behind(receipts, stores, d.options.Run) == 0) {
			return stores, nil
		}
		if late {
			return check.Stores{}, errors.Join(fmt.Errorf("not settled within %s", settleTimeout), err)
		}
		if err := pause.For(ctx, every); err != nil {
			return check.Stores{}, err
		}
	}
}
