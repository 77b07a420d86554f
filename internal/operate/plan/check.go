package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Want is what an operator asks for.
type Want struct {
	Kind control.IntentKind
	// To is the Region that shall be active, for a failover and a switchover; for the others the one that is.
	To string
	// By is the operator. Resume continues with what another has begun.
	By     string
	Resume bool
	// AllowDataLoss: a failover may lose what the ledger has not replicated (the journal has it).
	AllowDataLoss bool
	// MaxLag is how far behind the target's ledger may be; 0 means DefaultMaxLag.
	MaxLag time.Duration
}

// DefaultMaxLag is the limit of the alarms on the lag.
const DefaultMaxLag = 5 * time.Second

// Bounds of what is taken for the present.
const (
	// silence is the alarm's: three periods of a minute.
	silence = 3 * time.Minute
	// stuck is how long a takeover is left to itself before an operator may call it off: an Aurora promotion takes
	// minutes.
	stuck = 10 * time.Minute
)

// Check lists every reason not to do what is wanted in what was seen; none means that it may be asked for.
func Check(s status.Snapshot, want Want) []Reason {
	var found reasons
	if items := checkItems(s); len(items) > 0 {
		return items // the rest is about a lease that is not known
	}
	if want.moves() {
		if _, known := s.Of(want.To); !known {
			found.add(UnknownRegion, "%q is neither %s: give one of them as --to", want.To, regions(s))
			return found
		}
		if s.Lease.Region == want.To {
			found.add(AlreadyActive, "%s is active already, in epoch %d (%s): nothing is to be done", want.To, s.Lease.Epoch, s.Lease.State)
			return found
		}
	}
	found = append(found, checkOthers(s, want)...)
	switch want.Kind {
	case control.IntentFailover:
		found = append(found, checkTarget(s, want)...)
	case control.IntentSwitchover:
		found = append(found, checkPlanned(s, want)...)
	}
	return found
}

func (w Want) moves() bool {
	return w.Kind == control.IntentFailover || w.Kind == control.IntentSwitchover
}

// Continues tells whether what is wanted is being done already, by the same operator or with leave to go on with
// another's. With Resume, what has ended is continued, too: its outcome is said.
func Continues(s status.Snapshot, want Want) bool {
	intent := s.Intent
	if len(checkItems(s)) > 0 || intent.ID == "" || intent.Kind != want.Kind || want.moves() && intent.To != want.To {
		return false
	}
	return want.Resume || intent.Running && intent.By == want.By
}

// checkItems: nothing is done on a control item that is not understood.
func checkItems(s status.Snapshot) reasons {
	var found reasons
	switch s.Lease.Reading {
	case failover.LeaseRead:
	case failover.LeaseAbsent:
		found.add(LeaseMissing, "the control table has no lease: the controllers make the first one by themselves within a minute; "+
			"if none comes, see why they are silent (paymentdr status, row controller)")
	case failover.LeaseCorrupt:
		found.add(LeaseCorrupt, "the lease item is not what paymentdr writes (%s): the controllers leave it alone, too; "+
			"repair or delete the item as the runbook says", s.Lease.Problem)
	case failover.LeaseNewer:
		found.add(LeaseNewer, "a newer paymentdr wrote the lease item (%s): use that version", s.Lease.Problem)
	default:
		found.add(LeaseUnreadable, "no region's control table could be read (%s): check credentials and network, then the tables", s.Lease.Problem)
		return found
	}
	switch s.Intent.Reading {
	case failover.LeaseCorrupt:
		found.add(IntentCorrupt, "the intent item is not what paymentdr writes (%s): the controllers ignore it; delete the item as the runbook says", s.Intent.Problem)
	case failover.LeaseNewer:
		found.add(IntentNewer, "a newer paymentdr wrote the intent item (%s): use that version", s.Intent.Problem)
	case failover.LeaseUnread:
		found.add(IntentUnreadable, "the intent item could not be read (%s): try again", s.Intent.Problem)
	}
	if _, known := s.Of(s.Lease.Region); s.Lease.Reading == failover.LeaseRead && !known {
		found.add(UnknownRegion, "the lease is held by %q, which is neither %s: this is the configuration of another system (--config)", s.Lease.Region, regions(s))
	}
	return found
}

// checkOthers: one thing at a time.
func checkOthers(s status.Snapshot, want Want) reasons {
	var found reasons
	intent, lease := s.Intent, s.Lease
	if intent.Running {
		found.add(IntentRunning, "%s asked for a %s to %s at %s, and it is being followed: watch it with %s, or take it back with %s",
			intent.By, intent.Kind, intent.To, intent.At.UTC().Format(time.RFC3339), Command(intent, "--resume"), Command(intent, "--cancel"))
	}
	switch {
	case lease.State == payment.LeaseReleased:
		found.add(TakeoverRunning, "%s has released epoch %d and nobody has claimed it yet: the standby does so within seconds if it is capable, "+
			"%s itself after two lease TTLs; watch with paymentdr status --watch", lease.Region, lease.Epoch, lease.Region)
	case lease.State == payment.LeasePromoting && (want.Kind != control.IntentFailover || termAge(s) < stuck):
		found.add(TakeoverRunning, "%s is taking over in epoch %d: wait until it is active (paymentdr status --watch); "+
			"a failover may call it off when it has not come to an end after %s", lease.Region, lease.Epoch, stuck)
	case lease.State == payment.LeaseDraining && want.Kind != control.IntentFailover && !intent.Running:
		found.add(NotActive, "%s is still draining: it is active again within seconds; try again", lease.Region)
	}
	for _, region := range s.Regions {
		if moving := region.Database.MovingTo; moving != "" && want.moves() {
			found.add(TakeoverRunning, "the global cluster is moving to %s, says %s: wait until that has ended (paymentdr status --watch)", moving, region.Name)
			break
		}
	}
	return found
}

// Command is the command line that is about an intent.
func Command(intent status.Intent, flag string) string {
	if intent.Kind == control.IntentDrain {
		return map[string]string{"--resume": "paymentdr status --watch", "--cancel": "paymentdr undrain"}[flag]
	}
	if intent.Kind == control.IntentReplay {
		return "paymentdr replay " + flag
	}
	return fmt.Sprintf("paymentdr %s --to %s %s", intent.Kind, intent.To, flag)
}

// termAge is how long ago the term's first event of the last day was; a term without one is older than a day.
func termAge(s status.Snapshot) time.Duration {
	for _, event := range s.Recent {
		if event.Epoch == s.Lease.Epoch {
			return s.At.Sub(event.At)
		}
	}
	return 24 * time.Hour
}

func regions(s status.Snapshot) string {
	var names []string
	for _, region := range s.Regions {
		names = append(names, region.Name)
	}
	return strings.Join(names, " nor ")
}
