package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// emptyDatabase belongs to an admin who is no superuser, as on RDS.
func emptyDatabase(t *testing.T) *pgx.ConnConfig {
	t.Helper()
	database := postgrestest.Start(t)
	name := database.Name + "_empty"
	run := func(ctx context.Context, sql string) {
		t.Helper()
		conn, err := pgx.Connect(ctx, database.Server.SuperuserURL("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	run(t.Context(), fmt.Sprintf("CREATE DATABASE %s OWNER %s", name, postgrestest.Admin))
	t.Cleanup(func() { run(context.Background(), fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)) })
	config, err := pgx.ParseConfig(database.Server.URL(postgrestest.Admin, database.Server.Password(), name))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func latest(t *testing.T) int64 {
	t.Helper()
	version, err := migrations.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestMigrateStepByStepAndAgain(t *testing.T) {
	config, latest := emptyDatabase(t), latest(t)
	for version := int64(1); version <= latest; version++ {
		result, err := migrations.Migrate(t.Context(), config, version)
		if err != nil || result != (migrations.Result{From: version - 1, To: version}) {
			t.Fatalf("to %d: %+v, error %v", version, result, err)
		}
	}
	result, err := migrations.Migrate(t.Context(), config, 0)
	if err != nil || result != (migrations.Result{From: latest, To: latest}) {
		t.Fatalf("again: %+v, error %v", result, err)
	}
	if _, err := migrations.Migrate(t.Context(), config, 1); !errors.Is(err, migrations.ErrNewer) {
		t.Fatalf("back to 1: error %v", err)
	}
	if _, err := migrations.Migrate(t.Context(), config, latest+1); err == nil {
		t.Fatal("a version that is not in the build was accepted")
	}
}

// Two deploys at once, the role of the server present or not: both succeed and the schema is made once.
func TestMigrateConcurrently(t *testing.T) {
	config, latest := emptyDatabase(t), latest(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			result, err := migrations.Migrate(t.Context(), config, 0)
			if err != nil || result.To != latest {
				t.Errorf("%+v, error %v", result, err)
			}
		})
	}
	group.Wait()
}
