package restore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/backup/restore"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/rotation/rotationtest"
)

const secretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:payment-app-db-creds-dev"

// restored is a real ledger that stands for the restored one.
type restored struct {
	database *postgrestest.Database
	secrets  *rotationtest.SecretsManager
	client   *secretsmanager.Client
	checks   restore.LedgerChecks
	target   restore.Target
}

func newRestored(t *testing.T) *restored {
	t.Helper()
	authority, err := postgrestest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Issue("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, authority.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	server := postgrestest.NewServer(t, postgres.Options{TLS: certificate, Settings: map[string]string{"fsync": "off"}})
	database, err := postgrestest.NewDatabase(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	r := &restored{database: database, secrets: &rotationtest.SecretsManager{},
		target: restore.Target{Host: server.Address(), Port: server.Port(), Database: database.Name}}
	r.client = r.secrets.Client(t)
	r.checks = restore.LedgerChecks{Settings: connect.Settings{CAFile: caFile}, Secrets: r.client, SecretARN: secretARN}
	r.secrets.Put(secretARN, login(t, database.AppUser, database.AppPassword))
	return r
}

func login(t *testing.T, username, password string) string {
	t.Helper()
	value, err := json.Marshal(map[string]string{"engine": "postgres", "username": username, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

// rotateTo makes these credentials current and the ones before previous.
func (r *restored) rotateTo(t *testing.T, token, username, password string) {
	t.Helper()
	arn, value := secretARN, login(t, username, password)
	if _, err := r.client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: &arn, ClientRequestToken: &token, SecretString: &value}); err != nil {
		t.Fatal(err)
	}
}

func (r *restored) execute(t *testing.T, statement string, arguments ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.database.SuperuserURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	// The superuser may switch the ledger's own triggers off, as damage would.
	if _, err := conn.Exec(t.Context(), "SET session_replication_role = replica"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), statement, arguments...); err != nil {
		t.Fatal(err)
	}
}

func (r *restored) post(t *testing.T, id, currency string, accepted time.Time) {
	t.Helper()
	r.execute(t, "SELECT ledger.post($1, $2, 1250, $3, 'us-east-1', 0, $4)", id, uuid.NewString(), currency, accepted)
}

// TestLedgerChecks runs the checks in a real ledger: empty, filled, with the password of its own past, and damaged.
func TestLedgerChecks(t *testing.T) {
	r := newRestored(t)
	check := func(want restore.Findings) {
		t.Helper()
		got, err := r.checks.Check(t.Context(), r.target)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("findings %v, error %v; want %v", got, err, want)
		}
	}
	check(restore.Findings{TrialBalance: map[string]int64{}})

	r.post(t, "pay-1", "USD", noon.Add(-time.Hour))
	r.post(t, "pay-2", "JPY", noon.Add(-time.Minute))
	sound := restore.Findings{TrialBalance: map[string]int64{"JPY": 0, "USD": 0}, Payments: 2, NewestPayment: noon.Add(-time.Minute)}
	check(sound)

	// The secret was rotated after the backup: its user does not exist there yet.
	r.rotateTo(t, "later", "payment_app_later", "not-yet")
	check(sound)

	// Twice: nobody can log in, and the error says so without a password.
	r.rotateTo(t, "latest", "payment_app_latest", "not-yet-either")
	_, err := r.checks.Check(t.Context(), r.target)
	if err == nil || !strings.Contains(err.Error(), "with AWSCURRENT") || !strings.Contains(err.Error(), "with AWSPREVIOUS") ||
		strings.Contains(err.Error(), "not-yet") {
		t.Errorf("error %v", err)
	}
	r.secrets.Put(secretARN, login(t, r.database.AppUser, r.database.AppPassword))

	r.execute(t, "INSERT INTO ledger.entries SELECT transaction_id, 3, 'merchant_payable', -50, 'USD' FROM ledger.payments WHERE payment_id = 'pay-1'")
	damaged := sound
	damaged.TrialBalance = map[string]int64{"JPY": 0, "USD": -50}
	check(damaged)
}

// TestRestoreEndToEnd drives the machine with the real checks in a real ledger, sound and damaged.
func TestRestoreEndToEnd(t *testing.T) {
	r := newRestored(t)
	r.post(t, "pay-1", "USD", noon.Add(-time.Hour))
	run := func() (*world, error) {
		w := newWorld(t)
		original := foreign[0]
		original.Status, original.DatabaseName = "available", r.target.Database
		w.server.PutCluster(original)
		w.server.Endpoint = func(string) (string, int) { return r.target.Host, r.target.Port }
		w.machine.Checks = r.checks
		state, err := w.machine.Advance(t.Context(), true)
		t.Logf("%+v", state)
		w.assertClean(t)
		return w, err
	}
	if w, err := run(); err != nil || fmt.Sprint(w.emitted) != "[1]" {
		t.Errorf("sound ledger: error %v, outcomes %v", err, w.emitted)
	}
	r.execute(t, "DELETE FROM ledger.entries WHERE line = 1")
	if w, err := run(); err == nil || !strings.Contains(err.Error(), "USD -1250") || fmt.Sprint(w.emitted) != "[-1]" {
		t.Errorf("damaged ledger: error %v, outcomes %v", err, w.emitted)
	}
}
