package plan

import "fmt"

// Code names a reason not to do what was asked. Codes are stable: the runbook has a section for each.
type Code string

// The codes.
const (
	UnknownRegion    Code = "unknown-region"
	AlreadyActive    Code = "already-active"
	NotCapable       Code = "not-capable"
	TargetSilent     Code = "target-silent"
	LagTooLong       Code = "lag"
	HalfUp           Code = "half-up"
	TakeoverRunning  Code = "takeover-running"
	IntentRunning    Code = "intent-running"
	NotActive        Code = "not-active"
	NothingToTake    Code = "nothing-to-take-back"
	StaleStatus      Code = "stale-status"
	LeaseMoved       Code = "lease-moved"
	LeaseMissing     Code = "lease-missing"
	LeaseCorrupt     Code = "lease-corrupt"
	LeaseNewer       Code = "lease-newer"
	LeaseUnreadable  Code = "lease-unreadable"
	IntentCorrupt    Code = "intent-corrupt"
	IntentNewer      Code = "intent-newer"
	IntentUnreadable Code = "intent-unreadable"
	NotConfirmed     Code = "no-confirmation"
	LedgerOutOfReach Code = "ledger-out-of-reach"
	Fenced           Code = "fenced"
)

// Codes lists all.
func Codes() []Code {
	return []Code{
		UnknownRegion, AlreadyActive, NotCapable, TargetSilent, LagTooLong, HalfUp, TakeoverRunning, IntentRunning, NotActive, NothingToTake,
		StaleStatus, LeaseMoved, LeaseMissing, LeaseCorrupt, LeaseNewer, LeaseUnreadable, IntentCorrupt, IntentNewer, IntentUnreadable,
		NotConfirmed, LedgerOutOfReach, Fenced,
	}
}

// Reason is one reason not to: Text says what is wrong and what to do.
type Reason struct {
	Code Code
	Text string
}

// Because makes a reason.
func Because(code Code, format string, arguments ...any) Reason {
	return Reason{Code: code, Text: fmt.Sprintf(format, arguments...)}
}

// reasons collects.
type reasons []Reason

func (r *reasons) add(code Code, format string, arguments ...any) {
	*r = append(*r, Because(code, format, arguments...))
}
