package plan

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// MaxAge is how old a snapshot may be when it is acted on.
const MaxAge = 30 * time.Second

// Confirmed is asked between the confirmation and the write: what was shown must still be so. before is what was shown,
// after the control items read just now.
func Confirmed(before, after status.Snapshot) []Reason {
	var found reasons
	if age := after.At.Sub(before.At); age > MaxAge {
		found.add(StaleStatus, "what you confirmed was seen %s ago, which is longer than %s: run the command again", age.Round(time.Second), MaxAge)
	}
	if items := checkItems(after); len(items) > 0 {
		return append(found, items...)
	}
	was, is := before.Lease, after.Lease
	if was.Region != is.Region || was.Epoch != is.Epoch || was.State != is.State {
		found.add(LeaseMoved, "meanwhile the lease moved: %s held epoch %d (%s), now %s holds epoch %d (%s); look again (paymentdr status)",
			was.Region, was.Epoch, was.State, is.Region, is.Epoch, is.State)
	}
	if before.Intent.Version != after.Intent.Version {
		found.add(IntentRunning, "meanwhile %s asked for a %s to %s: watch it with %s", after.Intent.By, after.Intent.Kind, after.Intent.To, Command(after.Intent, "--resume"))
	}
	return found
}

// TakeBack lists the reasons why an intent of that kind cannot be withdrawn.
func TakeBack(s status.Snapshot, kind control.IntentKind, to string) []Reason {
	var found reasons
	if items := checkItems(s); len(items) > 0 {
		return items
	}
	intent := s.Intent
	if !intent.Running || intent.Kind != kind || to != "" && intent.To != to {
		found.add(NothingToTake, "no %s is being followed: nothing is to be taken back (paymentdr status shows what is)", kind)
		return found
	}
	if p := Judge(intent.Control(), s.Lease.Control()); p.Phase == TakingOver || p.Phase == Released {
		found.add(TakeoverRunning, "it is too late: %s; wait for the end, and ask for the way back then", p.Fact)
	}
	return found
}

// Until is the seq at which an intent ends that shall stand for a duration: the holder renews once a tick.
func Until(lease control.Lease, length, tick time.Duration) int64 {
	return lease.Seq + int64((length+tick-1)/tick)
}
