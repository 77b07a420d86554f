package secretsmanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	real "github.com/paymentdr/paymentdr/internal/rotation"
)

// ledger is a real server with TLS and a migrated database, and how the functions connect to it.
func ledger(t *testing.T) (*postgres.Server, connect.Settings) {
	t.Helper()
	authority := must[*postgrestest.Authority](t)(postgrestest.NewAuthority())
	certificate := must[*postgres.TLS](t)(authority.Issue("127.0.0.1"))
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, authority.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	server := postgrestest.NewServer(t, postgres.Options{TLS: certificate, Settings: map[string]string{"fsync": "off"}})
	database := must[*postgrestest.Database](t)(postgrestest.NewDatabase(t.Context(), server))
	return server, connect.Settings{Hosts: []string{server.Address()}, Port: server.Port(), Database: database.Name, CAFile: caFile}
}

// TestRealRotation is the deploy's way: the admin's value is put, the migration's first credentials are made by the
// real code over the SDK, the rotation is configured without rotating, and then rotated by the real code, twice. A reader
// in the other Region logs in with what its replica says.
func TestRealRotation(t *testing.T) {
	server, settings := ledger(t)
	var handler func(context.Context, json.RawMessage) error
	var errs []error
	p := startPair(t, Options{Folder: t.TempDir(), Rotate: func(ctx context.Context, _ string, event []byte) error {
		err := handler(ctx, event)
		errs = append(errs, err) // steps are called one after the other
		return err
	}}, Options{})
	ctx := t.Context()
	replicas := []Replica{{Region: "us-west-2"}}
	admin := must[string](t)(p.east.Put(ctx, Secret{Name: "payment-admin-db-creds-t", Replicas: replicas}))
	app := must[string](t)(p.east.Put(ctx, Secret{Name: "payment-app-db-creds-t", Replicas: replicas}))
	must[string](t)(p.east.PutValue(ctx, admin, Value{String: fmt.Sprintf(`{"engine":"postgres","username":%q,"password":%q,"port":5432}`, postgrestest.Admin, server.Password())}))
	api := client(t, p.east)
	deps := real.Deps{Secrets: api, Session: real.Sessions(settings), AdminSecretARN: admin, Logger: slog.New(slog.DiscardHandler)}
	handler = real.Handler(deps)
	if err := real.First(ctx, deps, app, "paymentdb"); err != nil {
		t.Fatal(err)
	}
	if err := p.east.PutRotation(ctx, Rotation{SecretID: app, FunctionARN: function, Rules: Rules{AutomaticallyAfterDays: 30}}); err != nil {
		t.Fatal(err)
	}
	idle := func() bool { return must[*record](t)(p.east.find(app)).Rotation.Token == "" }
	eventually(t, "the configuration is tested", idle)
	for _, want := range []string{"payment_app_b", "payment_app_a"} {
		must[any](t)(p.east.rotateSecret(ctx, &rotateInput{SecretId: app, ClientRequestToken: newID()}))
		eventually(t, "it has rotated", idle)
		p.inSync(t, app)
		credentials := must[real.Credentials](t)(real.ParseCredentials(value(t, p.west, inRegion(app, "us-west-2"), "")))
		if credentials.Username != want {
			t.Errorf("user %s, want %s", credentials.Username, want)
		}
		pool := must[*connect.Pool](t)(connect.New(settings, connect.NewSecret(client(t, p.west), inRegion(app, "us-west-2"))))
		var user string
		err := pool.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
			return conn.QueryRow(ctx, "SELECT current_user").Scan(&user)
		})
		pool.Close()
		if err != nil || user != want {
			t.Errorf("logged in as %s, %v", user, err)
		}
	}
	if err := errors.Join(errs...); err != nil || len(errs) != 9 {
		t.Errorf("%d calls of the function: %v", len(errs), err)
	}
}
