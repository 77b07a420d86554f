package backup

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Emitter writes metrics; *telemetry.Writer does, and adds the dimension Environment.
type Emitter interface {
	Emit(at time.Time, metrics []telemetry.Metric, extra map[string]string, properties map[string]any) error
}

// Metrics returns a verdict's metrics: exactly one of the three outcomes is 1 and the others are 0, so that an alarm
// can tell a good run from no run. An age that is not known is left out, because 0 would look perfect.
func Metrics(verdict Verdict) []telemetry.Metric {
	metrics := outcome(verdict.Level)
	if verdict.SnapshotAge != nil {
		metrics = append(metrics, age(telemetry.BackupSnapshotAge, *verdict.SnapshotAge))
	}
	if verdict.RestorableAge != nil {
		metrics = append(metrics, age(telemetry.BackupRestorableAge, *verdict.RestorableAge))
	}
	return metrics
}

func age(name string, duration time.Duration) telemetry.Metric {
	return telemetry.Metric{Name: name, Unit: telemetry.Seconds, Value: duration.Seconds()}
}

// outcome returns the three outcome metrics with the one of this level set.
func outcome(level Level) []telemetry.Metric {
	one := func(want Level) float64 {
		if level == want {
			return 1
		}
		return 0
	}
	return []telemetry.Metric{
		telemetry.Value(telemetry.BackupVerificationSuccess, one(Success)),
		telemetry.Value(telemetry.BackupVerificationWarning, one(Warning)),
		telemetry.Value(telemetry.BackupVerificationFailure, one(Failure)),
	}
}

// EmitVerdict writes a verdict's metrics with the dimension Cluster, and its reasons beside them.
func EmitVerdict(emitter Emitter, at time.Time, verdict Verdict) error {
	err := emitter.Emit(at, Metrics(verdict), map[string]string{telemetry.DimensionCluster: verdict.Cluster},
		map[string]any{"status": verdict.Level.String(), "reasons": verdict.Reasons})
	if err != nil {
		return fmt.Errorf("emit verdict on cluster %s: %w", verdict.Cluster, err)
	}
	return nil
}
