package resources

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

type healthChecks interface {
	PutHealthCheck(config health.Config) error
	DeleteHealthCheck(id string)
}

// healthCheck handles aws_route53_health_check.
func (c *Cloud) healthCheck() handler {
	return handler{cloud: c,
		put: func(_ context.Context, full attributes, r apply.Resource) (attributes, error) {
			config := health.Config{ID: full.text("id"), Type: health.Type(full.text("type")), FQDN: full.text("fqdn"), Port: full.number("port"),
				Path: full.text("resource_path"), SearchString: full.text("search_string"),
				Interval: time.Duration(full.number("request_interval")) * time.Second, FailureThreshold: full.number("failure_threshold"),
				Inverted: full.yes("invert_healthcheck"), Disabled: full.yes("disabled"), EnableSNI: full.yes("enable_sni"),
				Regions: full.texts("regions"), MeasureLatency: full.yes("measure_latency")}
			if config.Type == health.HTTPS && full.get("enable_sni").IsNull() {
				config.EnableSNI = true // Route 53's default for HTTPS
			}
			if address := full.text("ip_address"); address != "" {
				parsed, err := netip.ParseAddr(address)
				if err != nil {
					return full, fmt.Errorf("ip_address %q: %w", address, err)
				}
				config.Address = parsed
			}
			if err := c.options.Names.PutHealthCheck(config); err != nil {
				return full, fmt.Errorf("put health check %s: %w", key(r), err)
			}
			return full, nil
		},
		delete: func(_ context.Context, prior object, _ apply.Resource) error {
			c.options.Names.DeleteHealthCheck(prior.text("id"))
			return nil
		},
	}
}
