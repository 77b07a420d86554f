package plan

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Phase is how far an intent has come.
type Phase string

// The phases. The first four go on; of the others, Reached is the good end.
const (
	Asked      Phase = "asked"       // the controllers have not acted yet
	Draining   Phase = "draining"    // payments are answered 202, the database is on its way
	Released   Phase = "released"    // the holder has stepped down
	TakingOver Phase = "taking-over" // the target has claimed the lease
	Reached    Phase = "reached"
	Overtaken  Phase = "overtaken" // another term began in which the target is not the holder
	Expired    Phase = "expired"   // its time is over
	Withdrawn  Phase = "withdrawn"
)

// Progress is an intent's phase, and the fact that shows it.
type Progress struct {
	Phase Phase  `json:"phase"`
	Fact  string `json:"fact"`
}

// Running tells whether the controllers follow it.
func (p Progress) Running() bool {
	switch p.Phase {
	case Asked, Draining, Released, TakingOver:
		return true
	}
	return false
}

// Judge compares an intent with the lease.
func Judge(intent control.Intent, lease control.Lease) Progress {
	moves := intent.Kind == control.IntentFailover || intent.Kind == control.IntentSwitchover
	fact := fmt.Sprintf("%s holds epoch %d (%s)", lease.Region, lease.Epoch, lease.State)
	say := func(phase Phase) Progress { return Progress{phase, fact} }
	switch {
	case intent.State == control.IntentWithdrawn:
		return say(Withdrawn)
	case intent.State == control.IntentDone:
		return say(Reached)
	case lease.Epoch > intent.Epoch && moves && lease.Region == intent.To:
		if lease.State == payment.LeasePromoting {
			return say(TakingOver)
		}
		return say(Reached)
	case lease.Epoch != intent.Epoch:
		return say(Overtaken)
	case lease.State == payment.LeaseReleased && moves:
		return say(Released)
	case !intent.Standing(lease):
		return say(Expired)
	case intent.Kind == control.IntentDrain && lease.State == payment.LeaseDraining:
		return say(Reached)
	case lease.State == payment.LeaseDraining:
		return say(Draining)
	}
	return say(Asked)
}

// Occupies tells whether an intent keeps another from being asked for: while it runs, and while a drain stands.
func Occupies(intent control.Intent, lease control.Lease) bool {
	return Judge(intent, lease).Running() || intent.Kind == control.IntentDrain && intent.Standing(lease)
}
