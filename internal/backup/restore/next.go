package restore

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// Action is the kind of a step.
type Action string

// The actions, in the order in which a test meets them.
const (
	ActionIdle           Action = "idle"            // nothing to do
	ActionRefuse         Action = "refuse"          // a human must look; nothing is changed
	ActionRestore        Action = "restore"         // restore Step.Snapshot, or to the latest time when it is empty
	ActionCreateInstance Action = "create-instance" // give the cluster its one instance
	ActionCheck          Action = "check"           // run the ledger's checks and record their verdict
	ActionFail           Action = "fail"            // record that the test failed without its checks
	ActionDeleteInstance Action = "delete-instance"
	ActionDeleteCluster  Action = "delete-cluster"
	ActionWait           Action = "wait" // RDS is at work
)

// Step is the one next thing to do.
type Step struct {
	Action   Action
	Cluster  string // the throw-away cluster
	Instance string
	Snapshot string
	Reason   string
}

// Intent is what a run was asked for. With Start it begins the test Name unless that is already there; without, it
// only brings to an end what has begun.
type Intent struct {
	Start bool
	Name  string
}

// Next says what to do next. It is pure: leftovers of dead runs are removed first, a test under way goes on, and only
// then a new one begins. Every step it names is safe to repeat.
func Next(observation Observation, intent Intent, now time.Time, policy Policy) Step {
	wait := Step{}
	for _, cluster := range observation.Throwaways {
		if !cluster.Ours {
			continue
		}
		step := nextOf(cluster, intent, now, policy)
		if step.Action != ActionWait {
			return step
		}
		wait = step
	}
	if wait.Action == ActionWait {
		return wait
	}
	if !intent.Start {
		return Step{Action: ActionIdle, Reason: "no restore test is under way"}
	}
	return begin(observation, intent, policy)
}

// nextOf continues one throw-away cluster of ours.
func nextOf(cluster Throwaway, intent Intent, now time.Time, policy Policy) Step {
	if cluster.Verdict != "" || cluster.Status == statusDeleting {
		return remove(cluster)
	}
	fail := func(format string, arguments ...any) Step {
		return Step{Action: ActionFail, Cluster: cluster.Name, Reason: fmt.Sprintf(format, arguments...)}
	}
	switch age := now.Sub(cluster.StartedAt); {
	case age > policy.Deadline:
		return fail("not decided within %s", policy.Deadline)
	case intent.Start && cluster.Name != intent.Name:
		return fail("not decided before test %s was asked for", intent.Name)
	case broken(cluster.Status):
		return fail("cluster is %s", cluster.Status)
	case cluster.Status != statusAvailable:
		return waitFor(cluster, "cluster is %s", cluster.Status)
	case len(cluster.Instances) == 0:
		return Step{Action: ActionCreateInstance, Cluster: cluster.Name, Instance: cluster.Name + instanceSuffix}
	}
	for _, instance := range cluster.Instances {
		switch {
		case broken(instance.Status) || instance.Status == statusDeleting:
			return fail("instance %s is %s", instance.Name, instance.Status)
		case instance.Status != statusAvailable:
			return waitFor(cluster, "instance %s is %s", instance.Name, instance.Status)
		}
	}
	return Step{Action: ActionCheck, Cluster: cluster.Name}
}

// remove takes a decided cluster away, instances first. An instance that we did not name is a reason to stop.
func remove(cluster Throwaway) Step {
	for _, instance := range cluster.Instances {
		switch {
		case instance.Name != cluster.Name+instanceSuffix:
			return Step{Action: ActionRefuse, Cluster: cluster.Name, Instance: instance.Name,
				Reason: fmt.Sprintf("instance %s in throw-away cluster %s is not ours; remove it by hand", instance.Name, cluster.Name)}
		case instance.Status == "creating":
			// RDS does not delete what it is still making.
			return waitFor(cluster, "instance %s is %s", instance.Name, instance.Status)
		case instance.Status != statusDeleting:
			return Step{Action: ActionDeleteInstance, Cluster: cluster.Name, Instance: instance.Name}
		}
	}
	switch cluster.Status {
	case statusDeleting, "creating":
		return waitFor(cluster, "cluster is %s", cluster.Status)
	default:
		return Step{Action: ActionDeleteCluster, Cluster: cluster.Name}
	}
}

// begin starts a test when nothing is in its way.
func begin(observation Observation, intent Intent, policy Policy) Step {
	refuse := func(format string, arguments ...any) Step {
		return Step{Action: ActionRefuse, Cluster: intent.Name, Reason: fmt.Sprintf(format, arguments...)}
	}
	source := observation.Source
	switch {
	case observation.find(intent.Name) != nil:
		return refuse("cluster %s exists without our tag %s; it is left alone", intent.Name, TagTest)
	case !source.Found:
		return refuse("source cluster %s does not exist in this Region", source.Name)
	}
	latest := policy.Method == MethodLatest || policy.Method == MethodAuto && source.Role != backup.RoleSecondary
	if latest {
		if source.LatestRestorable.IsZero() {
			return refuse("source cluster %s has no restorable time", source.Name)
		}
		return Step{Action: ActionRestore, Cluster: intent.Name}
	}
	snapshot := backup.NewestUsable(observation.Snapshots)
	if snapshot == nil {
		return refuse("source cluster %s has no usable scheduled snapshot", source.Name)
	}
	return Step{Action: ActionRestore, Cluster: intent.Name, Snapshot: snapshot.ID}
}

func waitFor(cluster Throwaway, format string, arguments ...any) Step {
	return Step{Action: ActionWait, Cluster: cluster.Name, Reason: fmt.Sprintf(format, arguments...)}
}

// Statuses of RDS that decide a step.
const (
	statusAvailable = "available"
	statusDeleting  = "deleting"
)

// broken reports a status that no waiting mends (Aurora user guide, accessing-monitoring: status lists).
func broken(status string) bool {
	switch status {
	case "failed", "inaccessible-encryption-credentials", "incompatible-restore", "incompatible-network",
		"incompatible-parameters", "incompatible-option-group", "insufficient-capacity", "restore-error", "storage-full":
		return true
	}
	return false
}
