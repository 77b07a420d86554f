package restore

import (
	"fmt"
	"strings"
	"time"
)

// Tags of a throw-away cluster. Their values keep to the letters, digits and spaces that RDS allows.
const (
	// TagTest marks a throw-away cluster; its value is the environment that owns it.
	TagTest = "paymentdr:restore-test"
	// TagStarted is when the test began, RFC 3339 in UTC.
	TagStarted = "paymentdr:restore-started"
	// TagVerdict is VerdictPassed or VerdictFailed once the test is decided; then the cluster only waits for removal.
	TagVerdict = "paymentdr:restore-verdict"
)

// Values of TagVerdict.
const (
	VerdictPassed = "passed"
	VerdictFailed = "failed"
)

const (
	namePrefix     = "payment-restore-test-"
	nameDay        = "20060102"
	instanceSuffix = "-0"
)

// Name returns the throw-away cluster's name for a test begun at this time: one per environment and UTC day, so that
// a test begun twice is one test.
func Name(environment string, now time.Time) string {
	return namePrefix + environment + "-" + now.UTC().Format(nameDay)
}

// Ours reports whether a cluster is a throw-away cluster of this environment. It must have both the name and the tag:
// the name alone could be someone's copy, and the tag alone could be copied by a snapshot of our cluster. The tag's
// value tells the environments dev and dev-2 apart, whose names can begin alike.
func Ours(environment, name string, tags map[string]string) bool {
	return nameFits(environment, name) && tags[TagTest] == environment
}

// nameFits reports whether the name is one that Name makes for this environment.
func nameFits(environment, name string) bool {
	day, ok := strings.CutPrefix(name, namePrefix+environment+"-")
	if !ok {
		return false
	}
	_, err := time.Parse(nameDay, day)
	return err == nil
}

// checkEnvironment refuses an environment whose cluster name RDS would not take.
func checkEnvironment(environment string) error {
	const limit = 63 // characters of a cluster or instance identifier
	length := len(Name(environment, time.Time{})) + len(instanceSuffix)
	if environment == "" || length > limit {
		return fmt.Errorf("name restore test of environment %q: %d characters, want a name and at most %d", environment, length, limit)
	}
	return nil
}
