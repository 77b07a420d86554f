// Package postgrestest gives each test a fresh, migrated ledger database on a real server that the tests of one
// process share.
package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/postgres"
)

// Admin is the role that owns the test databases. Like the admin of RDS it may create roles and is no superuser.
const Admin = "dbadmin"

// templateDatabase is migrated once and copied for each test.
const templateDatabase = "ledger_template"

// Database is one test's own.
type Database struct {
	Name string
	// Server is shared with other tests: do not stop or kill it; a test that must uses NewServer.
	Server *postgres.Server
	// AdminURL connects as Admin, SuperuserURL as the server's superuser.
	AdminURL, SuperuserURL string
	// AppURL connects as AppUser, a login role of this test alone and member of payment_app.
	AppURL, AppUser, AppPassword string
	// CAFile verifies the certificates of all test servers, which name 127.0.0.1, 127.0.0.2 and localhost; empty when
	// the test gave options with a certificate of its own.
	CAFile string
}

// shared is the process's one server: tests cannot pass it to each other. It runs while users is above zero.
var shared struct {
	sync.Mutex
	users  int
	server *postgres.Server
}

// common is the authority of this process's servers.
var common = sync.OnceValues(NewAuthority)

// Main runs the tests of a package over one server, which stops when they are done:
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
//
// Without it the server stops whenever no test uses it.
func Main(m *testing.M) int {
	shared.Lock()
	shared.users++
	shared.Unlock()
	code := m.Run()
	if err := release(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Start returns a fresh database, dropped when the test ends. The shared server has fsync off: it forgets nothing when
// it is killed, only when the machine is.
func Start(t testing.TB) *Database {
	t.Helper()
	server, err := acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	database, err := NewDatabase(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.drop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return database
}

// NewServer starts a server of the test's own with a migrated template database, removed when the test ends.
func NewServer(t testing.TB, options postgres.Options) *postgres.Server {
	t.Helper()
	server, err := newServer(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := removeServer(server); err != nil {
			t.Error(err)
		}
	})
	return server
}

func acquire(ctx context.Context) (*postgres.Server, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		server, err := newServer(ctx, postgres.Options{Settings: map[string]string{"fsync": "off", "full_page_writes": "off"}})
		if err != nil {
			return nil, err
		}
		shared.server = server
	}
	shared.users++
	return shared.server, nil
}

func release() error {
	shared.Lock()
	defer shared.Unlock()
	shared.users--
	if shared.users > 0 || shared.server == nil {
		return nil
	}
	server := shared.server
	shared.server = nil
	return removeServer(server)
}

// NewDatabase makes a migrated database with a login role of its own on a server that NewServer started.
func NewDatabase(ctx context.Context, server *postgres.Server) (*Database, error) {
	suffix := strings.ToLower(rand.Text()[:10])
	database := &Database{
		Name: "test_" + suffix, Server: server,
		AppUser: "app_" + suffix, AppPassword: rand.Text(),
	}
	err := execute(ctx, server.SuperuserURL("postgres"),
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE payment_app", database.AppUser, database.AppPassword),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE %s", database.Name, Admin, templateDatabase),
		fmt.Sprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", database.Name),
		fmt.Sprintf("GRANT CONNECT ON DATABASE %s TO payment_app", database.Name))
	if err != nil {
		return nil, fmt.Errorf("make test database: %w", err)
	}
	if file := caFile(server); exists(file) {
		database.CAFile = file
	}
	database.AdminURL = server.URL(Admin, server.Password(), database.Name)
	database.SuperuserURL = server.SuperuserURL(database.Name)
	database.AppURL = server.URL(database.AppUser, database.AppPassword, database.Name)
	return database, nil
}

func (d *Database) drop(ctx context.Context) error {
	err := execute(ctx, d.Server.SuperuserURL("postgres"),
		fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", d.Name), fmt.Sprintf("DROP ROLE %s", d.AppUser))
	if err != nil {
		return fmt.Errorf("drop test database: %w", err)
	}
	return nil
}

// caFile is where newServer puts the certificate of the authority that it made.
func caFile(server *postgres.Server) string { return filepath.Join(server.Dir(), "authority.pem") }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// newServer starts a server and migrates its template database as Admin.
func newServer(ctx context.Context, options postgres.Options) (*postgres.Server, error) {
	programs, err := postgres.Find(ctx)
	if err != nil {
		return nil, err
	}
	if options.Dir, err = makeFolder(); err != nil {
		return nil, err
	}
	var authority *Authority
	if options.TLS == nil {
		if authority, err = common(); err != nil {
			return nil, err
		}
		if options.TLS, err = authority.Issue("127.0.0.1", "127.0.0.2", "localhost"); err != nil {
			return nil, err
		}
	}
	server, err := postgres.Create(ctx, programs, options)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(options.Dir))
	}
	if authority != nil {
		if err := os.WriteFile(caFile(server), authority.PEM, 0o644); err != nil {
			return nil, errors.Join(err, removeServer(server))
		}
	}
	if err := server.Start(ctx); err != nil {
		return nil, errors.Join(err, removeServer(server))
	}
	if options.Standby != nil {
		return server, nil // has its primary's databases
	}
	if err := prepare(ctx, server); err != nil {
		return nil, errors.Join(err, removeServer(server))
	}
	return server, nil
}

func prepare(ctx context.Context, server *postgres.Server) error {
	err := execute(ctx, server.SuperuserURL("postgres"),
		fmt.Sprintf("CREATE ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD '%s'", Admin, server.Password()),
		fmt.Sprintf("CREATE DATABASE %s OWNER %s", templateDatabase, Admin))
	if err != nil {
		return fmt.Errorf("prepare test server: %w", err)
	}
	config, err := pgx.ParseConfig(server.URL(Admin, server.Password(), templateDatabase))
	if err != nil {
		return fmt.Errorf("prepare test server: %w", err)
	}
	_, err = migrations.Migrate(ctx, config, 0)
	return err
}

// execute runs statements over a connection of its own.
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
