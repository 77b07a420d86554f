// Package control is how commands and drills speak to a running local cloud: HTTP over the Unix socket of its
// supervisor. It holds the words of that conversation, its server side over an interface, and its client.
package control

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
)

// Cloud is what a supervisor does for its callers.
type Cloud interface {
	Status(ctx context.Context) Status
	// Order carries out a change and returns when it is done. A Refusal changes nothing.
	Order(ctx context.Context, order Order) error
	// Environment is what a program outside the Regions needs to speak to one.
	Environment(region string) (map[string]string, error)
	// Token mints a bearer token for the payment API.
	Token(subject string) (string, error)
	// Events yields what has happened since the number, and waits for more until ctx ends.
	Events(ctx context.Context, after int64, yield func(Event) bool)
	// Down begins to end the cloud.
	Down()
}

// The orders. Each names what it needs of Order.
const (
	Kill          = "kill"           // Region: kill -9 of all its processes
	Start         = "start"          // Region: after Kill
	Stop          = "stop"           // Region: SIGSTOP of all its processes
	Continue      = "continue"       // Region: after Stop
	KillDatabase  = "kill-database"  // Region: kill -9 of its database servers alone
	StartDatabase = "start-database" // Region: after KillDatabase
	Cut           = "cut"            // From, To: nothing passes; OneWay: nothing from From to To
	Heal          = "heal"           // From, To: as before; none: all links
	Slow          = "slow"           // From, To, RoundTrip, Jitter, Loss
	Delay         = "delay"          // Region, Rule, By: the rule's next run is late
	Apply         = "apply"          // Files: apply changed files
	KillFunction  = "kill-function"  // Region, Function: kill -9 of the processes that run for it; later ones start as always
	SlowProber    = "slow-prober"    // From: probes of Route 53's checkers there wait By before they connect; 0 is as before
	StallBackups  = "stall-backups"  // Region: its continuous backup stands still since By ago; 0 lets it go on
)

// Order is a change.
type Order struct {
	Do        string        `json:"do"`
	Region    string        `json:"region,omitempty"`
	From      string        `json:"from,omitempty"`
	To        string        `json:"to,omitempty"`
	OneWay    bool          `json:"oneWay,omitempty"`
	RoundTrip time.Duration `json:"roundTrip,omitempty"`
	Jitter    time.Duration `json:"jitter,omitempty"`
	Loss      float64       `json:"loss,omitempty"`
	Rule      string        `json:"rule,omitempty"`
	By        time.Duration `json:"by,omitempty"`
	Function  string        `json:"function,omitempty"`
}

// Refusal is an order that makes no sense now; nothing was changed.
type Refusal struct{ Reason string }

func (r Refusal) Error() string { return r.Reason }

// Refused makes the command line exit with its code for refusals.
func (r Refusal) Refused() bool { return true }

// Event is something that happened.
type Event struct {
	Number int64             `json:"number"`
	At     time.Time         `json:"at"`
	Kind   string            `json:"kind"`
	Region string            `json:"region,omitempty"`
	Detail map[string]string `json:"detail,omitempty"`
}

// The kinds of events.
const (
	RegionKilled    = "region-killed"
	RegionStarted   = "region-started"
	RegionStopped   = "region-stopped"
	RegionContinued = "region-continued"
	DatabaseKilled  = "database-killed"
	DatabaseStarted = "database-started"
	LinkChanged     = "link-changed"
	HealthChanged   = "health-changed" // detail: healthCheck, name, healthy
	AnswerChanged   = "answer-changed" // detail: name, from, to (Regions)
	WriterChanged   = "writer-changed" // detail: from, to (Regions)
	Applied         = "applied"
	RuleDelayed     = "rule-delayed"    // detail: rule, by
	FunctionKilled  = "function-killed" // detail: function, processes
	ProberSlowed    = "prober-slowed"   // detail: place, by
	BackupsStalled  = "backups-stalled" // detail: since, empty when they go on
	// CheckersUnhealthy: all health checkers of one place turned unhealthy for an endpoint that stays healthy by the count
	// of all. Detail: healthCheck, name, place, well, checkers.
	CheckersUnhealthy = "checkers-unhealthy"
)

// The states of a Region.
const (
	Running = "running"
	Killed  = "killed"
	Stopped = "stopped"
)

// Status is a cloud at one moment.
type Status struct {
	Name    string         `json:"name"`
	PID     int            `json:"pid"`
	Since   time.Time      `json:"since"`
	Folder  string         `json:"folder"`
	Files   string         `json:"files"`
	Layout  layout.Layout  `json:"layout"`
	Regions []RegionStatus `json:"regions"`
	Links   []LinkStatus   `json:"links"`
	Health  []HealthStatus `json:"health"`
	// Failover is what DNS answers for the failover name now.
	Failover Answer `json:"failover"`
	// Writer is the Region whose database writes; empty if none does.
	Writer    string           `json:"writer"`
	Databases []DatabaseStatus `json:"databases"`
	// Controllers are, by Region, the variables that the failover controller is deployed with.
	Controllers map[string]map[string]string `json:"controllers,omitempty"`
	// Outputs are those of each root, as the files name them.
	Outputs map[string]map[string]json.RawMessage `json:"outputs,omitempty"`
	// Meaningless are resource types of the files that have no local meaning, with the reason.
	Meaningless map[string]string `json:"meaningless,omitempty"`
	// Memory is the resident set of all processes, in bytes; Processes how many there are.
	Memory    int64 `json:"memory"`
	Processes int   `json:"processes"`
}

// RegionStatus is a Region.
type RegionStatus struct {
	Name  string `json:"name"`
	Role  string `json:"role"` // primary, secondary, witness: as configured
	State string `json:"state"`
	PID   int    `json:"pid,omitempty"`
	// Payments and API are where payers and operators reach it, host:port.
	Payments string            `json:"payments,omitempty"`
	API      string            `json:"api,omitempty"`
	Alarms   map[string]string `json:"alarms,omitempty"`
}

// DatabaseStatus is a cluster's endpoint.
type DatabaseStatus struct {
	Region string `json:"region"`
	// Name is the endpoint's, Address where it listens, host:port.
	Name    string `json:"name"`
	Address string `json:"address"`
}

// LinkStatus is the way between two places.
type LinkStatus struct {
	A         string        `json:"a"`
	B         string        `json:"b"`
	RoundTrip time.Duration `json:"roundTrip"`
	Jitter    time.Duration `json:"jitter,omitempty"`
	Loss      float64       `json:"loss,omitempty"`
	Cut       string        `json:"cut,omitempty"` // both, or the way that is cut, as in "us-east-1 -> us-west-2"
}

// HealthStatus is one of Route 53's health checks.
type HealthStatus struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Healthy bool   `json:"healthy"`
	// Checkers that say healthy, and all.
	Well     int `json:"well"`
	Checkers int `json:"checkers"`
}

// Answer is what DNS says about a name.
type Answer struct {
	Name    string        `json:"name"`
	Region  string        `json:"region"`
	Address string        `json:"address"`
	TTL     time.Duration `json:"ttl"`
}
