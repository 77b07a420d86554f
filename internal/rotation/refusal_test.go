package rotation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/rotation"
	"github.com/paymentdr/paymentdr/internal/rotation/rotationtest"
)

// putCurrent does what an operator does who puts a value by hand: it becomes AWSCURRENT.
func putCurrent(t *testing.T, w *world, arn, token, value string) {
	t.Helper()
	put(t, w, arn, token, value, "AWSCURRENT")
}

func put(t *testing.T, w *world, arn, token, value, stage string) {
	t.Helper()
	_, err := w.client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: &arn, ClientRequestToken: &token, SecretString: &value, VersionStages: []string{stage}})
	if err != nil {
		t.Fatal(err)
	}
}

// appValue is a value of the application's secret with some fields replaced.
func appValue(t *testing.T, replaced map[string]string) string {
	t.Helper()
	fields := map[string]string{"engine": "postgres", "username": "payment_app_a", "password": firstPassword, "masterarn": adminARN}
	for name, value := range replaced {
		fields[name] = value
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// TestRefusals: every reason not to rotate, each without any change in the database or of AWSCURRENT.
func TestRefusals(t *testing.T) {
	cases := []struct {
		name    string
		prepare func(*testing.T, *world)
		token   string // default "one"
		step    rotation.Step
		want    string
	}{
		{"rotation disabled", func(_ *testing.T, w *world) { w.secrets.SetRotation(appARN, false) }, "", rotation.CreateSecret, "not enabled for rotation"},
		{"unknown version", nil, "two", rotation.CreateSecret, "the version has no stage for rotation"},
		{"cancelled version", func(_ *testing.T, w *world) { w.secrets.Cancel(appARN) }, "", rotation.CreateSecret, "the version has no stage for rotation"},
		{"version not pending", func(t *testing.T, w *world) {
			putCurrent(t, w, appARN, "x", appValue(t, map[string]string{"password": "y"}))
		}, "initial", rotation.CreateSecret, "the version is [AWSPREVIOUS], not AWSPENDING"},
		{"foreign user", func(t *testing.T, w *world) {
			putCurrent(t, w, appARN, "x", appValue(t, map[string]string{"username": "dbadmin"}))
		}, "", rotation.CreateSecret, `other user of "dbadmin": want payment_app_a or payment_app_b`},
		{"wrong engine", func(t *testing.T, w *world) {
			putCurrent(t, w, appARN, "x", appValue(t, map[string]string{"engine": "mysql"}))
		}, "", rotation.CreateSecret, `engine is "mysql"`},
		{"no username", func(t *testing.T, w *world) {
			putCurrent(t, w, appARN, "x", appValue(t, map[string]string{"username": ""}))
		}, "", rotation.CreateSecret, "no username"},
		{"not JSON", func(t *testing.T, w *world) { putCurrent(t, w, appARN, "x", "hunter2") }, "", rotation.CreateSecret, "not a JSON object"},
		{"pending for the current user", func(t *testing.T, w *world) {
			put(t, w, appARN, "one", appValue(t, map[string]string{"password": "z"}), "AWSPENDING")
		}, "", rotation.SetSecret, "AWSPENDING is for user payment_app_a, but after payment_app_a comes payment_app_b"},
		{"pending names another admin", func(t *testing.T, w *world) {
			put(t, w, appARN, "one", appValue(t, map[string]string{"username": "payment_app_b", "masterarn": "arn:other"}), "AWSPENDING")
		}, "", rotation.SetSecret, `AWSPENDING has masterarn "arn:other"`},
		{"both name another admin", func(t *testing.T, w *world) {
			putCurrent(t, w, appARN, "x", appValue(t, map[string]string{"masterarn": "arn:other"}))
			put(t, w, appARN, "one", appValue(t, map[string]string{"username": "payment_app_b", "masterarn": "arn:other"}), "AWSPENDING")
		}, "", rotation.SetSecret, "masterarn is arn:other, want the admin secret " + adminARN},
		{"password with a quote", func(t *testing.T, w *world) {
			put(t, w, appARN, "one", appValue(t, map[string]string{"username": "payment_app_b", "password": "it's"}), "AWSPENDING")
		}, "", rotation.SetSecret, "check password: character 3"},
		{"admin cannot log in", func(t *testing.T, w *world) {
			w.asSuperuser(t, "ALTER ROLE dbadmin PASSWORD 'other'")
			put(t, w, appARN, "one", appValue(t, map[string]string{"username": "payment_app_b"}), "AWSPENDING")
		}, "", rotation.SetSecret, "nobody who may can log in"},
	}
	w := newWorld(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w.reset(t)
			if err := w.secrets.Begin(appARN, "one"); err != nil {
				t.Fatal(err)
			}
			if c.prepare != nil {
				c.prepare(t, w)
			}
			token := c.token
			if token == "" {
				token = "one"
			}
			before := w.secrets.Version(appARN, "AWSCURRENT")
			err := step(t.Context(), w.deps, appARN, token, c.step)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), firstPassword) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("the error shows a password: %v", err)
			}
			if after := w.secrets.Version(appARN, "AWSCURRENT"); after != before {
				t.Errorf("AWSCURRENT moved from %s to %s", before, after)
			}
			if err := w.canLogIn(t.Context(), "payment_app_a", firstPassword); err != nil {
				t.Errorf("the user in use is locked out: %v", err)
			}
			if err := w.canLogIn(t.Context(), "payment_app_b", firstPassword); err == nil {
				t.Error("the other user was made all the same")
			}
		})
	}
}

// currentVersionIsDone: steps of a version that is already current succeed and do nothing.
func currentVersionIsDone(t *testing.T, w *world) {
	w.rotate(t, appARN, "one")
	before := w.secrets.Value(appARN, "AWSCURRENT")
	deps := w.deps
	deps.Session = nil // would panic if it were used
	if err := allSteps(t.Context(), deps, appARN, "one"); err != nil {
		t.Error(err)
	}
	if w.secrets.Value(appARN, "AWSCURRENT") != before {
		t.Error("the current value changed")
	}
}

// TestReplica: neither a standby nor a writer that was set read-only is changed, and the error says why.
func TestReplica(t *testing.T) {
	w := newWorld(t)
	if err := w.secrets.Begin(appARN, "one"); err != nil {
		t.Fatal(err)
	}
	if err := step(t.Context(), w.deps, appARN, "one", rotation.CreateSecret); err != nil {
		t.Fatal(err)
	}
	refused := func(t *testing.T, deps rotation.Deps, detail string) {
		t.Helper()
		err := step(t.Context(), deps, appARN, "one", rotation.SetSecret)
		var replica *rotation.ReplicaError
		if !errors.As(err, &replica) || replica.Detail != detail || !replica.Retryable() {
			t.Errorf("error %v, want a replica by %s", err, detail)
		}
	}
	t.Run("standby", func(t *testing.T) {
		certificate, caFile := issue(t)
		standby := postgrestest.NewServer(t, postgres.Options{
			TLS:     certificate,
			Standby: &postgres.Standby{Primary: w.server.SuperuserURL("postgres")},
		})
		caughtUp(t, w, standby)
		settings := w.settings
		settings.Port, settings.CAFile = standby.Port(), caFile
		deps := w.deps
		deps.Session = rotation.Sessions(settings)
		refused(t, deps, "pg_is_in_recovery")
	})
	t.Run("read-only writer", func(t *testing.T) {
		w.asSuperuser(t, fmt.Sprintf("ALTER DATABASE %s SET default_transaction_read_only = on", w.database.Name))
		refused(t, w.deps, "transaction_read_only")
		w.asSuperuser(t, "SET default_transaction_read_only = off",
			fmt.Sprintf("ALTER DATABASE %s RESET default_transaction_read_only", w.database.Name))
	})
	if err := allSteps(t.Context(), w.deps, appARN, "one"); err != nil {
		t.Errorf("at the writer afterwards: %v", err)
	}
}

// caughtUp waits until the standby has all that the primary had at the time of the call.
func caughtUp(t *testing.T, w *world, standby *postgres.Server) {
	t.Helper()
	primary, err := pgx.Connect(t.Context(), w.server.SuperuserURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	replica, err := pgx.Connect(t.Context(), standby.SuperuserURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	var position string
	err = primary.QueryRow(t.Context(), "SELECT pg_current_wal_lsn()::text").Scan(&position)
	for reached := false; err == nil && !reached; {
		// PostgreSQL 15 has no way to wait for a position but to ask; the test's own deadline ends it.
		err = replica.QueryRow(t.Context(), "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn FROM pg_sleep(0.01)", position).Scan(&reached)
	}
	if err = errors.Join(err, primary.Close(t.Context()), replica.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// TestUnreachableDatabase is neither a rejection nor a replica.
func TestUnreachableDatabase(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil { // nobody listens there any more
		t.Fatal(err)
	}
	secrets := &rotationtest.SecretsManager{}
	secrets.Put(appARN, appValue(t, nil))
	deps := rotation.Deps{
		Secrets: secrets.Client(t), AdminSecretARN: adminARN, Logger: slog.New(slog.DiscardHandler),
		Session: rotation.Sessions(connect.Settings{Hosts: []string{"127.0.0.1"}, Port: port}),
	}
	if err := secrets.Begin(appARN, "one"); err != nil {
		t.Fatal(err)
	}
	if err := step(t.Context(), deps, appARN, "one", rotation.CreateSecret); err != nil {
		t.Fatal(err)
	}
	err = step(t.Context(), deps, appARN, "one", rotation.SetSecret)
	var rejected *rotation.RejectedError
	var replica *rotation.ReplicaError
	if err == nil || errors.As(err, &rejected) || errors.As(err, &replica) || !strings.Contains(err.Error(), "connect as payment_app_b") {
		t.Errorf("error %v", err)
	}
}

func TestEvents(t *testing.T) {
	deps := rotation.Deps{Secrets: (&rotationtest.SecretsManager{}).Client(t), Logger: slog.New(slog.DiscardHandler)}
	for event, want := range map[string]string{
		`{"SecretId":"a","ClientRequestToken":"t","Step":"dropSecret"}`: `unknown step "dropSecret"`,
		`{"SecretId":"a","Step":"setSecret"}`:                           "no ClientRequestToken",
		`{"ClientRequestToken":"t","Step":"setSecret"}`:                 "no SecretId",
		`"createSecret"`: "read rotation event",
		`{"SecretId":"a","ClientRequestToken":"t","Step":"setSecret"}`: "describe secret a",
	} {
		if err := rotation.Handler(deps)(t.Context(), json.RawMessage(event)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("event %s: %v, want %q", event, err, want)
		}
	}
}

func TestSettingsFromEnvironment(t *testing.T) {
	set := map[string]string{functionenv.LedgerHost: "local", functionenv.LedgerGlobalHost: "global", functionenv.LedgerPort: "5433"}
	settings, err := rotation.SettingsFromEnvironment(func(name string) string { return set[name] })
	if err != nil || len(settings.Hosts) != 1 || settings.Hosts[0] != "global" || settings.Port != 5433 {
		t.Errorf("settings %+v, error %v; want the global writer only", settings, err)
	}
	delete(set, functionenv.LedgerGlobalHost)
	if _, err := rotation.SettingsFromEnvironment(func(name string) string { return set[name] }); err == nil {
		t.Error("no global host and no error")
	}
}

// TestCredentialsHideThePassword in every way of printing.
func TestCredentialsHideThePassword(t *testing.T) {
	credentials, err := rotation.ParseCredentials(appValue(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, credentials); strings.Contains(text, firstPassword) {
			t.Errorf("%s shows the password", format)
		}
	}
}
