package supervisor

import (
	"context"
	"time"

	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

// metrics carries values of what runs outside the Regions to their CloudWatch.
type metrics struct {
	s       *Supervisor
	pending chan regional
}

type regional struct {
	region string
	metric control.Metric
}

// metricsKept bounds what waits for a Region that takes nothing; the newest are given up then.
const metricsKept = 1000

func newMetrics(s *Supervisor) *metrics {
	m := &metrics{s: s, pending: make(chan regional, metricsKept)}
	s.running.Go(m.send)
	return m
}

func (m *metrics) add(region string, metric control.Metric) {
	select {
	case m.pending <- regional{region, metric}:
	default:
	}
}

// database takes a value of RDS.
func (m *metrics) database(value rds.Metric) {
	m.add(value.Region, control.Metric{Namespace: "AWS/RDS", Name: value.Name, Unit: value.Unit,
		Dimensions: value.Dimensions, Value: value.Value, At: value.At})
}

// healthRegion is the only Region that has Route 53's metrics (Route 53 developer guide, monitoring health checks).
const healthRegion = "us-east-1"

// health takes a minute of a health check.
func (m *metrics) health(minute health.Minute) {
	dimensions := map[string]string{"HealthCheckId": minute.HealthCheckID}
	for name, value := range map[string]float64{"HealthCheckStatus": minute.Lowest, "HealthCheckPercentageHealthy": minute.LowestPercentage} {
		m.add(healthRegion, control.Metric{Namespace: "AWS/Route53", Name: name, Unit: "None", Dimensions: dimensions, Value: value, At: minute.Start})
	}
}

// send hands over what has come, once a second. A Region that does not take it has no metrics then, as a real one.
func (m *metrics) send() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-m.s.ctx.Done():
			return
		case <-ticker.C:
		}
		byRegion := map[string][]control.Metric{}
		for waiting := len(m.pending); waiting > 0; waiting-- {
			value := <-m.pending
			byRegion[value.region] = append(byRegion[value.region], value.metric)
		}
		for region, values := range byRegion {
			m.deliver(region, values)
		}
	}
}

func (m *metrics) deliver(region string, values []control.Metric) {
	p := m.s.places[region]
	if p == nil || m.s.stateOf(p) != cloud.Running {
		return
	}
	ctx, cancel := context.WithTimeout(m.s.ctx, time.Second)
	defer cancel()
	if err := p.client.Record(ctx, values); err != nil {
		m.s.log.Debug("deliver metrics", "region", region, "error", err)
	}
}
