package config

// Why a value outside its field's bounds is refused, with the source.
const (
	regionRule    = "DynamoDB does not offer multi-Region strong consistency there (" + regionsSource + ")"
	probeRule     = "Route 53 does not offer that (https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html)"
	instancesRule = "a cluster of a global database has 1 to 15 instances here (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html)"
	retentionRule = "Aurora keeps backups for 1 to 35 days (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html)"
)

// Fields is every leaf of the configuration in the order in which a person reads it.
func Fields() []Field {
	return append(spineFields(), serviceFields()...)
}

func spineFields() []Field {
	return []Field{
		{Key: "environment_suffix", Kind: KindText, pointer: func(c *Config) any { return &c.EnvironmentSuffix },
			Meaning: "Ends the name of everything that is created; `dev` and `dev-*` are development. `ENVIRONMENT_SUFFIX` sets it too."},
		{Key: "domain", Kind: KindText, pointer: func(c *Config) any { return &c.Domain },
			Meaning: "Parent of the hosted zone `payment-dr-<suffix>.<domain>`. The default is reserved and cannot be deployed."},
		{Key: "parent_zone_id", Kind: KindText, pointer: func(c *Config) any { return &c.ParentZoneID },
			Meaning: "Hosted zone of the domain in the same account; if given, the delegation is created too."},
		{Key: "regions.primary", Kind: KindText, Choices: StrongRegions(), Rule: regionRule, pointer: func(c *Config) any { return &c.Regions.Primary },
			Meaning: "Region that holds the lease first."},
		{Key: "regions.secondary", Kind: KindText, Choices: StrongRegions(), Rule: regionRule, pointer: func(c *Config) any { return &c.Regions.Secondary },
			Meaning: "Region that takes over."},
		{Key: "regions.witness", Kind: KindText, Choices: StrongRegions(), Rule: regionRule, pointer: func(c *Config) any { return &c.Regions.Witness },
			Meaning: "Region that completes the quorum of the journal and holds nothing else."},
		{Key: "cidrs.primary", Kind: KindText, pointer: func(c *Config) any { return &c.CIDRs.Primary },
			Meaning: "Private IPv4 range of the primary VPC, /16 to /20."},
		{Key: "cidrs.secondary", Kind: KindText, pointer: func(c *Config) any { return &c.CIDRs.Secondary },
			Meaning: "Private IPv4 range of the secondary VPC, /16 to /20; the VPCs are peered, so they must not overlap."},
		{Key: "objectives.rto", Kind: KindDuration, pointer: func(c *Config) any { return &c.Objectives.RTO },
			Meaning: "Longest time in which payers may be refused when a Region is lost. `synth` refuses what cannot meet it."},
		{Key: "objectives.rpo", Kind: KindDuration, pointer: func(c *Config) any { return &c.Objectives.RPO },
			Meaning: "Longest span of acknowledged payments that may be lost; the journal makes it zero."},
		{Key: "health_check.interval", Kind: KindDuration, Choices: []string{"10s", "30s"}, Rule: probeRule, pointer: func(c *Config) any { return &c.HealthCheck.Interval },
			Meaning: "Time between two probes of one Route 53 checker."},
		{Key: "health_check.threshold", Kind: KindInteger, Minimum: 1, Maximum: 10, Rule: probeRule, pointer: func(c *Config) any { return &c.HealthCheck.Threshold },
			Meaning: "Probes that must fail, or succeed, in a row to change a checker's mind."},
		{Key: "health_check.ttl", Kind: KindDuration, pointer: func(c *Config) any { return &c.HealthCheck.TTL },
			Meaning: "Time that resolvers keep the answer of the failover name, whole seconds."},
		{Key: "lease.ttl", Kind: KindDuration, pointer: func(c *Config) any { return &c.Lease.TTL },
			Meaning: "Silence after which the holder of the lease counts as dead; at least three ticks."},
		{Key: "lease.tick", Kind: KindDuration, pointer: func(c *Config) any { return &c.Lease.Tick },
			Meaning: "Time between two renewals of the lease."},
	}
}

func serviceFields() []Field {
	return []Field{
		{Key: "database.engine_version", Kind: KindText, pointer: func(c *Config) any { return &c.Database.EngineVersion },
			Meaning: "Aurora PostgreSQL version, major.minor, in quotes."},
		{Key: "database.instance_class", Kind: KindText, pointer: func(c *Config) any { return &c.Database.InstanceClass },
			Meaning: "Memory-optimised instance class, r5 or newer."},
		{Key: "database.instances", Kind: KindInteger, Minimum: 1, Maximum: 15, Rule: instancesRule, pointer: func(c *Config) any { return &c.Database.Instances },
			Meaning: "Instances of each Region's cluster."},
		{Key: "database.backup_retention_days", Kind: KindInteger, Minimum: 1, Maximum: 35, Rule: retentionRule, pointer: func(c *Config) any { return &c.Database.BackupRetentionDays },
			Meaning: "Days that both clusters can be restored to."},
		{Key: "database.admin_password_version", Kind: KindInteger, Minimum: 1, Maximum: 1_000_000, Rule: "versions count from 1", pointer: func(c *Config) any { return &c.Database.AdminPasswordVersion },
			Meaning: "Raise it to give the database administrator a new password with the next deploy."},
		{Key: "database.deletion_protection", Kind: KindBoolean, Derived: "true unless the suffix is a development one", pointer: func(c *Config) any { return &c.Database.DeletionProtection },
			Meaning: "Protects clusters, tables and the zone from `destroy`."},
		{Key: "api.auth", Kind: KindAuth, Choices: []string{"none", "jwt"}, pointer: func(c *Config) any { return &c.API.Auth },
			Meaning: "`none` turns authentication off, which must be said aloud; otherwise the mapping below."},
		{Key: "api.auth.jwt.issuer", Kind: KindText, Derived: "https://auth.<domain>/", pointer: func(c *Config) any { return &c.API.Auth.JWT.Issuer },
			Meaning: "Issuer whose tokens the API accepts; an https URL."},
		{Key: "api.auth.jwt.audience", Kind: KindList, pointer: func(c *Config) any { return &c.API.Auth.JWT.Audience },
			Meaning: "Audiences that a token must name one of."},
		{Key: "api.throttle.rate", Kind: KindInteger, Minimum: 1, Maximum: 1_000_000, pointer: func(c *Config) any { return &c.API.Throttle.Rate },
			Meaning: "Requests per second that each Region's API lets through."},
		{Key: "api.throttle.burst", Kind: KindInteger, Minimum: 1, Maximum: 1_000_000, pointer: func(c *Config) any { return &c.API.Throttle.Burst },
			Meaning: "Requests at once above the rate."},
		{Key: "alerts.emails", Kind: KindList, pointer: func(c *Config) any { return &c.Alerts.Emails },
			Meaning: "Addresses subscribed to every alert topic; each must confirm by mail."},
		{Key: "egress", Kind: KindText, Choices: []string{EgressEndpoints, EgressNAT}, pointer: func(c *Config) any { return &c.Egress },
			Meaning: "How functions in the VPC reach AWS: interface endpoints, or NAT gateways in public subnets."},
		{Key: "state.backend", Kind: KindText, Choices: []string{StateLocal, StateS3}, pointer: func(c *Config) any { return &c.State.Backend },
			Meaning: "Where the engine keeps its state."},
		{Key: "state.bucket_prefix", Kind: KindText, pointer: func(c *Config) any { return &c.State.BucketPrefix },
			Meaning: "Starts the names of the state buckets `<prefix>-<suffix>-<region>`; required for s3."},
		{Key: "compute.architecture", Kind: KindText, Choices: []string{"arm64", "amd64"}, pointer: func(c *Config) any { return &c.Compute.Architecture },
			Meaning: "Processor of the functions; amd64 is what AWS calls x86_64."},
		{Key: "logs.retention_days", Kind: KindInteger, pointer: func(c *Config) any { return &c.Logs.RetentionDays },
			Meaning: "Days that log groups keep events; one of the numbers that CloudWatch Logs allows."},
		{Key: "drills.faults", Kind: KindText, Choices: []string{FaultsNone, FaultsFIS}, pointer: func(c *Config) any { return &c.Drills.Faults },
			Meaning: "`fis` adds experiment templates of AWS FIS, and roles that may cut the Regions apart, for `drill --aws`; nothing starts by itself."},
	}
}
