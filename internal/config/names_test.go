package config

import (
	"strings"
	"testing"
)

// TestNames pins every name: the roots and the deployed systems share them. The ones of the original are marked.
func TestNames(t *testing.T) {
	c := Default()
	c.EnvironmentSuffix, c.State.BucketPrefix = "x7", "acme"
	n := c.Names()
	for want, got := range map[string]string{
		"payment-sessions-x7":                         n.JournalTable(), // original
		"payment-control-x7":                          n.ControlTable(),
		"payment-global-x7":                           n.GlobalCluster(),        // original
		"payment-primary-x7":                          n.Cluster(Primary),       // original
		"payment-secondary-instance-1-x7":             n.Instance(Secondary, 1), // original
		"payment-dr-x7.pay.example.net":               n.Zone(),                 // original, but for the domain
		"api.payment-dr-x7.pay.example.net":           n.FailoverDomain(),
		"us-west-2.api.payment-dr-x7.pay.example.net": n.RegionalDomain(Secondary),
		"payment-admin-db-creds-x7":                   n.AdminSecret(),
		"payment-app-db-creds-x7":                     n.AppSecret(),
		"payment-processor-primary-x7":                n.Function(PaymentProcessor, Primary),         // original
		"payment-backup-verification-x7":              n.Function(BackupVerification, Secondary),     // original
		"payment-failover-controller-secondary-x7":    n.Function(FailoverController, Secondary),     //
		"payment-secret-rotation-primary-x7":          n.Function(SecretRotation, Primary),           //
		"payment-ledger-migration-primary-x7":         n.Function(LedgerMigration, Primary),          //
		"payment-lambda-role-secondary-x7":            n.Role(PaymentProcessor, Secondary),           // original
		"payment-backup-lambda-role-x7":               n.Role(BackupVerification, Primary),           // original
		"payment-backup-lambda-role-secondary-x7":     n.Role(BackupVerification, Secondary),         //
		"payment-failover-controller-role-primary-x7": n.Role(FailoverController, Primary),           //
		"payment-flow-logs-role-primary-x7":           n.Role(FlowLogs, Primary),                     //
		"payment-rds-monitoring-role-secondary-x7":    n.Role(RDSMonitoring, Secondary),              //
		"payment-lambda-policy-primary-x7":            n.Policy(PaymentProcessor, Primary),           // original
		"payment-backup-lambda-policy-x7":             n.Policy(BackupVerification, Primary),         // original
		"payment-backup-lambda-policy-secondary-x7":   n.Policy(BackupVerification, Secondary),       //
		"payment-secret-rotation-policy-secondary-x7": n.Policy(SecretRotation, Secondary),           //
		"payment-alerts-x7":                           n.AlertsTopic(),                               // original
		"payment-dns-alerts-x7":                       n.DNSAlertsTopic(),                            //
		"payment-primary-db-cpu-x7":                   n.Alarm(Primary, "db-cpu"),                    // original
		"payment-backup-schedule-x7":                  n.BackupSchedule(),                            // original
		"payment-primary-db-sg-x7":                    n.Named(Primary, "db-sg"),                     // original
		"acme-x7-us-east-2":                           n.StateBucket("us-east-2"),                    //
		"/aws/lambda/payment-processor-primary-x7":    n.FunctionLogGroup(PaymentProcessor, Primary), //
		"/aws/lambda/payment-backup-verification-x7":  n.FunctionLogGroup(BackupVerification, Primary),
		"/aws/apigateway/payment-secondary-x7":        n.APILogGroup(Secondary),
		"/aws/vpc/payment-primary-x7":                 n.FlowLogGroup(Primary),
		"alias/payment-primary-data-x7":               n.KeyAlias(Primary, "data"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestRolesAndPoliciesAreDistinct: IAM names are global, so no two may be equal.
func TestRolesAndPoliciesAreDistinct(t *testing.T) {
	n := Default().Names()
	seen := map[string]string{}
	for _, role := range Roles() {
		for _, name := range append(Functions(), FlowLogs, RDSMonitoring, Scheduler) {
			for _, got := range []string{n.Role(name, role), n.Policy(name, role)} {
				if other, twice := seen[got]; twice {
					t.Errorf("%s is the name for %s and for %s in %s", got, other, name, role)
				}
				seen[got] = name + " in " + string(role)
			}
		}
	}
}

// TestEveryPatternHasARule: a name without a limit would pass Validate and fail in AWS.
func TestEveryPatternHasARule(t *testing.T) {
	ruled := map[string]bool{}
	for _, rule := range NameRules() {
		ruled[rule.Pattern] = true
		if rule.Kind == "" || rule.Maximum == 0 || rule.Allowed == nil || !strings.HasPrefix(rule.Source, "https://") {
			t.Errorf("incomplete rule: %+v", rule)
		}
		c := Default()
		c.State.BucketPrefix = "acme"
		name := rule.Longest(c)
		if strings.ContainsAny(name, "{}") {
			t.Errorf("%s leaves a placeholder: %s", rule.Pattern, name)
		}
		if !rule.Allowed.MatchString(name) || len(name) > rule.Maximum {
			t.Errorf("the default makes a %s that is not allowed: %s", rule.Kind, name)
		}
	}
	for _, pattern := range []string{
		patternJournal, patternControl, patternGlobalCluster, patternCluster, patternInstance, patternZone, patternFailoverDomain,
		patternRegionalDomain, patternAdminSecret, patternAppSecret, patternProcessor, patternVerification, patternFunction,
		patternProcessorRole, patternBackupRole, patternBackupRole2, patternRole, patternProcessorAllow, patternBackupAllow,
		patternBackupAllow2, patternPolicy, patternAlerts, patternDNSAlerts, patternNamed, patternBackupSchedule,
		patternStateBucket, patternFunctionLogs, patternAPILogs, patternFlowLogs, patternKeyAlias,
	} {
		if !ruled[pattern] {
			t.Errorf("%s has no rule", pattern)
		}
	}
}

// TestLimits: each limit lets the longest value through and refuses one character more.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name, key string
		length    int
		set       func(*Config, string)
		kind      string
	}{
		{"suffix, by the IAM role", "environment_suffix", 21, func(c *Config, s string) { c.EnvironmentSuffix = s }, "IAM role"},
		{"domain, by the certificate", "domain", 64 - len("api.payment-dr-dev-test."), func(c *Config, s string) { c.Domain = s[:len(s)-4] + ".net" }, "first name of a certificate"},
		{"bucket", "state.bucket_prefix", 63 - len("-dev-test-us-east-1"), func(c *Config, s string) { c.State = State{Backend: StateS3, BucketPrefix: s} }, "S3 bucket"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Default()
			test.set(&c, strings.Repeat("a", test.length))
			if found := c.Validate(); len(found) > 0 {
				t.Errorf("%d characters: %v", test.length, found)
			}
			test.set(&c, strings.Repeat("a", test.length+1))
			found := c.Validate()
			if len(found) != 1 || found[0].Key != test.key || !strings.Contains(found[0].Reason, "("+test.kind+")") {
				t.Errorf("%d characters: %v, want one violation of the %s", test.length+1, found, test.kind)
			}
		})
	}
}
