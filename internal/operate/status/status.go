// Package status is what an operator sees of the system at one moment: plain data, and the tables that people read.
//
// Every part was looked at by itself, with its own deadline; Problem says why a part is not known. The JSON names are
// stable.
package status

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Snapshot is one look at everything.
type Snapshot struct {
	Environment string    `json:"environment"`
	At          time.Time `json:"at"`
	Lease       Lease     `json:"lease"`
	Intent      Intent    `json:"intent"`
	Journal     Journal   `json:"journal"`
	DNS         DNS       `json:"dns"`
	// Regions are the primary and the secondary.
	Regions []Region `json:"regions"`
	// Recent are the newest events of the last day, oldest first.
	Recent []Event `json:"recent"`
}

// Lease is the control table's item.
type Lease struct {
	// Reading is read, absent, unread, corrupt or newer.
	Reading failover.Reading   `json:"reading"`
	Problem string             `json:"problem,omitempty"`
	Region  string             `json:"region,omitempty"`
	Epoch   int64              `json:"epoch,omitempty"`
	Seq     int64              `json:"seq,omitempty"`
	State   payment.LeaseState `json:"state,omitempty"`
	Holder  string             `json:"holder,omitempty"`
	// InVain counts the terms in a row that stepped down before they were active.
	InVain  int64 `json:"inVain,omitempty"`
	Version int64 `json:"version,omitempty"`
	// RenewedAt is by the holder's clock, AgeSeconds the difference to the observer's.
	RenewedAt  time.Time `json:"renewedAt,omitzero"`
	AgeSeconds float64   `json:"ageSeconds,omitempty"`
	// ReadIn is the Region whose table told it.
	ReadIn string `json:"readIn,omitempty"`
}

// Control is the lease as package control has it.
func (l Lease) Control() control.Lease {
	return control.Lease{
		Region: l.Region, Epoch: l.Epoch, Seq: l.Seq, State: l.State, Holder: l.Holder, InVain: l.InVain,
		UpdatedAt: l.RenewedAt, Version: l.Version,
	}
}

// Intent is what an operator asks for.
type Intent struct {
	// Reading is as a lease's; absent: nobody ever asked.
	Reading failover.Reading `json:"reading"`
	Problem string           `json:"problem,omitempty"`
	// Running: it is being followed, or comes true just now.
	Running bool                `json:"running"`
	ID      string              `json:"id,omitempty"`
	Kind    control.IntentKind  `json:"kind,omitempty"`
	To      string              `json:"to,omitempty"`
	Epoch   int64               `json:"epoch,omitempty"`
	Until   int64               `json:"until,omitempty"`
	Since   time.Time           `json:"since,omitzero"`
	By      string              `json:"by,omitempty"`
	Why     string              `json:"why,omitempty"`
	At      time.Time           `json:"at,omitzero"`
	State   control.IntentState `json:"state,omitempty"`
	Version int64               `json:"version,omitempty"`
}

// Control is the intent as package control has it.
func (i Intent) Control() control.Intent {
	return control.Intent{
		ID: i.ID, Kind: i.Kind, To: i.To, Epoch: i.Epoch, Until: i.Until, Since: i.Since, By: i.By, Why: i.Why, At: i.At, State: i.State, Version: i.Version,
	}
}

// Journal is what waits for the ledger.
type Journal struct {
	Problem string `json:"problem,omitempty"`
	Pending int    `json:"pending"`
	// More: there are more than were counted.
	More          bool    `json:"more"`
	OldestSeconds float64 `json:"oldestSeconds"`
}

// DNS is what payers are told.
type DNS struct {
	Domain  string `json:"domain"`
	Problem string `json:"problem,omitempty"`
	// Target is the name that the domain leads to, Region the one that it belongs to, if any.
	Target string `json:"target,omitempty"`
	Region string `json:"region,omitempty"`
	// Alarms are those in ALARM where Route 53 is measured.
	Alarms Alarms `json:"alarms"`
}

// Roles of a Region.
const (
	RoleActive  = "active"
	RoleStandby = "standby"
	RoleUnknown = "unknown"
)

// Region is one Region.
type Region struct {
	Name  string        `json:"name"`
	Place payment.Place `json:"place"`
	Role  string        `json:"role"`
	// Tables: its replica of the control table answers a strongly consistent read.
	Tables     Tables     `json:"tables"`
	Controller Controller `json:"controller"`
	API        API        `json:"api"`
	Route53    Route53    `json:"route53"`
	Database   Database   `json:"database"`
	Lag        Lag        `json:"lag"`
	Alarms     Alarms     `json:"alarms"`
}

// Tables is the control table's answer.
type Tables struct {
	Problem string  `json:"problem,omitempty"`
	Millis  float64 `json:"millis"`
}

// Controller is the Region's failover controller, as heard through its metric.
type Controller struct {
	Problem string `json:"problem,omitempty"`
	// Heard: there is a sample; HeardSeconds is the age of the newest one's period.
	Heard        bool    `json:"heard"`
	HeardSeconds float64 `json:"heardSeconds"`
}

// API is the Region's own GET /health.
type API struct {
	Problem string `json:"problem,omitempty"`
	Code    int    `json:"code"`
	// Journal is ok, degraded or failed, as the Region sees it.
	Journal string   `json:"journal,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}

// Route53 is the Region's health check.
type Route53 struct {
	Problem string `json:"problem,omitempty"`
	Healthy bool   `json:"healthy"`
	// Good of Checkers say so.
	Good     int `json:"good"`
	Checkers int `json:"checkers"`
}

// Database is the Region's cluster, by its own control plane.
type Database struct {
	Problem string `json:"problem,omitempty"`
	Cluster string `json:"cluster"`
	Status  string `json:"status,omitempty"`
	// Member of the global cluster, Writer of it; Sync is connected or pending-resync.
	Member bool   `json:"member"`
	Writer bool   `json:"writer"`
	Sync   string `json:"sync,omitempty"`
	// Instances, Available of them.
	Instances int `json:"instances"`
	Available int `json:"available"`
	// MovingTo is the cluster that a failover or switchover under way leads to.
	MovingTo string `json:"movingTo,omitempty"`
}

// Lag is how far the Region's cluster follows behind. Only a secondary has it.
type Lag struct {
	Problem string `json:"problem,omitempty"`
	// Known: there is a sample, AgeSeconds old.
	Known              bool    `json:"known"`
	ReplicationSeconds float64 `json:"replicationSeconds"`
	RPOSeconds         float64 `json:"rpoSeconds"`
	AgeSeconds         float64 `json:"ageSeconds"`
}

// Alarms are those in ALARM, without the two that are no alarms but feed another.
type Alarms struct {
	Problem string   `json:"problem,omitempty"`
	Names   []string `json:"names"`
}

// Event is one of the history.
type Event struct {
	At     time.Time         `json:"at"`
	Kind   string            `json:"kind"`
	Region string            `json:"region"`
	Epoch  int64             `json:"epoch"`
	ID     string            `json:"id"`
	Detail map[string]string `json:"detail"`
}

// Of finds a Region by name; false: it is none of the two.
func (s Snapshot) Of(name string) (Region, bool) {
	for _, region := range s.Regions {
		if region.Name == name {
			return region, true
		}
	}
	return Region{}, false
}

// Peer is the Region beside name.
func (s Snapshot) Peer(name string) Region {
	for _, region := range s.Regions {
		if region.Name != name {
			return region
		}
	}
	return Region{}
}

// Primary is the configured primary.
func (s Snapshot) Primary() Region {
	for _, region := range s.Regions {
		if region.Place == payment.PlacePrimary {
			return region
		}
	}
	return Region{}
}
