package backup

import "github.com/paymentdr/paymentdr/internal/telemetry"

// Measurement is one value for CloudWatch, in the namespace telemetry.Namespace and with the dimensions Environment
// and Cluster.
type Measurement struct {
	Name  string // a constant of internal/telemetry
	Value float64
	Unit  string // Count or Seconds, as CloudWatch writes them
}

// Units of CloudWatch.
const (
	UnitCount   = "Count"
	UnitSeconds = "Seconds"
)

// Measurements returns a verdict's metrics: exactly one of the three outcomes is 1 and the others are 0, so that an
// alarm can tell a good run from no run. An age that is not known is left out, because 0 would look perfect.
func Measurements(verdict Verdict) []Measurement {
	measurements := Outcome(verdict.Level)
	if verdict.SnapshotAge != nil {
		measurements = append(measurements,
			Measurement{telemetry.BackupSnapshotAge, verdict.SnapshotAge.Seconds(), UnitSeconds})
	}
	if verdict.RestorableAge != nil {
		measurements = append(measurements,
			Measurement{telemetry.BackupRestorableAge, verdict.RestorableAge.Seconds(), UnitSeconds})
	}
	return measurements
}

// Outcome returns the three outcome metrics with the one of this level set.
func Outcome(level Level) []Measurement {
	one := func(want Level) float64 {
		if level == want {
			return 1
		}
		return 0
	}
	return []Measurement{
		{telemetry.BackupVerificationSuccess, one(Success), UnitCount},
		{telemetry.BackupVerificationWarning, one(Warning), UnitCount},
		{telemetry.BackupVerificationFailure, one(Failure), UnitCount},
	}
}
