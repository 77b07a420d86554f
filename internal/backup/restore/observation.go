package restore

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// Observation is all that Next looks at.
type Observation struct {
	Source    Source
	Snapshots []backup.Snapshot // the source's
	// Throwaways are the clusters whose name is one of ours, in the order of their names; Ours says whose they are.
	Throwaways []Throwaway
}

// Source is the cluster whose backups are tested.
type Source struct {
	Found            bool
	Name             string
	Role             backup.Role
	LatestRestorable time.Time
	Engine           string
	SubnetGroup      string
	ParameterGroup   string
	SecurityGroups   []string
}

// Throwaway is a cluster that has a throw-away name.
type Throwaway struct {
	Name      string
	ARN       string
	Ours      bool // has our tag as well
	Status    string
	StartedAt time.Time // from the tag; zero when the tag is missing or unreadable
	Verdict   string    // from the tag; empty while undecided
	Target    Target
	Instances []Instance
}

// Instance is a member of a throw-away cluster.
type Instance struct {
	Name   string
	Status string
}

// Target is where a restored ledger answers.
type Target struct {
	Host     string
	Port     int
	Database string
}

// find returns the throw-away cluster of this name, nil if there is none.
func (o Observation) find(name string) *Throwaway {
	for i := range o.Throwaways {
		if o.Throwaways[i].Name == name {
			return &o.Throwaways[i]
		}
	}
	return nil
}
