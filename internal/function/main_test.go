package function_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/function/runtimetest"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/rotation/rotationtest"
)

func TestMain(m *testing.M) {
	code := postgrestest.Main(m)
	if programs.folder != "" {
		// What cannot be removed is in the folder for temporary files.
		_ = os.RemoveAll(programs.folder)
	}
	os.Exit(code)
}

// programs are the functions' programs; each is built once in a run of the tests.
var programs struct {
	sync.Mutex
	folder string
	paths  map[string]string
}

// program builds a function's zip file, once, and returns the program in it.
func program(t testing.TB, function string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	if path, ok := programs.paths[function]; ok {
		return path
	}
	if programs.folder == "" {
		folder, err := os.MkdirTemp("", "paymentdr-functions-")
		if err != nil {
			t.Fatal(err)
		}
		programs.folder, programs.paths = folder, map[string]string{}
	}
	path := runtimetest.Bootstrap(t, function, programs.folder)
	programs.paths[function] = path
	return path
}

const (
	appARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:payment-app-db-creds-t"
	adminARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:payment-admin-db-creds-t"

	// patience bounds one invocation on a machine that does other work, too.
	patience = 30 * time.Second
)

// serveSecrets starts the Secrets Manager and returns its address.
func serveSecrets(t *testing.T, secrets *rotationtest.SecretsManager) string {
	t.Helper()
	server := httptest.NewServer(secrets)
	t.Cleanup(server.Close)
	return server.URL
}

// credentials are a secret's value as the stack writes it.
func credentials(t *testing.T, username, password, database string, port int) string {
	t.Helper()
	value, err := json.Marshal(map[string]any{
		"engine": "postgres", "username": username, "password": password, "dbname": database, "port": port, "masterarn": adminARN,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

// ledgerEnvironment points a function at a database.
func ledgerEnvironment(database *postgrestest.Database) map[string]string {
	return map[string]string{
		functionenv.Region: "us-east-1", functionenv.Environment: "t", functionenv.DBSecretARN: appARN, functionenv.AdminSecretARN: adminARN,
		functionenv.LedgerHost: database.Server.Address(), functionenv.LedgerGlobalHost: database.Server.Address(),
		functionenv.LedgerPort: strconv.Itoa(database.Server.Port()), functionenv.LedgerDatabase: database.Name,
		functionenv.LedgerCAFile: database.CAFile,
	}
}

// invoke sends one event and decodes the answer.
func invoke(t *testing.T, function *runtimetest.Function, event string, answer any) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	payload, err := function.Invoke(ctx, []byte(event))
	if err != nil {
		return err
	}
	if answer != nil {
		if err := json.Unmarshal(payload, answer); err != nil {
			t.Fatalf("answer %s: %v", payload, err)
		}
	}
	return nil
}
