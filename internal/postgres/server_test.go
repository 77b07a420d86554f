package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

func newServer(t *testing.T, options postgres.Options) *postgres.Server {
	t.Helper()
	programs, err := postgres.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if options.Dir == "" {
		folder, err := os.MkdirTemp("", "server-test-")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(folder) })
		options.Dir = filepath.Join(folder, "server")
	}
	server, err := postgres.Create(t.Context(), programs, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Remove(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func start(t *testing.T, server *postgres.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestCommittedRowsSurviveStopAndKill(t *testing.T) {
	for name, end := range map[string]func(*postgres.Server) error{
		"stop": func(s *postgres.Server) error { return s.Stop(context.Background()) },
		"kill": func(s *postgres.Server) error { return s.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t, postgres.Options{})
			start(t, server)
			port := server.Port()
			conn := connect(t, server.SuperuserURL("postgres"))
			execute(t, conn, "CREATE TABLE kept (id int)")
			execute(t, conn, "INSERT INTO kept VALUES (1)")
			if err := end(server); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), "SELECT 1"); err == nil {
				t.Fatal("the session still answers")
			}
			start(t, server)
			if server.Port() != port {
				t.Fatalf("port %d after the restart, %d before", server.Port(), port)
			}
			var rows int
			again := connect(t, server.SuperuserURL("postgres"))
			if err := again.QueryRow(t.Context(), "SELECT count(*) FROM kept").Scan(&rows); err != nil || rows != 1 {
				t.Fatalf("rows %d, error %v; want 1", rows, err)
			}
		})
	}
}

// A session that is busy in a statement survives its main process for a while: Kill must end it, too.
func TestKillLeavesNoProcessAndNoSharedMemory(t *testing.T) {
	server := newServer(t, postgres.Options{})
	start(t, server)
	conn := connect(t, server.SuperuserURL("postgres"))
	pid := conn.PgConn().PID()
	failed := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "SELECT pg_sleep(600)")
		failed <- err
	}()
	watcher := connect(t, server.SuperuserURL("postgres"))
	for active := false; !active; {
		err := watcher.QueryRow(t.Context(), "SELECT coalesce(bool_or(wait_event = 'PgSleep'), false) FROM pg_stat_activity WHERE pid = $1", pid).Scan(&active)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Fatal("the statement ended without an error")
	}
	if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !strings.Contains(string(state), ") Z ") {
		t.Fatalf("session process still there: %s", state)
	}
	if _, err := os.Stat(filepath.Join(server.Dir(), "data", "postmaster.pid")); !os.IsNotExist(err) {
		t.Fatalf("lock file: %v", err)
	}
	if err := server.Kill(); err != nil {
		t.Fatalf("second kill: %v", err)
	}
}

func TestStartRefusesAPortThatAnotherServerHolds(t *testing.T) {
	first := newServer(t, postgres.Options{})
	start(t, first)
	second := newServer(t, postgres.Options{Port: first.Port()})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := second.Start(ctx)
	if err == nil || !(strings.Contains(err.Error(), "another server answers") || strings.Contains(err.Error(), "could not bind")) {
		t.Fatalf("error %v, want one that names the other server", err)
	}
}

func TestStandbyFollowsItsPrimaryAndRefusesWrites(t *testing.T) {
	primary := newServer(t, postgres.Options{})
	start(t, primary)
	standby := newServer(t, postgres.Options{Standby: &postgres.Standby{Primary: primary.SuperuserURL("postgres")}})
	start(t, standby)
	one, err := primary.SystemIdentifier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if two, err := standby.SystemIdentifier(t.Context()); err != nil || one != two {
		t.Fatalf("system identifiers %d and %d, error %v", one, two, err)
	}
	execute(t, connect(t, primary.SuperuserURL("postgres")), "CREATE TABLE followed AS SELECT 42 AS answer")
	reader := connect(t, standby.SuperuserURL("postgres"))
	deadline := time.Now().Add(20 * time.Second)
	for answer := 0; answer != 42; {
		err := reader.QueryRow(t.Context(), "SELECT answer FROM followed").Scan(&answer)
		if err != nil && time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	_, err = reader.Exec(t.Context(), "CREATE TABLE refused (id int)")
	if err == nil || !strings.Contains(err.Error(), "25006") {
		t.Fatalf("error %v, want SQLSTATE 25006", err)
	}
}

// The server must not outlive the process that started it, whatever ends that.
func TestServerDiesWithItsStarter(t *testing.T) {
	if folder := os.Getenv("POSTGRES_TEST_STARTER"); folder != "" {
		programs, err := postgres.Find(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		server, err := postgres.Create(t.Context(), programs, postgres.Options{Dir: folder})
		if err != nil {
			t.Fatal(err)
		}
		start(t, server)
		fmt.Printf("ready %s\n", server.SuperuserURL("postgres"))
		select {}
	}
	if !postgres.DiesWithParent {
		t.Skip("this operating system cannot tie a child to its parent")
	}
	folder, err := os.MkdirTemp("", "server-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	starter := exec.Command(os.Args[0], "-test.run", "^TestServerDiesWithItsStarter$")
	starter.Env = append(os.Environ(), "POSTGRES_TEST_STARTER="+filepath.Join(folder, "server"))
	output, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	if _, err := fmt.Fscanf(output, "ready %s\n", &url); err != nil {
		t.Fatal(errors.Join(err, starter.Process.Kill(), starter.Wait()))
	}
	conn := connect(t, url)
	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := starter.Wait(); err == nil {
		t.Fatal("the starter ended by itself")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := conn.Exec(ctx, "SELECT pg_sleep(60)"); err == nil || ctx.Err() != nil {
		t.Fatalf("error %v; the session outlived the starter", err)
	}
}
