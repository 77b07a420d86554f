package apply

import (
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Whatever the product generates is understood: variants whose files differ in more than values.
func TestEveryVariantIsUnderstood(t *testing.T) {
	for name, change := range map[string]func(*config.Config){
		"production suffix": func(c *config.Config) {
			c.EnvironmentSuffix = "prod"
			c.Alerts.Emails = []string{"payments-oncall@acme-payments.com", "dr@acme-payments.com"}
		},
		"nat egress": func(c *config.Config) { c.Egress = config.EgressNAT },
		"swapped regions": func(c *config.Config) {
			c.Regions.Primary, c.Regions.Secondary = c.Regions.Secondary, c.Regions.Primary
		},
		"three instances":   func(c *config.Config) { c.Database.Instances = 3 },
		"no authentication": func(c *config.Config) { c.API.Auth = config.Auth{None: true} },
		"delegated zone":    func(c *config.Config) { c.Domain, c.ParentZoneID = "acme-payments.com", "Z0123456789ABCDEFGHIJ" },
		"state in s3": func(c *config.Config) {
			c.State = config.State{Backend: config.StateS3, BucketPrefix: "acme-payment-state"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config.Default()
			change(&cfg)
			system, err := stack.Build(cfg)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for path, content := range system.Files() {
				files[path] = string(content)
			}
			for _, function := range config.Functions() {
				files[stack.FunctionZip(function)] = function
			}
			cloud, engine := newCloud()
			folder := write(t, files)
			report := mustApply(t, engine, folder)
			if report.Created < 200 {
				t.Errorf("report %+v, want the whole system", report)
			}
			position := map[string]int{}
			for level, group := range report.Roots {
				for _, root := range group {
					position[root] = level
				}
			}
			for _, root := range system.Roots {
				if _, there := position[root.Name]; !there {
					t.Errorf("the root %s is missing", root.Name)
				}
			}
			if position["link"] != 2 || position["global"] != 0 {
				t.Errorf("order of the roots %v", report.Roots)
			}
			cloud.take()
			if mustApply(t, engine, folder); len(cloud.changes()) > 0 {
				t.Error("the second apply changes something")
			}
		})
	}
}
