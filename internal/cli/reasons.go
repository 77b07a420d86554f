package cli

import (
	"fmt"
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Names of the reasons not to deploy, as --accept takes them.
const (
	reasonReservedDomain  = "reserved-domain"
	reasonNoAuth          = "no-authentication"
	reasonReservedIssuer  = "issuer-not-set"
	reasonNoAlerts        = "no-alert-address"
	reasonReservedAlerts  = "reserved-alert-address"
	reasonEngineVersion   = "database-version-not-offered"
	reasonObjectives      = acceptObjectives
	reasonNoEngine        = "no-engine"
	reasonOldEngine       = "old-engine"
	reasonNoCredentials   = "no-credentials"
	reasonNoFunctions     = "functions-not-available"
	reasonOutOfDate       = "out-of-date"
	reasonAddedFiles      = "added-files"
	reasonNotConfirmed    = "no-confirmation"
	reasonOfConfiguration = "configuration"
)

// acceptable holds every reason: true if --accept may name it, false if a deploy with it cannot go well.
var acceptable = map[string]bool{
	reasonReservedDomain: false, reasonReservedIssuer: false, reasonNoEngine: false, reasonOldEngine: false,
	reasonOutOfDate: false, reasonNotConfirmed: false, reasonOfConfiguration: false,
	reasonNoAuth: true, reasonNoAlerts: true, reasonReservedAlerts: true, reasonEngineVersion: true,
	reasonObjectives: true, reasonNoCredentials: true, reasonNoFunctions: true, reasonAddedFiles: true,
}

// reason is one reason not to deploy.
type reason struct {
	Name string `json:"name"`
	// Text says what is wrong and what to do.
	Text string `json:"text"`
	// Acceptable says that --accept may name it; Accepted that it did.
	Acceptable bool `json:"acceptable"`
	Accepted   bool `json:"accepted"`
}

func newReason(name, format string, args ...any) reason {
	return reason{Name: name, Text: fmt.Sprintf(format, args...), Acceptable: acceptable[name]}
}

// acceptableNames lists what --accept takes.
func acceptableNames() []string {
	var names []string
	for _, name := range sortedKeys(acceptable) {
		if acceptable[name] {
			names = append(names, name)
		}
	}
	return names
}

// checkAccept refuses names that --accept does not take.
func checkAccept(names []string) error {
	for _, name := range names {
		may, known := acceptable[name]
		switch {
		case !known:
			return refusef("--accept %q: there is no such reason%s (%s)", name, suggestion(name, sortedKeys(acceptable)), strings.Join(acceptableNames(), ", "))
		case !may:
			return refusef("--accept %q: this cannot be accepted, only put right (--accept takes %s)", name, strings.Join(acceptableNames(), ", "))
		}
	}
	return nil
}

// accept marks the reasons that were named.
func accept(reasons []reason, names []string) []reason {
	named := map[string]bool{}
	for _, name := range names {
		named[name] = true
	}
	marked := make([]reason, len(reasons))
	for i, r := range reasons {
		r.Accepted = r.Acceptable && named[r.Name]
		marked[i] = r
	}
	return marked
}

// configurationReasons are what is valid but unfit to be deployed.
func configurationReasons(cfg config.Config) []reason {
	var reasons []reason
	for _, violation := range cfg.Preflight() {
		reasons = append(reasons, newReason(reasonOf(violation), "%s", violation))
	}
	if report := config.ComputeObjectives(cfg); !report.Met() {
		reasons = append(reasons, newReason(reasonObjectives, "%s", report.Explain()))
	}
	return reasons
}

func reasonOf(violation config.Violation) string {
	switch violation.Key {
	case "domain":
		return reasonReservedDomain
	case "api.auth":
		return reasonNoAuth
	case "api.auth.jwt.issuer":
		return reasonReservedIssuer
	case "alerts.emails":
		if violation.Value == "" {
			return reasonNoAlerts
		}
		return reasonReservedAlerts
	case "database.engine_version":
		return reasonEngineVersion
	}
	return reasonOfConfiguration
}

// refusal is the reasons that were not accepted as an error; nil if there are none.
func refusal(what string, reasons []reason) error {
	var open []reason
	for _, r := range reasons {
		if !r.Accepted {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s is refused, %d reasons:", what, len(open))
	if len(open) == 1 {
		text.Reset()
		fmt.Fprintf(&text, "%s is refused:", what)
	}
	for _, r := range open {
		fmt.Fprintf(&text, "\n\n  %s: %s", r.Name, strings.ReplaceAll(r.Text, "\n", "\n    "))
		if r.Acceptable {
			fmt.Fprintf(&text, "\n    (--accept %s goes on nevertheless)", r.Name)
		}
	}
	return refusef("%s", text.String())
}
