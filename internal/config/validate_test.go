package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDefaultIsValid(t *testing.T) {
	if found := Default().Validate(); len(found) > 0 {
		t.Error(found)
	}
}

// drawConfig is any configuration that people could mean.
func drawConfig(t *rapid.T) Config {
	c := Default()
	c.EnvironmentSuffix = rapid.StringMatching(`[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,5})?`).Draw(t, "suffix")
	c.Domain = rapid.StringMatching(`[a-z]{1,10}(-[a-z0-9]{1,5})?\.(net|com|org|co\.uk)`).Draw(t, "domain")
	regions := rapid.Permutation(StrongRegions()).Draw(t, "regions")
	c.Regions = Regions{Primary: regions[0], Secondary: regions[1], Witness: regions[2]}
	second := rapid.IntRange(0, 127).Draw(t, "octet")
	c.CIDRs = CIDRs{Primary: fmt.Sprintf("10.%d.0.0/16", second), Secondary: fmt.Sprintf("10.%d.%d.0/20", second+128, 16*rapid.IntRange(0, 15).Draw(t, "third"))}
	c.HealthCheck.Interval = rapid.SampledFrom([]time.Duration{10 * time.Second, 30 * time.Second}).Draw(t, "interval")
	c.HealthCheck.Threshold = rapid.IntRange(1, 10).Draw(t, "threshold")
	c.HealthCheck.TTL = time.Duration(rapid.IntRange(1, 3600).Draw(t, "ttl")) * time.Second
	c.Lease.Tick = time.Duration(rapid.IntRange(500, 30_000).Draw(t, "tick")) * time.Millisecond
	c.Lease.TTL = ticksPerTTL * c.Lease.Tick
	c.Database.EngineVersion = rapid.SampledFrom(offeredVersions).Draw(t, "version")
	c.Database.InstanceClass = "db." + rapid.SampledFrom([]string{"r5", "r6g", "r6i", "r7g", "r8g", "x2g"}).Draw(t, "family") +
		rapid.SampledFrom([]string{".large", ".xlarge", ".2xlarge", ".16xlarge"}).Draw(t, "size")
	c.Database.Instances = rapid.IntRange(1, 15).Draw(t, "instances")
	c.Database.BackupRetentionDays = rapid.IntRange(1, 35).Draw(t, "retention")
	c.API.Auth.None = rapid.Bool().Draw(t, "none")
	c.Logs.RetentionDays = rapid.SampledFrom(logRetentions).Draw(t, "logs")
	c.Egress = rapid.SampledFrom([]string{EgressEndpoints, EgressNAT}).Draw(t, "egress")
	return c
}

func TestSensibleConfigurationsAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		if found := c.Validate(); len(found) > 0 {
			t.Fatal(found)
		}
		for _, role := range Roles() {
			if zones := c.Zones(role); len(zones) != 3 {
				t.Fatalf("%s has zones %v, want three", c.Region(role), zones)
			}
			checkSubnets(t, c, role)
		}
		for _, rule := range NameRules() {
			if name := rule.Longest(c); !strings.Contains(rule.Pattern, "{prefix}") && (!rule.Allowed.MatchString(name) || len(name) > rule.Maximum) {
				t.Fatalf("valid configuration makes a %s that is not allowed: %s", rule.Kind, name)
			}
		}
		// Written as flags, it loads to the same.
		var overrides []string
		for _, field := range Fields() {
			if value := field.format(c); value != "" && (!c.API.Auth.None || !strings.HasPrefix(field.Key, "api.auth.jwt")) {
				overrides = append(overrides, field.Key+"="+value)
			}
		}
		loaded, err := Load(LoadOptions{Set: overrides})
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range Fields() {
			if got, want := field.format(loaded), field.format(c); got != want && field.Key != "api.auth.jwt.issuer" {
				t.Fatalf("%s loads as %q, want %q", field.Key, got, want)
			}
		}
	})
}

// checkSubnets: six /24 inside the VPC that share no address.
func checkSubnets(t *rapid.T, c Config, role Role) {
	all := append(c.PrivateSubnets(role), c.PublicSubnets(role)...)
	if len(all) != 2*subnetsOfEachKind {
		t.Fatalf("%d subnets in %s, want %d", len(all), c.CIDR(role), 2*subnetsOfEachKind)
	}
	for i, subnet := range all {
		if subnet.Bits() != subnetBits || !c.CIDR(role).Contains(subnet.Addr()) || subnet.Masked() != subnet {
			t.Fatalf("subnet %s of %s", subnet, c.CIDR(role))
		}
		for _, other := range all[:i] {
			if slowOverlap(subnet, other) {
				t.Fatalf("subnets %s and %s overlap", subnet, other)
			}
		}
	}
}

func TestOriginalSubnets(t *testing.T) {
	got := fmt.Sprint(Default().PrivateSubnets(Primary), Default().PrivateSubnets(Secondary))
	if want := "[10.0.0.0/24 10.0.1.0/24 10.0.2.0/24] [10.1.0.0/24 10.1.1.0/24 10.1.2.0/24]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// slowOverlap compares first and last addresses as numbers.
func slowOverlap(a, b netip.Prefix) bool {
	firstA, lastA := bounds(a)
	firstB, lastB := bounds(b)
	return firstA <= lastB && firstB <= lastA
}

func bounds(p netip.Prefix) (first, last uint64) {
	for _, octet := range p.Addr().As4() {
		first = first<<8 | uint64(octet)
	}
	size := uint64(1) << (32 - p.Bits())
	first -= first % size
	return first, first + size - 1
}

func TestOverlapAgainstSlowTwin(t *testing.T) {
	prefix := rapid.Custom(func(t *rapid.T) netip.Prefix {
		// Few distinct high octets, so that overlaps happen.
		octets := [4]byte{10, rapid.SampledFrom([]byte{0, 1, 2}).Draw(t, "second"), rapid.Byte().Draw(t, "third"), rapid.Byte().Draw(t, "fourth")}
		return netip.PrefixFrom(netip.AddrFrom4(octets), rapid.IntRange(8, 32).Draw(t, "bits"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := prefix.Draw(t, "a"), prefix.Draw(t, "b")
		if got, want := overlap(a, b), slowOverlap(a, b); got != want {
			t.Fatalf("overlap(%s, %s) = %v, the slow twin says %v", a, b, got, want)
		}
	})
}

func TestReservedDomain(t *testing.T) {
	for name, want := range map[string]bool{
		"pay.example.net": true, "EXAMPLE.com.": true, "a.test": true, "localhost": true, "x.invalid": true, "home.arpa": true, "corp.internal": true,
		"acme.net": false, "example.net.acme.com": false, "notexample.com": false, "latest": false, "": false,
	} {
		if got := ReservedDomain(name); got != want {
			t.Errorf("ReservedDomain(%q) = %v", name, got)
		}
	}
}

func TestInstanceClasses(t *testing.T) {
	for class, want := range map[string]bool{
		"db.r6g.large": true, "db.r5.xlarge": true, "db.r8gd.48xlarge": true, "db.x2iedn.32xlarge": true, "db.r10g.large": true,
		"db.r4.large": false, "db.t4g.medium": false, "db.t4g.large": false, "db.m6g.large": false, "db.serverless": false, "r6g.large": false, "db.r6g.small": false, "db.x1.large": false,
	} {
		c := Default()
		c.Database.InstanceClass = class
		if got := len(c.Validate()) == 0; got != want {
			t.Errorf("%s: valid is %v", class, got)
		}
	}
}

func TestEngineVersions(t *testing.T) {
	for version, want := range map[string]struct{ valid, offered bool }{
		"17.7": {true, true}, "15.10": {true, true}, "14.22": {true, true},
		"15.3": {true, false}, // the original's: a valid version that Aurora no longer creates
		"17.3": {false, false}, "13.20": {false, false}, "9.6": {false, false}, "17": {false, false}, "17.07": {false, false}, "": {false, false},
	} {
		c := Default()
		c.Database.EngineVersion = version
		offered, all := EngineVersionOffered(version)
		if valid := len(c.Validate()) == 0; valid != want.valid || offered != want.offered {
			t.Errorf("%q: valid %v, offered %v, want %+v", version, valid, offered, want)
		}
		if len(all) == 0 || slices.Contains(all, "15.3") {
			t.Errorf("offered versions are %v", all)
		}
	}
}

func TestProtected(t *testing.T) {
	no, yes := false, true
	for _, test := range []struct {
		suffix  string
		setting *bool
		want    bool
	}{
		{"dev", nil, false}, {"dev-test", nil, false}, {"prod", nil, true}, {"device", nil, true}, {"dev", &yes, true}, {"prod", &no, false},
	} {
		c := Default()
		c.EnvironmentSuffix, c.Database.DeletionProtection = test.suffix, test.setting
		if got := c.Protected(); got != test.want {
			t.Errorf("%s with %v: protected is %v", test.suffix, test.setting, got)
		}
	}
}

func TestPreflightAndWarnings(t *testing.T) {
	ready := Default()
	ready.Domain, ready.Alerts.Emails, ready.API.Auth.JWT.Issuer = "acme.net", []string{"ops@acme.net"}, "https://id.acme.net/"
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   []string // keys
	}{
		{"ready", func(*Config) {}, nil},
		{"reserved domain", func(c *Config) { c.Domain = "pay.example.net" }, []string{"domain"}},
		{"no authentication", func(c *Config) { c.API.Auth.None = true }, []string{"api.auth"}},
		{"reserved issuer", func(c *Config) { c.API.Auth.JWT.Issuer = "https://id.example.com/" }, []string{"api.auth.jwt.issuer"}},
		{"no address", func(c *Config) { c.Alerts.Emails = nil }, []string{"alerts.emails"}},
		{"reserved address", func(c *Config) { c.Alerts.Emails = []string{"ops-team@example.com"} }, []string{"alerts.emails"}},
		{"old engine", func(c *Config) { c.Database.EngineVersion = "15.3" }, []string{"database.engine_version"}},
		{"one instance", func(c *Config) { c.Database.Instances = 1 }, []string{"database.instances"}},
		{"one probe", func(c *Config) { c.HealthCheck.Threshold = 1 }, []string{"health_check.threshold"}},
		{"short backups", func(c *Config) { c.Database.BackupRetentionDays = 1 }, []string{"database.backup_retention_days"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := ready
			test.change(&c)
			var got []string
			for _, violation := range append(c.Preflight(), c.Warnings()...) {
				got = append(got, violation.Key)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// What was only derived from a domain that somebody owns is not yet what they meant.
func TestPreflightAsksForDerivedValues(t *testing.T) {
	cfg, err := Load(LoadOptions{Path: "testdata/empty.yaml", Set: []string{"domain=acme-payments.com"}})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, violation := range cfg.Preflight() {
		keys = append(keys, violation.Key)
	}
	if want := []string{"api.auth.jwt.issuer", "alerts.emails"}; !slices.Equal(keys, want) {
		t.Errorf("preflight asks for %v, want %v", keys, want)
	}
}
