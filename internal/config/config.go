// Package config is the whole input of paymentdr: one optional YAML file, then the environment, then flags.
//
// The zero Config is not usable; Default returns a complete one, and Load applies file and environment on top of it.
package config

import "time"

// Role is the configured place of a Region, not who is active now (that is the lease, see internal/failover).
type Role string

// The two configured places. The witness Region holds no copy that anyone reads and has no role.
const (
	Primary   Role = "primary"
	Secondary Role = "secondary"
)

// Config is the complete, validated configuration. Every field has a default.
type Config struct {
	// EnvironmentSuffix ends the name of everything that is created, so that several systems share an account.
	EnvironmentSuffix string `yaml:"environment_suffix"`
	// Domain is the parent of the hosted zone payment-dr-<suffix>.<domain>.
	Domain string `yaml:"domain"`
	// ParentZoneID, if set, is the hosted zone of Domain in the same account; the delegation is then created too.
	ParentZoneID string      `yaml:"parent_zone_id"`
	Regions      Regions     `yaml:"regions"`
	CIDRs        CIDRs       `yaml:"cidrs"`
	Objectives   Objectives  `yaml:"objectives"`
	HealthCheck  HealthCheck `yaml:"health_check"`
	Lease        Lease       `yaml:"lease"`
	Database     Database    `yaml:"database"`
	API          API         `yaml:"api"`
	Alerts       Alerts      `yaml:"alerts"`
	// Egress is how functions in the VPC reach AWS APIs: EgressEndpoints or EgressNAT.
	Egress  string  `yaml:"egress"`
	State   State   `yaml:"state"`
	Compute Compute `yaml:"compute"`
	Logs    Logs    `yaml:"logs"`
	Drills  Drills  `yaml:"drills"`

	// sources says where each key was set, for the messages of Validate; a key without an entry has its default.
	sources map[string]string
}

// Values of Config.Egress.
const (
	EgressEndpoints = "endpoints"
	EgressNAT       = "nat"
)

// Regions names the two Regions that take payments and the witness that completes the journal's quorum.
type Regions struct {
	Primary   string `yaml:"primary"`
	Secondary string `yaml:"secondary"`
	Witness   string `yaml:"witness"`
}

// CIDRs are the two VPCs' IPv4 ranges; they must not overlap, because the VPCs are peered.
type CIDRs struct {
	Primary   string `yaml:"primary"`
	Secondary string `yaml:"secondary"`
}

// Objectives are what the business asks for; Synth refuses a configuration that cannot meet them.
type Objectives struct {
	RTO time.Duration `yaml:"rto"`
	RPO time.Duration `yaml:"rpo"`
}

// HealthCheck is Route 53's view of a Region and the TTL of the failover records.
type HealthCheck struct {
	Interval  time.Duration `yaml:"interval"`
	Threshold int           `yaml:"threshold"`
	TTL       time.Duration `yaml:"ttl"`
}

// Lease times the failover controllers: a holder renews every Tick, and is presumed dead after TTL.
type Lease struct {
	TTL  time.Duration `yaml:"ttl"`
	Tick time.Duration `yaml:"tick"`
}

// Database sizes the Aurora global database.
type Database struct {
	EngineVersion       string `yaml:"engine_version"`
	InstanceClass       string `yaml:"instance_class"`
	Instances           int    `yaml:"instances"`
	BackupRetentionDays int    `yaml:"backup_retention_days"`
	// AdminPasswordVersion is raised to give the administrator a new password with the next deploy.
	AdminPasswordVersion int `yaml:"admin_password_version"`
	// DeletionProtection defaults to true unless the suffix is a development one (dev, dev-*).
	DeletionProtection *bool `yaml:"deletion_protection"`
}

// API is the payment API's front.
type API struct {
	Auth     Auth     `yaml:"auth"`
	Throttle Throttle `yaml:"throttle"`
}

// Auth is either None, which must be said aloud (`auth: none`), or a JWT issuer.
type Auth struct {
	None bool `yaml:"-"`
	JWT  JWT  `yaml:"jwt"`
}

// JWT is the authorizer's configuration. The default issuer is https://auth.<domain>/ and the audience payment-api.
type JWT struct {
	Issuer   string   `yaml:"issuer"`
	Audience []string `yaml:"audience"`
}

// Throttle is the API stage's limit, in requests per second and burst.
type Throttle struct {
	Rate  int `yaml:"rate"`
	Burst int `yaml:"burst"`
}

// Alerts are the addresses subscribed to every SNS topic.
type Alerts struct {
	Emails []string `yaml:"emails"`
}

// State says where the engine keeps its state: StateLocal or StateS3.
type State struct {
	Backend string `yaml:"backend"`
	// BucketPrefix starts the names of the three state buckets, <prefix>-<suffix>-<region>; required for s3.
	BucketPrefix string `yaml:"bucket_prefix"`
}

// Values of State.Backend.
const (
	StateLocal = "local"
	StateS3    = "s3"
)

// Drills says whether faults may be injected into the deployed system: FaultsNone or FaultsFIS.
type Drills struct {
	Faults string `yaml:"faults"`
}

// Values of Drills.Faults.
const (
	FaultsNone = "none"
	FaultsFIS  = "fis"
)

// Compute sizes the functions.
type Compute struct {
	// Architecture is "arm64" or "amd64" (written x86_64 in the files, as AWS does).
	Architecture string `yaml:"architecture"`
}

// Logs says how long log groups keep their events.
type Logs struct {
	RetentionDays int `yaml:"retention_days"`
}
