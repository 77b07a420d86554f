package stack_test

import (
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
)

// variants are the configurations that every check of this package runs over.
func variants() map[string]func(*config.Config) {
	return map[string]func(*config.Config){
		"default": nil,
		"production suffix": func(c *config.Config) {
			c.EnvironmentSuffix = "prod"
			c.Alerts.Emails = []string{"payments-oncall@acme-payments.com", "dr@acme-payments.com"}
		},
		"nat egress": func(c *config.Config) { c.Egress = config.EgressNAT },
		"european regions": func(c *config.Config) {
			c.Regions = config.Regions{Primary: "eu-central-1", Secondary: "eu-west-1", Witness: "eu-west-3"}
		},
		"swapped regions": func(c *config.Config) {
			c.Regions.Primary, c.Regions.Secondary = c.Regions.Secondary, c.Regions.Primary
		},
		"other address ranges": func(c *config.Config) {
			c.CIDRs = config.CIDRs{Primary: "172.20.0.0/18", Secondary: "172.21.64.0/18"}
		},
		"postgres 16, three instances, x86": func(c *config.Config) {
			c.Database.EngineVersion = "16.8"
			c.Database.Instances = 3
			c.Compute.Architecture = "amd64"
		},
		"no authentication": func(c *config.Config) { c.API.Auth = config.Auth{None: true} },
		"drills by fis":     func(c *config.Config) { c.Drills.Faults = config.FaultsFIS },
		"delegated zone":    func(c *config.Config) { c.Domain, c.ParentZoneID = "acme-payments.com", "Z0123456789ABCDEFGHIJ" },
		"state in s3": func(c *config.Config) {
			c.State = config.State{Backend: config.StateS3, BucketPrefix: "acme-payment-state"}
		},
	}
}

func TestEveryVariantPassesTheSchema(t *testing.T) {
	for name, change := range variants() {
		t.Run(name, func(t *testing.T) {
			faults, err := build(t, change).Check()
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faults {
				t.Errorf("%s/%s", fault.Root, fault.Fault)
			}
		})
	}
}
