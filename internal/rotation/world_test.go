package rotation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/rotation"
	"github.com/paymentdr/paymentdr/internal/rotation/rotationtest"
)

const (
	appARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:payment-app-db-creds-t"
	adminARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:payment-admin-db-creds-t"

	firstPassword = "first-Password-of-a-1"
)

// world is a real server with TLS and a migrated ledger, and a Secrets Manager with both secrets.
type world struct {
	server   *postgres.Server
	database *postgrestest.Database
	settings connect.Settings
	secrets  *rotationtest.SecretsManager
	client   *secretsmanager.Client
	deps     rotation.Deps
}

func newWorld(t *testing.T) *world {
	t.Helper()
	certificate, caFile := issue(t)
	server := postgrestest.NewServer(t, postgres.Options{
		TLS: certificate,
		// The log of every statement is read for passwords.
		Settings: map[string]string{"fsync": "off", "log_statement": "all", "log_min_duration_statement": "0"},
	})
	database, err := postgrestest.NewDatabase(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{server: server, database: database, secrets: &rotationtest.SecretsManager{}}
	w.settings = connect.Settings{Hosts: []string{server.Address()}, Port: server.Port(), Database: database.Name, CAFile: caFile}
	w.client = w.secrets.Client(t)
	w.deps = rotation.Deps{
		Secrets: w.client, Session: rotation.Sessions(w.settings), AdminSecretARN: adminARN, Logger: slog.New(slog.DiscardHandler),
	}
	w.reset(t)
	return w
}

// reset brings roles and secrets to where the deploy leaves them.
func (w *world) reset(t *testing.T) {
	t.Helper()
	w.asSuperuser(t,
		"DROP ROLE IF EXISTS payment_app_a", "DROP ROLE IF EXISTS payment_app_b",
		fmt.Sprintf("ALTER ROLE %s PASSWORD '%s'", postgrestest.Admin, w.server.Password()),
		// As the admin, who may only change the roles that it made (PostgreSQL 16 and newer).
		"SET ROLE "+postgrestest.Admin,
		fmt.Sprintf("CREATE ROLE payment_app_a LOGIN PASSWORD '%s' IN ROLE payment_app", firstPassword))
	w.secrets.Put(adminARN, fmt.Sprintf(`{"engine":"postgres","username":%q,"password":%q,"dbname":"paymentdb","port":5432}`,
		postgrestest.Admin, w.server.Password()))
	w.secrets.Put(appARN, fmt.Sprintf(`{"engine":"postgres","username":"payment_app_a","password":%q,"dbname":"paymentdb","port":5432,"masterarn":%q}`,
		firstPassword, adminARN))
}

func (w *world) asSuperuser(t *testing.T, statements ...string) {
	t.Helper()
	execute(t, w.database.SuperuserURL, statements)
}

func (w *world) asAdmin(t *testing.T, statements ...string) {
	t.Helper()
	execute(t, w.database.AdminURL, statements)
}

func execute(t *testing.T, address string, statements []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// step makes one call of the function.
func step(ctx context.Context, deps rotation.Deps, arn, token string, step rotation.Step) error {
	event, err := json.Marshal(rotation.Event{SecretID: arn, Token: token, Step: step})
	if err != nil {
		return err
	}
	return rotation.Handler(deps)(ctx, event)
}

// allSteps runs a rotation as Secrets Manager does: from the first step, ending at an error.
func allSteps(ctx context.Context, deps rotation.Deps, arn, token string) error {
	for _, one := range rotation.Steps() {
		if err := step(ctx, deps, arn, token, one); err != nil {
			return err
		}
	}
	return nil
}

// rotate begins and runs a whole rotation.
func (w *world) rotate(t *testing.T, arn, token string) {
	t.Helper()
	if err := w.secrets.Begin(arn, token); err != nil {
		t.Fatal(err)
	}
	if err := allSteps(t.Context(), w.deps, arn, token); err != nil {
		t.Fatal(err)
	}
}

func (w *world) credentials(t *testing.T, arn, stage string) rotation.Credentials {
	t.Helper()
	credentials, err := rotation.ParseCredentials(w.secrets.Value(arn, stage))
	if err != nil {
		t.Fatalf("%s of %s: %v", stage, arn, err)
	}
	return credentials
}

// canLogIn really logs in, over a plain connection of the test's own.
func (w *world) canLogIn(ctx context.Context, username, password string) error {
	conn, err := pgx.Connect(ctx, w.server.URL(username, password, w.database.Name))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "SELECT 1")
	return errors.Join(err, conn.Close(ctx))
}

// assertWorks checks that a staging label has credentials that work.
func (w *world) assertWorks(t *testing.T, arn, stage string) {
	t.Helper()
	credentials := w.credentials(t, arn, stage)
	if err := w.canLogIn(t.Context(), credentials.Username, credentials.Password); err != nil {
		t.Errorf("%s of %s does not work: %v", stage, arn, err)
	}
}

// issue makes a certificate for the loopback address, and the file to verify it with.
func issue(t *testing.T) (certificate *postgres.TLS, caFile string) {
	t.Helper()
	authority, err := postgrestest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	if certificate, err = authority.Issue("127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	certificate.Required = true
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, authority.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	return certificate, caFile
}
