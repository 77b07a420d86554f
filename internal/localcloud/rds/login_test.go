package rds_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// login connects and says why not, by SQLSTATE.
func login(t *testing.T, config *pgx.ConnConfig) string {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err == nil {
		var user string
		if err := conn.QueryRow(t.Context(), "SELECT current_user").Scan(&user); err != nil || user != config.User {
			t.Errorf("logged in as %q, want %q; error %v", user, config.User, err)
		}
		conn.Close(context.Background())
		return ""
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return err.Error()
	}
	return answer.Code
}

func logins(t *testing.T, w *world) {
	reader := strings.Replace(w.writer(second), ".cluster-", ".cluster-ro-", 1)
	for name, test := range map[string]struct {
		config *pgx.ConnConfig
		change func(*pgx.ConnConfig)
		want   string
	}{
		"master user":              {config: w.config(w.writer(first), master, password)},
		"over the reader endpoint": {config: w.config(reader, master, password)},
		"over the instance":        {config: w.config(w.find(first+"-0."), master, password)},
		"wrong password":           {config: w.config(w.writer(first), master, "wrong"), want: "28P01"},
		"unknown user":             {config: w.config(w.writer(first), "nobody", "wrong"), want: "28P01"},
		"unknown database":         {config: w.config(w.writer(first), master, password), change: func(c *pgx.ConnConfig) { c.Database = "none" }, want: "3D000"},
		"superuser":                {config: w.config(w.writer(first), "postgres", "any"), want: "28000"},
		"replication": {config: w.config(w.writer(first), master, password), want: "28000",
			change: func(c *pgx.ConnConfig) { c.RuntimeParams["replication"] = "database" }},
		"without TLS": {config: w.config(w.writer(first), master, password), change: func(c *pgx.ConnConfig) { c.TLSConfig = nil }, want: "28000"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.change != nil {
				test.change(test.config)
			}
			if got := login(t, test.config); got != test.want {
				t.Errorf("login answers %q, want %q", got, test.want)
			}
		})
	}
	// The master user is none that could read files or other databases' secrets.
	if err := w.try(w.writer(first), "SELECT pg_read_file('postgresql.conf')"); err == nil {
		t.Error("the master user read a file of the server")
	}
}

func tokens(t *testing.T, w *world) {
	w.exec(w.writer(first), "CREATE ROLE app LOGIN PASSWORD 'not to be used'")
	w.exec(w.writer(first), "GRANT rds_iam TO app")
	token := func(name, region, user string) string {
		w.mu.Lock()
		port := w.names[name].Port()
		w.mu.Unlock()
		made, err := auth.BuildAuthToken(t.Context(), net.JoinHostPort(name, strconv.Itoa(int(port))), region, user,
			credentials.NewStaticCredentialsProvider(accessKey.AccessKeyID, accessKey.SecretAccessKey, accessKey.SessionToken))
		w.must(err)
		return made
	}
	writer, globalName, follower := w.writer(first), w.find(globalWriter), w.writer(second)
	w.eventually(func() error { return w.try(follower, "SET ROLE rds_superuser; SELECT 'app'::regrole") })
	for name, test := range map[string]struct{ name, user, token, want string }{
		"of the cluster endpoint":    {writer, "app", token(writer, east, "app"), ""},
		"of the global endpoint":     {globalName, "app", token(globalName, east, "app"), ""},
		"of the secondary":           {follower, "app", token(follower, west, "app"), ""},
		"of another user":            {writer, "app", token(writer, east, master), "28000"},
		"of another Region":          {writer, "app", token(writer, west, "app"), "28000"},
		"of another cluster":         {writer, "app", token(follower, east, "app"), "28000"},
		"a password instead":         {writer, "app", "not to be used", "28000"},
		"for a user without rds_iam": {writer, master, token(writer, east, master), "28P01"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := login(t, w.config(test.name, test.user, test.token)); got != test.want {
				t.Errorf("login answers %q, want %q", got, test.want)
			}
		})
	}
}

// pgx asks the server to cancel over a second connection, which must find the same server.
func cancelledStatementEnds(t *testing.T, w *world) {
	conn, err := w.dial(w.writer(first))
	w.must(err)
	defer conn.Close(context.Background())
	failed := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "SELECT pg_sleep(60)")
		failed <- err
	}()
	w.eventually(func() error {
		if err := conn.PgConn().CancelRequest(t.Context()); err != nil {
			return err
		}
		select {
		case err = <-failed:
			return nil
		case <-time.After(20 * time.Millisecond):
			return errors.New("the statement goes on")
		}
	})
	var answer *pgconn.PgError
	if !errors.As(err, &answer) || answer.Code != "57014" {
		t.Errorf("the statement ended with %v, want SQLSTATE 57014", err)
	}
}
