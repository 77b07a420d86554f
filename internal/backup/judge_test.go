package backup_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// TestJudge reads every rule from testdata/judge: an observation, then the verdict with all its reasons.
// Rewrite the expected part with -rewrite and read the diff.
func TestJudge(t *testing.T) {
	datadriven.RunTest(t, "testdata/judge", func(t *testing.T, d *datadriven.TestData) string {
		now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		if arguments, ok := d.Arg("now"); ok {
			var err error
			if now, err = time.Parse(time.RFC3339, arguments.Vals[0]); err != nil {
				t.Fatal(err)
			}
		}
		observation := parseObservation(t, d.Input, now)
		policy := backup.DefaultPolicy()
		policy.MinRetention = 2 * 24 * time.Hour
		verdict := backup.Judge(observation, now, policy)

		slices.Reverse(observation.Snapshots)
		if again := backup.Judge(observation, now, policy); describe(again) != describe(verdict) {
			t.Errorf("order of snapshots matters:\n%s\nthen\n%s", describe(verdict), describe(again))
		}
		return describe(verdict)
	})
}

// describe prints a verdict in the form of the text table.
func describe(verdict backup.Verdict) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s", verdict.Level)
	if verdict.Latest != nil {
		fmt.Fprintf(&out, " latest=%s", verdict.Latest.ID)
	}
	if verdict.SnapshotAge != nil {
		fmt.Fprintf(&out, " snapshot-age=%s", *verdict.SnapshotAge)
	}
	if verdict.RestorableAge != nil {
		fmt.Fprintf(&out, " restorable-age=%s", *verdict.RestorableAge)
	}
	for _, reason := range verdict.Reasons {
		fmt.Fprintf(&out, "\n  %s", reason)
	}
	return out.String() + "\n"
}

// parseObservation reads "cluster key=value..." and "snapshot key=value..." lines; times are relative to now.
func parseObservation(t *testing.T, input string, now time.Time) backup.Observation {
	observation := backup.Observation{
		Cluster: "payment-primary-t", Role: backup.RolePrimary, Status: "available",
		BackupWindow: "03:00-04:00", Retention: 7 * 24 * time.Hour,
	}
	for line := range strings.Lines(input) {
		fields := strings.Fields(line)
		values := map[string]string{}
		for _, field := range fields[1:] {
			key, value, ok := strings.Cut(field, "=")
			if !ok {
				t.Fatalf("field %q is not key=value", field)
			}
			values[key] = value
		}
		switch fields[0] {
		case "cluster":
			observation.Found = true
			fillObservation(t, &observation, values, now)
		case "snapshot":
			observation.Snapshots = append(observation.Snapshots, backup.Snapshot{
				ID: values["id"], Kind: backup.KindOf(values["id"], values["type"]), Status: values["status"],
				CreatedAt: at(t, values["at"], now),
			})
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return observation
}

func fillObservation(t *testing.T, observation *backup.Observation, values map[string]string, now time.Time) {
	for key, value := range values {
		switch key {
		case "created":
			observation.CreatedAt = at(t, value, now)
		case "earliest":
			observation.EarliestRestorable = at(t, value, now)
		case "restorable":
			observation.LatestRestorable = at(t, value, now)
		case "role":
			observation.Role = backup.Role(value)
		case "status":
			observation.Status = value
		case "window":
			observation.BackupWindow = value
		case "retention":
			observation.Retention = -at(t, value, now).Sub(now)
		default:
			t.Fatalf("unknown key %q", key)
		}
	}
}

// at reads an offset such as -5h, -30d or +1m; the empty offset is the zero time.
func at(t *testing.T, offset string, now time.Time) time.Time {
	if offset == "" {
		return time.Time{}
	}
	if days, ok := strings.CutSuffix(offset, "d"); ok {
		count, err := strconv.Atoi(days)
		if err != nil {
			t.Fatal(err)
		}
		return now.Add(time.Duration(count) * 24 * time.Hour)
	}
	duration, err := time.ParseDuration(offset)
	if err != nil {
		t.Fatal(err)
	}
	return now.Add(duration)
}

// TestPolicyValidate names the relation that is broken.
func TestPolicyValidate(t *testing.T) {
	cases := []struct {
		name   string
		change func(*backup.Policy)
		want   string
	}{
		{"default", func(*backup.Policy) {}, ""},
		{"no snapshot age", func(p *backup.Policy) { p.MaxSnapshotAge = 0 }, "MaxSnapshotAge is 0s"},
		{"negative grace", func(p *backup.Policy) { p.FirstWindowGrace = -1 }, "FirstWindowGrace is -1ns"},
		{"warning above failure", func(p *backup.Policy) { p.WarnRestorableAge = time.Hour }, "1h0m0s is above MaxRestorableAge 30m0s"},
		{"negative retention", func(p *backup.Policy) { p.MinRetention = -1 }, "MinRetention is -1ns"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			policy := backup.DefaultPolicy()
			c.change(&policy)
			err := policy.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Validate() = %v, want %q", err, c.want)
			}
		})
	}
}
