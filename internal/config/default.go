package config

import "time"

// Default is the complete configuration that an absent file stands for. Its domain is reserved (RFC 2606), so it can
// be written and planned but not deployed.
func Default() Config {
	return fillDerived(underived())
}

// underived is Default before the values that depend on other fields.
func underived() Config {
	return Config{
		EnvironmentSuffix: "dev-test",
		Domain:            "pay.example.net",
		Regions:           Regions{Primary: "us-east-1", Secondary: "us-west-2", Witness: "us-east-2"},
		CIDRs:             CIDRs{Primary: "10.0.0.0/16", Secondary: "10.1.0.0/16"},
		Objectives:        Objectives{RTO: 60 * time.Second, RPO: 0},
		HealthCheck:       HealthCheck{Interval: 10 * time.Second, Threshold: 2, TTL: 10 * time.Second},
		Lease:             Lease{TTL: 15 * time.Second, Tick: 2 * time.Second},
		Database: Database{
			EngineVersion: "17.7", InstanceClass: "db.r6g.large", Instances: 2, BackupRetentionDays: 7, AdminPasswordVersion: 1,
		},
		API: API{
			Auth:     Auth{JWT: JWT{Audience: []string{"payment-api"}}},
			Throttle: Throttle{Rate: 500, Burst: 1000},
		},
		Egress:  EgressEndpoints,
		State:   State{Backend: StateLocal},
		Compute: Compute{Architecture: "arm64"},
		Logs:    Logs{RetentionDays: 365},
		Drills:  Drills{Faults: FaultsNone},
	}
}

// fillDerived sets what depends on other fields and was not given.
func fillDerived(c Config) Config {
	if c.API.Auth.JWT.Issuer == "" {
		c.API.Auth.JWT.Issuer = derivedIssuer(c.Domain)
	}
	if c.Alerts.Emails == nil {
		c.Alerts.Emails = derivedEmails(c.Domain)
	}
	return c
}

func derivedIssuer(domain string) string { return "https://auth." + domain + "/" }

func derivedEmails(domain string) []string { return []string{"ops-team@" + domain} }
