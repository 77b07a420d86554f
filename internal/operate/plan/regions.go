package plan

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover/aurora"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// checkTarget: whether a Region could be the active one, as far as it is seen from here. What cannot be seen of its API
// is not held against it, as a failover may be needed from anywhere.
func checkTarget(s status.Snapshot, want Want) reasons {
	var found reasons
	target, _ := s.Of(want.To)
	if why := target.Tables.Problem; why != "" {
		found.add(NotCapable, "%s does not answer for the control table, so it cannot hold the lease (%s)", target.Name, why)
	}
	if target.API.Problem == "" && target.API.Journal == "failed" {
		found.add(NotCapable, "%s cannot write the journal, so it cannot take payments (%v): see the alarms of that region", target.Name, target.API.Reasons)
	}
	if why := unfit(target.Database); why != "" {
		found.add(NotCapable, "%s: %s: its ledger cannot be promoted; wait or repair it, then look again (paymentdr status)", target.Name, why)
	}
	if silent(target.Controller) {
		found.add(TargetSilent, "the failover controller of %s was %s: nobody there would take over; see the runbook for starting it", target.Name, heard(target.Controller))
	}
	if want.AllowDataLoss || target.Database.Writer {
		return found
	}
	if why := behind(target, want.MaxLag); why != "" {
		found.add(LagTooLong, "%s: what is missing is posted again from the journal after the promotion, but entries that only the old ledger has are gone "+
			"from it; say --allow-data-loss to go on", why)
	}
	return found
}

// checkPlanned: a move that loses nothing has both Regions wholly up, and what cannot be seen counts as down.
func checkPlanned(s status.Snapshot, want Want) reasons {
	var found reasons
	target, _ := s.Of(want.To)
	source := s.Peer(want.To)
	for _, region := range []status.Region{target, source} {
		for _, why := range missing(region) {
			found.add(HalfUp, "%s: %s", region.Name, why)
		}
	}
	if d := source.Database; d.Problem == "" && d.Member && !d.Writer {
		found.add(HalfUp, "%s holds the lease, and its cluster is not the writer of the global cluster: wait for the controllers, or see the runbook", source.Name)
	}
	if d := target.Database; d.Problem == "" && d.Member && d.Sync != "connected" && d.Sync != resync {
		found.add(HalfUp, "%s: cluster %s is %q to the writer, not connected: wait until it is (paymentdr status --watch)", target.Name, d.Cluster, d.Sync)
	}
	if why := behind(target, want.MaxLag); why != "" {
		found.add(LagTooLong, "%s: wait until it has caught up (paymentdr status --watch), or see the runbook on replication lag", why)
	}
	return found
}

// missing lists what a Region lacks for a planned move.
func missing(r status.Region) []string {
	var found []string
	add := func(format string, arguments ...any) { found = append(found, fmt.Sprintf(format, arguments...)) }
	if r.Tables.Problem != "" {
		add("its control table does not answer (%s)", r.Tables.Problem)
	}
	switch {
	case r.API.Problem != "":
		add("its API does not answer /health (%s)", r.API.Problem)
	case r.API.Journal != "ok":
		add("its journal is %s (%v)", r.API.Journal, r.API.Reasons)
	}
	switch {
	case r.Controller.Problem != "":
		add("its failover controller cannot be seen (%s)", r.Controller.Problem)
	case silent(r.Controller):
		add("its failover controller was %s", heard(r.Controller))
	}
	d := r.Database
	switch why := unfit(d); {
	case why != "":
		add("%s", why)
	case d.Status != "available":
		add("cluster %s is %s, not available", d.Cluster, d.Status)
	case d.Available < d.Instances:
		add("%d of %d instances of cluster %s are available", d.Available, d.Instances, d.Cluster)
	}
	return found
}

// resync is what RDS says of a member that is still being copied.
const resync = "pending-resync"

// unfit says why a cluster could not be the writer.
func unfit(d status.Database) string {
	switch {
	case d.Problem != "":
		return fmt.Sprintf("cluster %s cannot be seen (%s)", d.Cluster, d.Problem)
	case !d.Member:
		return fmt.Sprintf("cluster %s is no member of the global cluster", d.Cluster)
	case !aurora.Usable(d.Status), d.Status == "resyncing", d.Status == "failed":
		return fmt.Sprintf("cluster %s is %s", d.Cluster, d.Status)
	case d.Sync == resync:
		return fmt.Sprintf("cluster %s is still being copied (%s)", d.Cluster, d.Sync)
	case d.Available == 0:
		return fmt.Sprintf("cluster %s has no available instance", d.Cluster)
	}
	return ""
}

func silent(c status.Controller) bool {
	return c.Problem == "" && (!c.Heard || c.HeardSeconds > silence.Seconds())
}

func heard(c status.Controller) string {
	if !c.Heard {
		return "not heard at all lately"
	}
	return fmt.Sprintf("last heard %s ago", time.Duration(c.HeardSeconds*float64(time.Second)).Round(time.Second))
}

// behind says that a Region's ledger is too far behind, or that it is not known how far.
func behind(r status.Region, limit time.Duration) string {
	if limit <= 0 {
		limit = DefaultMaxLag
	}
	lag := max(r.Lag.ReplicationSeconds, r.Lag.RPOSeconds)
	switch {
	case r.Lag.Problem != "":
		return fmt.Sprintf("the lag of %s is not known (%s)", r.Name, r.Lag.Problem)
	case !r.Lag.Known:
		return fmt.Sprintf("the lag of %s is not known: there is no sample of the last minutes", r.Name)
	case r.Lag.AgeSeconds > silence.Seconds():
		return fmt.Sprintf("the lag of %s is not known: the newest sample is %.0f s old", r.Name, r.Lag.AgeSeconds)
	case lag > limit.Seconds():
		return fmt.Sprintf("the ledger of %s is %.1f s behind, more than %s", r.Name, lag, limit)
	}
	return ""
}
