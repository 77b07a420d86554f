package onaws

import "fmt"

// Code names a reason not to drill; codes are stable, and docs/drills-aws.md has a line for each. Those of package
// operate/plan come besides.
type Code string

// The codes.
const (
	NotAsked          Code = "faults-not-configured"
	Production        Code = "production"
	NoAccount         Code = "account-not-named"
	OtherAccount      Code = "other-account"
	NoTemplate        Code = "template-missing"
	OtherTemplate     Code = "template-differs"
	NoStopCondition   Code = "no-stop-condition"
	FISOutOfReach     Code = "fis-out-of-reach"
	ExperimentRunning Code = "experiment-running"
	OtherAnswer       Code = "dns-not-active-region"
	JournalTooLarge   Code = "journal-too-large"
	JournalUnknown    Code = "journal-out-of-reach"
	LedgerUnreachable Code = "ledger-out-of-reach"
	NoToken           Code = "no-token"
)

// Codes lists all.
func Codes() []Code {
	return []Code{
		NotAsked, Production, NoAccount, OtherAccount, NoTemplate, OtherTemplate, NoStopCondition, FISOutOfReach, ExperimentRunning,
		OtherAnswer, JournalTooLarge, JournalUnknown, LedgerUnreachable, NoToken,
	}
}

// Reason is one reason not to drill: Text says what is wrong and what to do.
type Reason struct {
	Code Code
	Text string
}

type reasons []Reason

func (r *reasons) add(code Code, format string, arguments ...any) {
	*r = append(*r, Reason{Code: code, Text: fmt.Sprintf(format, arguments...)})
}
