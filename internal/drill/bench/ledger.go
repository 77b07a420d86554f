package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/certificate"
)

// Names of what the ledger's server has.
const (
	database  = "paymentdb"
	admin     = "dbadmin"
	appGroup  = "payment_app"
	appUser   = "payment_app_a"
	localhost = "127.0.0.1"
)

// fsync is off as in a local cloud, whose servers survive the end of any process but not the machine's.
const fsync = "off"

// login is the one that the server was given.
type login connect.Login

// Login implements connect.Credentials.
func (l login) Login(context.Context, string, int) (connect.Login, error) {
	return connect.Login(l), nil
}

// Refused implements connect.Credentials.
func (login) Refused(connect.Login) {}

// startLedger starts a server with the settings that a local cloud's have, and opens the ledger as the functions do.
func (c *core) startLedger(ctx context.Context, folder string, connections int) error {
	programs, err := postgres.Find(ctx)
	if err != nil {
		return err
	}
	authority, err := certificate.NewAuthority()
	if err != nil {
		return err
	}
	issued, err := authority.Issue(localhost)
	if err != nil {
		return err
	}
	file := filepath.Join(folder, "authority.pem")
	if err := os.WriteFile(file, authority.PEM, 0o600); err != nil {
		return fmt.Errorf("write authority: %w", err)
	}
	server, err := postgres.Create(ctx, programs, postgres.Options{Dir: filepath.Join(folder, "postgres"), TLS: issued, Settings: map[string]string{"fsync": fsync}})
	if err != nil {
		return err
	}
	c.stop = append(c.stop, server.Remove)
	if err := server.Start(ctx); err != nil {
		return err
	}
	password, err := prepare(ctx, server)
	if err != nil {
		return err
	}
	pool, err := connect.New(connect.Settings{
		Hosts: []string{server.Address()}, Port: server.Port(), Database: database, CAFile: file, Application: "bench", MaxConnections: connections,
	}, login{User: appUser, Password: password})
	if err != nil {
		return err
	}
	c.stop = append(c.stop, func() error { pool.Close(); return nil })
	c.ledger = ledger.New(pool)
	return nil
}

// prepare makes the migrated database and the application's login.
func prepare(ctx context.Context, server *postgres.Server) (password string, err error) {
	adminPassword, password := rand.Text(), rand.Text()
	err = execute(ctx, server.SuperuserURL("postgres"),
		fmt.Sprintf("CREATE ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD '%s'", admin, adminPassword),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s", database, admin))
	if err != nil {
		return "", fmt.Errorf("make database: %w", err)
	}
	config, err := pgx.ParseConfig(server.URL(admin, adminPassword, database))
	if err != nil {
		return "", fmt.Errorf("migrate ledger: %w", err)
	}
	if _, err := migrations.Migrate(ctx, config, 0); err != nil {
		return "", err
	}
	err = execute(ctx, server.URL(admin, adminPassword, database),
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE %s", appUser, password, appGroup))
	if err != nil {
		return "", fmt.Errorf("make login: %w", err)
	}
	return password, nil
}

func execute(ctx context.Context, address string, statements ...string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
