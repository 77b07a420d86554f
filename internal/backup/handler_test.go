package backup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/backup/backuptest"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

const cluster = "payment-primary-t"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ago(duration time.Duration) *time.Time {
	moment := noon.Add(-duration)
	return &moment
}

// newServer has one healthy cluster and enough snapshots for several pages.
func newServer() *backuptest.RDS {
	server := &backuptest.RDS{PageSize: 20}
	server.PutCluster(backuptest.Cluster{
		DBClusterIdentifier: cluster, Status: "available", GlobalClusterIdentifier: "payment-global-t",
		ClusterCreateTime: ago(90 * 24 * time.Hour), EarliestRestorableTime: ago(7 * 24 * time.Hour),
		LatestRestorableTime: ago(95 * time.Second), BackupRetentionPeriod: 7, PreferredBackupWindow: "03:00-04:00",
	})
	for day := range 50 {
		server.PutSnapshot(backuptest.Snapshot{
			DBClusterSnapshotIdentifier: fmt.Sprintf("rds:%s-%02d", cluster, 50-day), DBClusterIdentifier: cluster,
			SnapshotType: "automated", Status: "available", SnapshotCreateTime: ago(time.Duration(9+24*day) * time.Hour),
		})
	}
	server.PutSnapshot(backuptest.Snapshot{
		DBClusterSnapshotIdentifier: "rds:other-1", DBClusterIdentifier: "other", SnapshotType: "automated",
		Status: "available", SnapshotCreateTime: ago(time.Hour),
	})
	return server
}

// line is what a run wrote for CloudWatch.
type line struct{ bytes.Buffer }

// metrics reads the line's metrics as CloudWatch would, by name and with their units.
func (l *line) metrics(t *testing.T) map[string]string {
	t.Helper()
	read := map[string]string{}
	if l.Len() == 0 {
		return read
	}
	var directive struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	var values map[string]any
	if err := errors.Join(json.Unmarshal(l.Bytes(), &directive), json.Unmarshal(l.Bytes(), &values)); err != nil {
		t.Fatalf("not one line of metrics: %v", err)
	}
	set := directive.AWS.CloudWatchMetrics[0]
	if set.Namespace != "PaymentSystem" || fmt.Sprint(set.Dimensions) != "[[Environment Cluster]]" ||
		values["Environment"] != "t" || values["Cluster"] != cluster {
		t.Errorf("namespace or dimensions are wrong: %s", l)
	}
	for _, metric := range set.Metrics {
		read[metric.Name] = fmt.Sprint(values[metric.Name], " ", metric.Unit)
	}
	return read
}

func newDeps(t *testing.T, server *backuptest.RDS) (backup.Deps, *line) {
	emitted := &line{}
	return backup.Deps{
		Cluster: cluster, RDS: server.Client(t), Policy: backup.DefaultPolicy(),
		Now: func() time.Time { return noon }, Emitter: telemetry.NewWriter(emitted, "t"), Logger: slog.New(slog.DiscardHandler),
	}, emitted
}

// TestHandlerAnswersAsTheOriginal pins the whole answer, whose body is a string of JSON.
func TestHandlerAnswersAsTheOriginal(t *testing.T) {
	deps, emitted := newDeps(t, newServer())
	// The event that EventBridge sends to a target without an input of its own.
	event := `{"version":"0","id":"53dc4d37","detail-type":"Scheduled Event","source":"aws.events","account":"123456789012",
		"time":"2026-11-23T12:00:00Z","region":"us-east-1","resources":["arn:aws:events:us-east-1:123456789012:rule/r"],"detail":{}}`
	result, err := backup.Handler(deps)(context.Background(), json.RawMessage(event))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"statusCode":200,"body":"{\"status\":\"success\",\"cluster\":\"payment-primary-t\",` +
		`\"latestSnapshot\":\"rds:payment-primary-t-50\",\"snapshotAge\":\"9.0 hours\",\"snapshotStatus\":\"available\",` +
		`\"role\":\"primary\",\"restorableAge\":\"95 seconds\",\"reasons\":[\"snapshot rds:payment-primary-t-50 is 9h0m0s old\",` +
		`\"restorable to 1m35s ago\"]}"}`
	if string(encoded) != want {
		t.Errorf("answer:\n%s\nwant:\n%s", encoded, want)
	}
	var decoded backup.Result
	if err := json.Unmarshal(encoded, &decoded); err != nil || decoded.Body.LatestSnapshot != result.Body.LatestSnapshot {
		t.Errorf("answer does not decode into itself: %v, %+v", err, decoded)
	}
	wantMetrics := map[string]string{
		"BackupVerificationSuccess": "1 Count", "BackupVerificationWarning": "0 Count", "BackupVerificationFailure": "0 Count",
		"BackupSnapshotAge": "32400 Seconds", "BackupRestorableAge": "95 Seconds",
	}
	if got := emitted.metrics(t); !maps.Equal(got, wantMetrics) {
		t.Errorf("metrics %v, want %v", got, wantMetrics)
	}
}

// TestHandlerOutcomes checks that exactly one outcome is 1, and that failures are errors.
func TestHandlerOutcomes(t *testing.T) {
	cases := []struct {
		name    string
		event   string
		prepare func(*backuptest.RDS)
		want    backup.Level
		failed  bool   // the error is a verdict
		text    string // part of the error
	}{
		{name: "no event", want: backup.Success},
		{name: "warning is no error", event: `{"minRetentionDays": 14}`, want: backup.Warning},
		{name: "stale", want: backup.Failure, failed: true, text: "latest restorable time is 31m0s old, limit 30m0s",
			prepare: func(server *backuptest.RDS) {
				server.PutCluster(backuptest.Cluster{DBClusterIdentifier: cluster, Status: "available",
					LatestRestorableTime: ago(31 * time.Minute)})
			}},
		{name: "RDS refuses", want: backup.Failure, text: "AccessDenied",
			prepare: func(server *backuptest.RDS) {
				server.SetHooks(func(string, url.Values) error {
					return &backuptest.Fault{Status: 403, Code: "AccessDenied", Message: "no"}
				}, nil)
			}},
		{name: "second page fails", want: backup.Failure, text: "describe snapshots of cluster " + cluster,
			prepare: func(server *backuptest.RDS) {
				server.SetHooks(func(_ string, form url.Values) error {
					if form.Get("Marker") != "" {
						return &backuptest.Fault{Status: 503, Code: "ServiceUnavailable", Message: "later"}
					}
					return nil
				}, nil)
			}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := newServer()
			if c.prepare != nil {
				c.prepare(server)
			}
			deps, emitted := newDeps(t, server)
			result, err := backup.Handler(deps)(context.Background(), json.RawMessage(c.event))
			if (err != nil) != (c.want == backup.Failure) || err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %v, want one with %q", err, c.text)
			}
			var failed *backup.FailedError
			if errors.As(err, &failed) != c.failed {
				t.Errorf("error %v is a verdict: %t, want %t", err, !c.failed, c.failed)
			}
			if result.Body.Status != c.want.String() || (result.StatusCode == 500) != (c.want == backup.Failure) {
				t.Errorf("answer %+v, want status %s", result, c.want)
			}
			for level, name := range []string{telemetry.BackupVerificationSuccess, telemetry.BackupVerificationWarning, telemetry.BackupVerificationFailure} {
				want := "0 Count"
				if backup.Level(level) == c.want {
					want = "1 Count"
				}
				if got := emitted.metrics(t)[name]; got != want {
					t.Errorf("metric %s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestHandlerMissingCluster is a failed verdict, not an unreadable RDS.
func TestHandlerMissingCluster(t *testing.T) {
	deps, emitted := newDeps(t, &backuptest.RDS{})
	_, err := backup.Handler(deps)(context.Background(), nil)
	var failed *backup.FailedError
	if !errors.As(err, &failed) || emitted.metrics(t)[telemetry.BackupVerificationFailure] != "1 Count" {
		t.Errorf("error %v, metrics %s, want a failed verdict", err, emitted)
	}
	if _, known := emitted.metrics(t)[telemetry.BackupSnapshotAge]; known {
		t.Error("an age was emitted for a snapshot that does not exist")
	}
}

// TestHandlerBadEvents must not pass as a good verification.
func TestHandlerBadEvents(t *testing.T) {
	for event, want := range map[string]string{
		`[]`:                         "read event",
		`{"action":"remove"}`:        `unknown action "remove"`,
		`{"minRetentionDays":-1}`:    "minRetentionDays is -1",
		`{"action":"restore-start"}`: "restore tests are not configured",
	} {
		deps, emitted := newDeps(t, newServer())
		_, err := backup.Handler(deps)(context.Background(), json.RawMessage(event))
		if err == nil || !strings.Contains(err.Error(), want) || emitted.Len() != 0 {
			t.Errorf("event %s: error %v, metrics %s; want %q and none", event, err, emitted, want)
		}
	}
}

// fullDisk takes no byte.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestHandlerReportsUnwrittenMetrics: a run whose metric is lost must count as an error at least.
func TestHandlerReportsUnwrittenMetrics(t *testing.T) {
	deps, _ := newDeps(t, newServer())
	deps.Emitter = telemetry.NewWriter(fullDisk{}, "t")
	if _, err := backup.Handler(deps)(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v, want the lost metric", err)
	}
}

// TestRoleOf reads the role over the wire.
func TestRoleOf(t *testing.T) {
	cases := map[backup.Role]backuptest.Cluster{
		backup.RolePrimary:    {GlobalClusterIdentifier: "g"},
		backup.RoleSecondary:  {GlobalClusterIdentifier: "g", ReplicationSourceIdentifier: "arn:aws:rds:us-east-1:1:cluster:p"},
		backup.RoleStandalone: {},
	}
	for want, described := range cases {
		server := &backuptest.RDS{}
		described.DBClusterIdentifier = cluster
		server.PutCluster(described)
		observation, err := backup.Observe(context.Background(), server.Client(t), cluster)
		if err != nil || observation.Role != want {
			t.Errorf("role %q, error %v; want %q", observation.Role, err, want)
		}
	}
}
