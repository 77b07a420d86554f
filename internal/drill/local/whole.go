package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// function is a function's name, from the outputs of its Region's root.
func (t *target) function(region, role string) (string, error) {
	var names map[string]string
	if err := t.output(region, "function_names", &names); err != nil {
		return "", err
	}
	name, known := names[role]
	if !known {
		return "", fmt.Errorf("root %s has no function %s", region, role)
	}
	return name, nil
}

// secret is the ARN of the application's secret.
func (t *target) secret(region string) (string, error) {
	arn, known := t.app[region]
	if !known {
		return "", fmt.Errorf("no secret of the application in %q", region)
	}
	return arn, nil
}

// whole says what is still missing until both Regions are there, DNS leads to the active one, and the other's ledger has
// all that the active one has.
func (t *target) whole(ctx context.Context, active string) error {
	status, err := t.client.Status(ctx)
	if err != nil {
		return err
	}
	var missing []error
	for _, region := range status.Regions {
		if region.State != control.Running {
			missing = append(missing, fmt.Errorf("%s is %s", region.Name, region.State))
		}
	}
	if status.Failover.Region != active {
		missing = append(missing, fmt.Errorf("%s leads to %s, and %s is active", status.Failover.Name, status.Failover.Region, active))
	}
	if status.Writer != active {
		missing = append(missing, fmt.Errorf("the writer is in %q, and %s is active", status.Writer, active))
	}
	for _, check := range status.Health {
		if check.Well > 0 && check.Well < check.Checkers {
			missing = append(missing, fmt.Errorf("%d of %d checkers find %s healthy", check.Well, check.Checkers, check.Name))
		}
	}
	if len(missing) > 0 {
		return errors.Join(missing...)
	}
	return t.replicated(ctx, active)
}

// replicated compares how many payments the two ledgers have.
func (t *target) replicated(ctx context.Context, active string) error {
	counts := map[string]int64{}
	for _, region := range t.status.Layout.Regions() {
		conn, err := t.ledger(ctx, region)
		if err != nil {
			return fmt.Errorf("connect to the ledger of %s: %w", region, err)
		}
		var count int64
		err = errors.Join(conn.QueryRow(ctx, "SELECT count(*) FROM ledger.payments").Scan(&count), conn.Close(ctx))
		if err != nil {
			return fmt.Errorf("count payments in %s: %w", region, err)
		}
		counts[region] = count
	}
	for region, count := range counts {
		if count != counts[active] {
			return fmt.Errorf("the ledger of %s has %d payments, that of %s has %d", region, count, active, counts[active])
		}
	}
	return nil
}
