package function_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/backup/backuptest"
	"github.com/paymentdr/paymentdr/internal/function/runtimetest"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/rotation"
	"github.com/paymentdr/paymentdr/internal/rotation/rotationtest"
)

// emptyDatabase is a new database of the admin on a server of the test's own, without the ledger.
func emptyDatabase(t *testing.T) *postgrestest.Database {
	t.Helper()
	server := postgrestest.NewServer(t, postgres.Options{Settings: map[string]string{"fsync": "off"}})
	conn, err := pgx.Connect(t.Context(), server.SuperuserURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE paymentdb OWNER "+postgrestest.Admin); err != nil {
		t.Fatal(err)
	}
	return &postgrestest.Database{Name: "paymentdb", Server: server, CAFile: filepath.Join(server.Dir(), "authority.pem")}
}

// databaseWorld is an empty database, its secrets as the deploy leaves them, and what the functions need to reach both.
type databaseWorld struct {
	database    *postgrestest.Database
	secrets     *rotationtest.SecretsManager
	environment map[string]string
}

func newDatabaseWorld(t *testing.T) databaseWorld {
	t.Helper()
	w := databaseWorld{database: emptyDatabase(t), secrets: &rotationtest.SecretsManager{}}
	w.secrets.Put(adminARN, fmt.Sprintf(`{"engine":"postgres","username":%q,"password":%q,"dbname":"paymentdb","port":5432}`,
		postgrestest.Admin, w.database.Server.Password()))
	w.secrets.Create(appARN)
	w.environment = ledgerEnvironment(w.database)
	maps.Copy(w.environment, map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": serveSecrets(t, w.secrets)})
	return w
}

// current logs in with the application's current credentials, reads the ledger as its user and returns who that is.
func (w databaseWorld) current(t *testing.T) rotation.Credentials {
	t.Helper()
	credentials, err := rotation.ParseCredentials(w.secrets.Value(appARN, "AWSCURRENT"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), w.database.Server.URL(credentials.Username, credentials.Password, w.database.Name))
	if err != nil {
		t.Fatalf("log in as %s: %v", credentials.Username, err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var payments int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM ledger.payments").Scan(&payments); err != nil || payments != 0 {
		t.Errorf("read the ledger as %s: %d payments, %v", credentials.Username, payments, err)
	}
	return credentials
}

func TestLedgerMigrationThenRotation(t *testing.T) {
	w := newDatabaseWorld(t)
	latest, err := migrations.Latest()
	if err != nil {
		t.Fatal(err)
	}
	migration := runtimetest.Start(t, program(t, "ledger-migration"), w.environment)

	var refused *runtimetest.Failure
	err = invoke(t, migration, fmt.Sprintf(`{"version":%d}`, latest+1), nil)
	if !errors.As(err, &refused) || !strings.Contains(refused.Message, fmt.Sprintf("schema version %d, this build has %d", latest+1, latest)) {
		t.Fatalf("wrong version: %v\n%s", err, migration.Output())
	}
	if w.secrets.Value(appARN, "AWSCURRENT") != "" {
		t.Error("a refused migration made credentials")
	}

	type done struct{ From, To int64 }
	for _, want := range []done{{0, latest}, {latest, latest}} {
		var got done
		if err := invoke(t, migration, fmt.Sprintf(`{"version":%d}`, latest), &got); err != nil || got != want {
			t.Fatalf("migrated %+v, want %+v, %v\n%s", got, want, err, migration.Output())
		}
	}
	first := w.current(t)
	if first.Username != "payment_app_a" || first.MasterARN != adminARN {
		t.Errorf("first credentials are %s of %s", first.Username, first.MasterARN)
	}

	rotate := runtimetest.Start(t, program(t, "secret-rotation"), w.environment)
	if err := w.secrets.Begin(appARN, "token-1"); err != nil {
		t.Fatal(err)
	}
	for _, step := range rotation.Steps() {
		event := fmt.Sprintf(`{"SecretId":%q,"ClientRequestToken":"token-1","Step":%q}`, appARN, step)
		if err := invoke(t, rotate, event, nil); err != nil {
			t.Fatalf("%s: %v\n%s", step, err, rotate.Output())
		}
	}
	if second := w.current(t); second.Username != "payment_app_b" || w.secrets.Version(appARN, "AWSCURRENT") != "token-1" {
		t.Errorf("after the rotation %s at version %s is current", second.Username, w.secrets.Version(appARN, "AWSCURRENT"))
	}
	for _, function := range []*runtimetest.Function{migration, rotate} {
		for _, secret := range []string{w.database.Server.Password(), first.Password} {
			if strings.Contains(function.Output(), secret) {
				t.Error("a password is in the function's output")
			}
		}
	}
}

func TestBackupVerification(t *testing.T) {
	const cluster = "payment-primary-t"
	now := time.Now()
	ago := func(age time.Duration) *time.Time { moment := now.Add(-age); return &moment }
	server := &backuptest.RDS{}
	put := func(snapshotAge time.Duration) {
		server.PutCluster(backuptest.Cluster{
			DBClusterIdentifier: cluster, Status: "available", ClusterCreateTime: ago(90 * 24 * time.Hour),
			EarliestRestorableTime: ago(7 * 24 * time.Hour), LatestRestorableTime: ago(time.Minute), BackupRetentionPeriod: 7,
		})
		server.PutSnapshot(backuptest.Snapshot{
			DBClusterSnapshotIdentifier: "rds:" + cluster, DBClusterIdentifier: cluster, SnapshotType: "automated",
			Status: "available", SnapshotCreateTime: ago(snapshotAge),
		})
	}
	put(3 * time.Hour)
	endpoint := httptest.NewServer(server)
	t.Cleanup(endpoint.Close)
	function := runtimetest.Start(t, program(t, "backup-verification"), map[string]string{
		functionenv.Region: "us-east-1", functionenv.Environment: "t", functionenv.Cluster: cluster, functionenv.DBSecretARN: appARN,
		"AWS_ENDPOINT_URL_RDS": endpoint.URL,
	})
	var answer struct {
		StatusCode int    `json:"statusCode"`
		Body       string `json:"body"`
	}
	if err := invoke(t, function, `{}`, &answer); err != nil || answer.StatusCode != 200 || !strings.Contains(answer.Body, `"status":"success"`) {
		t.Errorf("fresh backups: %+v, %v\n%s", answer, err, function.Output())
	}
	if !strings.Contains(function.Output(), `"BackupVerificationSuccess":1`) {
		t.Errorf("no metric in\n%s", function.Output())
	}
	put(40 * time.Hour)
	var failed *runtimetest.Failure
	if err := invoke(t, function, `{}`, nil); !errors.As(err, &failed) || !strings.Contains(failed.Message, "verify backups of cluster "+cluster) {
		t.Errorf("stale backups: %v, want the verdict as the function's error", err)
	}
	if !strings.Contains(function.Output(), `"BackupVerificationFailure":1`) {
		t.Errorf("no metric in\n%s", function.Output())
	}
}
