package config

import (
	"regexp"
	"strings"
)

var (
	suffixCharacters = regexp.MustCompile(`^[a-z0-9-]+$`)
	prefixCharacters = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

// validateSuffix checks the characters that every name allows: Aurora identifiers, bucket names and DNS labels have
// the smallest common set. The length is a matter of validateNames.
func validateSuffix(c Config, report reporter) {
	suffix := c.EnvironmentSuffix
	const key = "environment_suffix"
	switch {
	case suffix == "":
		report(key, suffix, "is empty; every name ends with it", "give a short one, such as dev-test")
	case !suffixCharacters.MatchString(suffix):
		report(key, suffix, "has other characters than a-z, 0-9 and hyphen, which S3, Aurora and DNS names do not allow ("+bucketName.source+")", "")
	case strings.HasPrefix(suffix, "-") || strings.HasSuffix(suffix, "-") || strings.Contains(suffix, "--"):
		report(key, suffix, "begins or ends with a hyphen or has two in a row, which Aurora identifiers do not allow ("+auroraName.source+")", "")
	}
}

// validateState checks the state's place; the length of bucket names is a matter of validateNames.
func validateState(c Config, report reporter) {
	prefix := c.State.BucketPrefix
	const key = "state.bucket_prefix"
	switch {
	case prefix == "" && c.State.Backend == StateS3:
		report(key, prefix, "is empty; state.backend is s3, and bucket names are shared by all of AWS's customers", "give a prefix that is yours, such as acme-payments")
	case prefix == "":
	case !prefixCharacters.MatchString(prefix):
		report(key, prefix, "has other characters than a-z, 0-9 and inner hyphens ("+bucketName.source+")", "")
	case strings.HasPrefix(prefix, "xn--") || strings.HasPrefix(prefix, "sthree-") || strings.HasPrefix(prefix, "amzn-s3-demo-"):
		report(key, prefix, "begins as AWS keeps for itself: xn--, sthree- or amzn-s3-demo- ("+bucketName.source+")", "")
	}
}
