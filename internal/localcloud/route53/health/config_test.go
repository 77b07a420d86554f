package health_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

func TestValidate(t *testing.T) {
	tests := map[string]struct {
		change func(*health.Config)
		want   string // "" for valid
	}{
		"as generated":              {func(*health.Config) {}, ""},
		"TCP":                       {func(c *health.Config) { c.Type, c.Port = health.TCP, 5432 }, ""},
		"address only":              {func(c *health.Config) { c.FQDN, c.Address = "", netip.MustParseAddr("192.0.2.1") }, ""},
		"string matching":           {func(c *health.Config) { c.Type, c.SearchString = health.HTTPStringMatching, "ok" }, ""},
		"three Regions":             {func(c *health.Config) { c.Regions = health.Places()[:3] }, ""},
		"no id":                     {func(c *health.Config) { c.ID = "" }, "no id"},
		"calculated":                {func(c *health.Config) { c.Type = "CALCULATED" }, "not modelled"},
		"no endpoint":               {func(c *health.Config) { c.FQDN = "" }, "neither an IP address nor a domain name"},
		"address as name":           {func(c *health.Config) { c.FQDN = "192.0.2.1" }, "is an IP address"},
		"TCP without port":          {func(c *health.Config) { c.Type = health.TCP }, "port 0"},
		"port":                      {func(c *health.Config) { c.Port = 65536 }, "port 65536"},
		"interval":                  {func(c *health.Config) { c.Interval = 20 * time.Second }, "neither 10s nor 30s"},
		"threshold":                 {func(c *health.Config) { c.FailureThreshold = 11 }, "not from 1 to 10"},
		"string without its type":   {func(c *health.Config) { c.SearchString = "ok" }, "search string"},
		"type without its string":   {func(c *health.Config) { c.Type = health.HTTPSStringMatching }, "search string"},
		"string too long":           {func(c *health.Config) { c.SearchString = strings.Repeat("x", 256) }, "255"},
		"path too long":             {func(c *health.Config) { c.Path = strings.Repeat("x", 256) }, "255"},
		"too few Regions":           {func(c *health.Config) { c.Regions = health.Places()[:2] }, "at least 3"},
		"a Region without checkers": {func(c *health.Config) { c.Regions = []string{"us-east-1", "us-west-1", "eu-north-1"} }, "eu-north-1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := health.Config{ID: "check", Type: health.HTTPS, FQDN: "us-east-1.api.example.net", Path: "health", FailureThreshold: 2, Interval: 10 * time.Second}
			test.change(&config)
			err := config.WithDefaults().Validate()
			if test.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if test.want != "" && (!errors.Is(err, health.ErrInvalid) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want ErrInvalid with %q", err, test.want)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	config := health.Config{ID: "check", Type: health.HTTPS, FQDN: "a.example.net", Path: "health"}.WithDefaults()
	if config.Port != 443 || config.Interval != 30*time.Second || config.FailureThreshold != 3 || config.Path != "/health" || len(config.Regions) != 8 {
		t.Errorf("defaults: %+v", config)
	}
	if config = (health.Config{Type: health.HTTP}).WithDefaults(); config.Port != 80 || config.Path != "/" {
		t.Errorf("HTTP defaults: %+v", config)
	}
}
