package connect_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// secretStore is a Secrets Manager with one value. A nil value is one that cannot be read.
type secretStore struct {
	mu    sync.Mutex
	value *string
	reads int
}

func (s *secretStore) GetSecretValue(_ context.Context, input *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.value == nil {
		return nil, errors.New("no route to Secrets Manager")
	}
	return &secretsmanager.GetSecretValueOutput{ARN: input.SecretId, SecretString: s.value}, nil
}

func (s *secretStore) put(user, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = aws.String(fmt.Sprintf(`{"engine":"postgres","username":%q,"password":%q,"dbname":"paymentdb","port":5432}`, user, password))
}

func newPool(t *testing.T, settings connect.Settings, login connect.Credentials) *connect.Pool {
	t.Helper()
	pool, err := connect.New(settings, login)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// session asks who and which server process answers.
func session(ctx context.Context, pool *connect.Pool) (user string, process int, err error) {
	err = pool.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT session_user, pg_backend_pid()").Scan(&user, &process)
	})
	return user, process, err
}

func mustSession(t *testing.T, pool *connect.Pool) (user string, process int) {
	t.Helper()
	user, process, err := session(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	return user, process
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionIsKeptAndTheSecretReadOnce(t *testing.T) {
	database := postgrestest.Start(t)
	secret := &secretStore{}
	secret.put(database.AppUser, database.AppPassword)
	pool := newPool(t, ledgertest.Settings(database), connect.NewSecret(secret, "arn:app"))
	user, first := mustSession(t, pool)
	_, second := mustSession(t, pool)
	if user != database.AppUser || first != second || secret.reads != 1 {
		t.Fatalf("user %s, processes %d and %d, secret read %d times", user, first, second, secret.reads)
	}
}

// The password changes while a connection is kept, as with single-user rotation: the session goes on, and the next
// connection is made with the new secret, without an error in between.
func TestRotatedPasswordIsReadAgain(t *testing.T) {
	database := postgrestest.Start(t)
	secret := &secretStore{}
	secret.put(database.AppUser, database.AppPassword)
	pool := newPool(t, ledgertest.Settings(database), connect.NewSecret(secret, "arn:app"))
	_, first := mustSession(t, pool)
	execute(t, database.SuperuserURL, fmt.Sprintf("ALTER ROLE %s PASSWORD 'rotated'", database.AppUser))
	secret.put(database.AppUser, "rotated")
	if _, process := mustSession(t, pool); process != first {
		t.Fatal("the kept session was given up")
	}
	execute(t, database.SuperuserURL, fmt.Sprintf("SELECT pg_terminate_backend(%d, 10000)", first))
	if _, process := mustSession(t, pool); process == first || secret.reads != 2 {
		t.Fatalf("process %d, secret read %d times", process, secret.reads)
	}
}

// Two alternating users, the old one locked out while it is in use.
func TestRotatedUserIsReadAgain(t *testing.T) {
	database := postgrestest.Start(t)
	other := database.AppUser + "_b"
	execute(t, database.SuperuserURL, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD 'b' IN ROLE payment_app", other))
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), database.SuperuserURL)
		if err == nil {
			_, err = conn.Exec(context.Background(), "DROP ROLE "+other)
		}
		if err != nil {
			t.Error(err)
		}
	})
	secret := &secretStore{}
	secret.put(database.AppUser, database.AppPassword)
	pool := newPool(t, ledgertest.Settings(database), connect.NewSecret(secret, "arn:app"))
	_, process := mustSession(t, pool)
	secret.put(other, "b")
	execute(t, database.SuperuserURL, fmt.Sprintf("ALTER ROLE %s NOLOGIN; SELECT pg_terminate_backend(%d, 10000)", database.AppUser, process))
	if user, _ := mustSession(t, pool); user != other {
		t.Fatalf("user %s, want %s", user, other)
	}
	t.Cleanup(pool.Close) // before the role is dropped
}

func TestWrongPasswordIsTriedTwiceAndReported(t *testing.T) {
	database := postgrestest.Start(t)
	secret := &secretStore{}
	secret.put(database.AppUser, "not-the-password")
	pool := newPool(t, ledgertest.Settings(database), connect.NewSecret(secret, "arn:app"))
	_, _, err := session(t.Context(), pool)
	if err == nil || !strings.Contains(err.Error(), "28P01") || strings.Contains(err.Error(), "not-the-password") || secret.reads != 2 {
		t.Fatalf("error %v, secret read %d times", err, secret.reads)
	}
}

func TestSecretThatIsNoLoginIsReportedWithoutItsContent(t *testing.T) {
	database := postgrestest.Start(t)
	for name, value := range map[string]string{
		"not JSON": "hunter2", "other type": `["hunter2"]`, "no password": `{"username":"hunter2"}`, "wrong type": `{"username":"u","password":{"hunter2":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			pool := newPool(t, ledgertest.Settings(database), connect.NewSecret(&secretStore{value: &value}, "arn:app"))
			_, _, err := session(t.Context(), pool)
			if err == nil || !strings.Contains(err.Error(), "arn:app") || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("error %v", err)
			}
		})
	}
}

func TestOldConnectionsAreReplaced(t *testing.T) {
	database := postgrestest.Start(t)
	settings := ledgertest.Settings(database)
	settings.MaxLifetime = time.Nanosecond
	pool := newPool(t, settings, ledgertest.Login{User: database.AppUser, Password: database.AppPassword})
	_, first := mustSession(t, pool)
	if _, second := mustSession(t, pool); first == second {
		t.Fatalf("process %d served twice", first)
	}
}

func TestServerIsVerifiedByChainAndName(t *testing.T) {
	database := postgrestest.Start(t)
	stranger, err := postgrestest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	strangerFile := filepath.Join(t.TempDir(), "stranger.pem")
	if err := os.WriteFile(strangerFile, stranger.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name         string
		host, caFile string
		want         string // part of the error; empty: connects
	}{
		{"right chain and name", "localhost", database.CAFile, ""},
		{"another authority", "localhost", strangerFile, "unknown authority"},
		{"RDS bundle against a stranger", "localhost", "", "unknown authority"},
		{"another name of the same server", "0.0.0.0", database.CAFile, "certificate is valid for"},
		{"file without certificates", "localhost", empty, "no certificate in"},
		{"missing file", "localhost", empty + ".gone", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := ledgertest.Settings(database)
			settings.Hosts, settings.CAFile = []string{test.host}, test.caFile
			_, _, err := session(t.Context(), newPool(t, settings, ledgertest.Login{User: database.AppUser, Password: database.AppPassword}))
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestServerWithoutTLSIsRefused(t *testing.T) {
	programs, err := postgres.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "connect-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	server, err := postgres.Create(t.Context(), programs, postgres.Options{Dir: filepath.Join(folder, "server")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Remove(); err != nil {
			t.Error(err)
		}
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	settings := connect.Settings{Hosts: []string{"127.0.0.1"}, Port: server.Port(), Database: "postgres"}
	_, _, err = session(t.Context(), newPool(t, settings, ledgertest.Login{User: postgres.Superuser, Password: server.Password()}))
	if err == nil || !strings.Contains(err.Error(), "refused TLS") {
		t.Fatalf("error %v", err)
	}
}

func TestDeadHostIsPassedByWithinItsTimeout(t *testing.T) {
	database := postgrestest.Start(t)
	settings := ledgertest.Settings(database)
	// Nobody listens at the first, the second does not resolve (RFC 6761).
	settings.Hosts = []string{"127.0.0.9", "ledger.invalid", settings.Hosts[0]}
	settings.ConnectTimeout = time.Second
	mustSession(t, newPool(t, settings, ledgertest.Login{User: database.AppUser, Password: database.AppPassword}))
}

func TestTokenIsSignedForTheEndpoint(t *testing.T) {
	token := connect.NewToken("payment_app_a", "us-west-2", credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""))
	login, err := token.Login(t.Context(), "cluster.example.us-west-2.rds.amazonaws.com", 5432)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"cluster.example.us-west-2.rds.amazonaws.com:5432", "Action=connect", "DBUser=payment_app_a", "X-Amz-Expires=900", "us-west-2%2Frds-db%2Faws4_request", "X-Amz-Signature="} {
		if !strings.Contains(login.Password, part) {
			t.Errorf("token lacks %s", part)
		}
	}
	if login.User != "payment_app_a" || strings.HasPrefix(login.Password, "https://") {
		t.Fatalf("user %s", login.User)
	}
}
