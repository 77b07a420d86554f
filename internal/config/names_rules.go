package config

import (
	"regexp"
	"strconv"
	"strings"
)

// LongestThing is the longest argument, in characters, that Names.Named, Alarm and KeyAlias take: Validate counts on it.
const LongestThing = 40

// NameRule is what AWS demands of one kind of name.
type NameRule struct {
	// Kind says what is named.
	Kind string
	// Pattern has the placeholders {role}, {region}, {thing}, {index}, {suffix}, {domain} and {prefix}.
	Pattern string
	// Maximum is the longest allowed name in characters.
	Maximum int
	// Allowed matches the names that AWS takes, apart from their length.
	Allowed *regexp.Regexp
	// Source is where AWS says so.
	Source string
	// things are the values of {thing} if they are known; LongestThing characters otherwise.
	things []string
}

// charset is the characters, the limit and the source of one kind of resource.
type charset struct {
	maximum int
	allowed *regexp.Regexp
	source  string
}

var (
	dynamoDBName  = charset{255, regexp.MustCompile(`^[A-Za-z0-9_.-]{3,}$`), "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"}
	auroraName    = charset{63, regexp.MustCompile(`^[a-z]([a-z0-9]|-[a-z0-9])*$`), "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html"}
	domainName    = charset{253, regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`), "https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4"}
	firstCertName = charset{64, domainName.allowed, "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"}
	domainLabel   = charset{63, regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`), domainName.source}
	secretName    = charset{512, regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]+$`), "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"}
	functionName  = charset{64, regexp.MustCompile(`^[A-Za-z0-9_-]+$`), "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"}
	iamRoleName   = charset{64, regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]+$`), "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"}
	iamPolicyName = charset{128, iamRoleName.allowed, iamRoleName.source}
	topicName     = charset{256, functionName.allowed, "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"}
	scheduleName  = charset{64, regexp.MustCompile(`^[A-Za-z0-9_.-]+$`), "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"}
	groupName     = charset{255, regexp.MustCompile(`^[A-Za-z0-9_-]+$`), "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"}
	apiName       = charset{128, groupName.allowed, "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"}
	bucketName    = charset{63, regexp.MustCompile(`^[a-z0-9][a-z0-9-]+[a-z0-9]$`), "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"}
	logGroupName  = charset{512, regexp.MustCompile(`^[A-Za-z0-9_/.#-]+$`), "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"}
	keyAliasName  = charset{256, regexp.MustCompile(`^alias/[A-Za-z0-9/_-]+$`), "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html"}
)

func rule(kind, pattern string, limits charset, things ...string) NameRule {
	return NameRule{Kind: kind, Pattern: pattern, Maximum: limits.maximum, Allowed: limits.allowed, Source: limits.source, things: things}
}

// NameRules is every pattern of Names with what AWS demands of it. Named serves several kinds; the tightest of those
// with a free argument is in here, and the schedules, which are tighter, with their arguments.
func NameRules() []NameRule {
	own := []string{FailoverController, SecretRotation, LedgerMigration}
	services := []string{FailoverController, SecretRotation, LedgerMigration, FlowLogs, RDSMonitoring, Scheduler, DrillTables, DrillNetwork}
	return []NameRule{
		rule("DynamoDB table", patternJournal, dynamoDBName),
		rule("DynamoDB table", patternControl, dynamoDBName),
		rule("Aurora global cluster", patternGlobalCluster, auroraName),
		rule("Aurora cluster", patternCluster, auroraName),
		rule("Aurora instance", patternInstance, auroraName),
		rule("DNS label", "payment-dr-{suffix}", domainLabel),
		rule("hosted zone", patternZone, domainName),
		rule("first name of a certificate", patternFailoverDomain, firstCertName),
		rule("domain name", patternRegionalDomain, domainName),
		rule("secret", patternAdminSecret, secretName),
		rule("secret", patternAppSecret, secretName),
		rule("Lambda function", patternProcessor, functionName),
		rule("Lambda function", patternVerification, functionName),
		rule("Lambda function", patternFunction, functionName, own...),
		rule("IAM role", patternProcessorRole, iamRoleName),
		rule("IAM role", patternBackupRole, iamRoleName),
		rule("IAM role", patternBackupRole2, iamRoleName),
		rule("IAM role", patternRole, iamRoleName, services...),
		rule("IAM policy", patternProcessorAllow, iamPolicyName),
		rule("IAM policy", patternBackupAllow, iamPolicyName),
		rule("IAM policy", patternBackupAllow2, iamPolicyName),
		rule("IAM policy", patternPolicy, iamPolicyName, services...),
		rule("SNS topic", patternAlerts, topicName),
		rule("SNS topic", patternDNSAlerts, topicName),
		rule("schedule", patternBackupSchedule, scheduleName),
		rule("schedule", patternNamed, scheduleName, Functions()...),
		rule("security group, subnet group or alarm", patternNamed, groupName),
		rule("HTTP API", patternNamed, apiName),
		rule("S3 bucket", patternStateBucket, bucketName),
		rule("log group", patternFunctionLogs, logGroupName, own...),
		rule("log group", patternAPILogs, logGroupName),
		rule("log group", patternFlowLogs, logGroupName),
		rule("log group", patternDrillLogs, logGroupName),
		rule("KMS alias", patternKeyAlias, keyAliasName),
	}
}

// Longest is the longest name that the rule's pattern makes with a configuration.
func (r NameRule) Longest(c Config) string {
	thing := strings.Repeat("x", LongestThing)
	if len(r.things) > 0 {
		thing = longest(r.things)
	}
	regions := c.RegionNames()
	if r.Pattern == patternRegionalDomain {
		regions = regions[:2] // the witness has no API
	}
	return c.Names().fill(r.Pattern,
		"{role}", string(Secondary),
		"{region}", longest(regions),
		"{thing}", thing,
		"{index}", strconv.Itoa(c.Database.Instances-1))
}

func longest(texts []string) string {
	found := ""
	for _, text := range texts {
		if len(text) > len(found) {
			found = text
		}
	}
	return found
}
