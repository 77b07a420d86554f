package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var engineVersion = regexp.MustCompile(`^([1-9][0-9]?)\.(0|[1-9][0-9]?)$`)

// firstGlobalMinor is the first minor version of each major one that a global database takes
// (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.Aurora_Fea_Regions_DB-eng.Feature.GlobalDatabase.html).
var firstGlobalMinor = map[int]int{14: 3, 15: 2, 16: 1, 17: 4}

const oldestMajor = 14

// offeredVersions are the versions that Aurora created in October 2026 and that a global database takes, by
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html.
// 18.3 is left out: no source says that a global database takes it.
var offeredVersions = []string{
	"14.22", "15.10", "15.12", "15.13", "15.14", "15.15", "15.17", "16.8", "16.11", "16.13", "17.6", "17.7", "17.9",
}

// EngineVersionOffered says whether Aurora still creates clusters of a version, and which versions it creates, oldest
// first. The list ages: it is a reason not to deploy, not a fault of the configuration.
func EngineVersionOffered(version string) (bool, []string) {
	return slices.Contains(offeredVersions, version), slices.Clone(offeredVersions)
}

// instanceClass takes the memory-optimised classes that a global database runs on, r5 and newer or x2 and newer: family,
// generation, letters of the processor, size
// (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html).
var instanceClass = regexp.MustCompile(`^db\.(r(?:[5-9]|[1-9][0-9])|x(?:[2-9]|[1-9][0-9]))[a-z]*\.(([1-9][0-9]?)?x)?large$`)

func validateDatabase(c Config, report reporter) {
	const key = "database.engine_version"
	version := c.Database.EngineVersion
	if parts := engineVersion.FindStringSubmatch(version); parts == nil {
		report(key, version, "is not a version as major.minor", `write it as "17.7"`)
	} else {
		major, _ := strconv.Atoi(parts[1]) // the pattern lets only numbers through
		minor, _ := strconv.Atoi(parts[2])
		first, known := firstGlobalMinor[major]
		if major < oldestMajor || known && minor < first {
			report(key, version, "is too old for a global database, which takes 14.3, 15.2, 16.1 and 17.4 and newer minor versions", `write "17.7", a long-term support version`)
		}
	}
	if class := c.Database.InstanceClass; !instanceClass.MatchString(class) {
		report("database.instance_class", class, "is not a memory-optimised class of r5 or newer, which a global database needs (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html)",
			"write it as db.r6g.large")
	}
}

// Warnings are settings that work but that a production system should not have; Violation's Source and Fix as ever.
func (c Config) Warnings() Violations {
	var found Violations
	warn := func(key, value, reason, fix string) {
		found = append(found, Violation{Key: key, Value: value, Source: c.Source(key), Reason: reason, Fix: fix})
	}
	if c.Database.Instances == 1 {
		warn("database.instances", "1", "leaves a cluster without a standby: losing the one instance stops the ledger until Aurora has made another, minutes later", "use 2 or more")
	}
	if c.HealthCheck.Threshold == 1 {
		warn("health_check.threshold", "1", "lets a single failed probe of a checker count, so short disturbances move payers", "use 2 or more")
	}
	if c.Database.BackupRetentionDays < 7 {
		warn("database.backup_retention_days", fmt.Sprint(c.Database.BackupRetentionDays), "is shorter than a week: a fault found after a weekend may be older", "use 7 or more")
	}
	if suffix := c.EnvironmentSuffix; len(suffix)-strings.LastIndexByte(suffix, '-')-1 == 6 {
		warn("environment_suffix", suffix, "ends a secret's name with a hyphen and six characters, which looks like the ending that Secrets Manager adds to an ARN ("+secretName.source+")",
			"use a last part of five or seven characters")
	}
	return found
}
