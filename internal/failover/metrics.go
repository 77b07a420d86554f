package failover

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// heartbeatEvery is how often work that takes long says that it lives.
const heartbeatEvery = 20 * time.Second

// follow notices that the lease came or went, and returns the tick's metrics.
func (c *Controller) follow(decision Decision) []telemetry.Metric {
	self, lease := c.options.Settings, c.memory.lease
	holds := c.memory.holds(self, c.clock.Now()) && !decision.Fenced
	var metrics []telemetry.Metric
	if c.holding && !holds && !c.gaveUp() {
		metrics = append(metrics, telemetry.Value(telemetry.LeaseLost, 1))
		c.note("lost", map[string]string{"reason": decision.Reason})
	}
	if decision.Fenced {
		c.memory.held = time.Time{}
	}
	c.holding = holds
	if holds {
		c.heldState = lease.State
		if c.ledger.Known {
			metrics = append(metrics, telemetry.Value(telemetry.LedgerWritable, bit(c.ledger.Good)))
		}
	}
	return metrics
}

// gaveUp tells whether the lease went because somebody meant it to: a run of this Region released it, or an operator
// drained it first.
func (c *Controller) gaveUp() bool {
	released := c.memory.lease.Region == c.options.Settings.Region && c.memory.lease.State == payment.LeaseReleased
	return released || c.heldState == payment.LeaseDraining
}

// emit writes what is left of a tick's metrics, and always whether the lease is held: silence is an alarm.
func (c *Controller) emit(metrics []telemetry.Metric) error {
	if len(metrics) == 0 && !c.emitted.IsZero() && c.clock.Now().Sub(c.emitted) < c.options.Settings.Tick/2 {
		return nil
	}
	now := c.clock.Now()
	metrics = append(metrics, telemetry.Value(telemetry.LeaseHeld, bit(c.memory.holds(c.options.Settings, now))))
	if err := c.options.Metrics.Emit(c.clock.Wall(), metrics, nil, c.properties); err != nil {
		return fmt.Errorf("emit metrics: %w", err)
	}
	c.emitted = now
	return nil
}

// emitNow writes a tick's metrics before its work.
func (c *Controller) emitNow(metrics *[]telemetry.Metric) error {
	err := c.emit(*metrics)
	*metrics = nil
	return err
}

// heartbeat is emit during long work.
func (c *Controller) heartbeat() error {
	if c.clock.Now().Sub(c.emitted) < heartbeatEvery {
		return nil
	}
	return c.emit(nil)
}

func bit(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
