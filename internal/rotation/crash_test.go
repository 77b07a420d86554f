package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/rotation"
)

// errCrash is what every call gets once the process is dead.
var errCrash = errors.New("crash")

// crasher counts every call that leaves the function (requests to Secrets Manager, connections, statements) and kills
// the function at one of them.
type crasher struct {
	count  atomic.Int64
	at     int64 // 0 never
	before bool  // before the call takes effect, else after
	dead   atomic.Bool
}

// enter is called before a call, leave after it took effect.
func (c *crasher) enter() error {
	if c.dead.Load() {
		return errCrash
	}
	if c.count.Add(1) == c.at && c.before {
		c.dead.Store(true)
		return errCrash
	}
	return nil
}

func (c *crasher) leave() error {
	if c.count.Load() == c.at && !c.before {
		c.dead.Store(true)
	}
	if c.dead.Load() {
		return errCrash
	}
	return nil
}

// TraceQueryStart implements pgx.QueryTracer: a dead process sends no statement.
func (c *crasher) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if c.enter() == nil {
		return ctx
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	return cancelled
}

// TraceQueryEnd implements pgx.QueryTracer.
func (c *crasher) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {
	_ = c.leave() // takes effect at the next call
}

// session is a Session whose every statement can be the last.
func (c *crasher) session(w *world) rotation.Session {
	return func(ctx context.Context, username, password string, use func(context.Context, *pgx.Conn) error) error {
		config, err := pgx.ParseConfig(w.server.URL(username, password, w.database.Name))
		if err != nil {
			return err
		}
		config.Tracer = c
		if err := c.enter(); err != nil {
			return err
		}
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return errors.Join(err, c.leave())
		}
		err = c.leave()
		if err == nil {
			err = use(ctx, conn)
		}
		// The end of a process closes its sockets; the server rolls back.
		return errors.Join(err, conn.PgConn().Conn().Close())
	}
}

// crashed runs a rotation that dies at one call, and returns how many calls there were.
func (w *world) crashed(t *testing.T, arn, token string, c *crasher) int64 {
	t.Helper()
	w.secrets.SetHooks(func(string) error { return c.enter() }, func(string) error { return c.leave() })
	defer w.secrets.SetHooks(nil, nil)
	deps := w.deps
	deps.Session = c.session(w)
	err := allSteps(t.Context(), deps, arn, token)
	if died := c.dead.Load(); died != (c.at != 0) || !died && err != nil {
		t.Fatalf("died %t at call %d, error %v", died, c.at, err)
	}
	return c.count.Load()
}

// TestCrashAnywhere kills the function at every call of every step, before and after it took effect. At that moment
// there must be working credentials, and a restart of the whole rotation must end it.
func TestCrashAnywhere(t *testing.T) {
	w := newWorld(t)
	secrets := []struct {
		name, arn string
		// Where the working credentials are in between. The admin has one user only, whose new password is at
		// AWSPENDING between setSecret and finishSecret.
		working []string
	}{
		{"application", appARN, []string{"AWSCURRENT"}},
		{"admin", adminARN, []string{"AWSCURRENT", "AWSPENDING"}},
	}
	for _, secret := range secrets {
		w.reset(t)
		if err := w.secrets.Begin(secret.arn, "whole"); err != nil {
			t.Fatal(err)
		}
		calls := w.crashed(t, secret.arn, "whole", &crasher{})
		if calls < 20 {
			t.Fatalf("%s: only %d calls to crash at", secret.name, calls)
		}
		for at := int64(1); at <= calls; at++ {
			for _, before := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s call %d before %t", secret.name, at, before), func(t *testing.T) {
					w.reset(t)
					if err := w.secrets.Begin(secret.arn, "one"); err != nil {
						t.Fatal(err)
					}
					w.crashed(t, secret.arn, "one", &crasher{at: at, before: before})
					w.assertOneWorks(t, secret.arn, secret.working)
					if err := allSteps(t.Context(), w.deps, secret.arn, "one"); err != nil {
						t.Fatalf("restart: %v", err)
					}
					if now := w.secrets.Version(secret.arn, "AWSCURRENT"); now != "one" {
						t.Errorf("current version is %s", now)
					}
					w.assertWorks(t, secret.arn, "AWSCURRENT")
				})
			}
		}
	}
}

// assertOneWorks checks that the first staging label with working credentials exists.
func (w *world) assertOneWorks(t *testing.T, arn string, stages []string) {
	t.Helper()
	var reasons []error
	for _, stage := range stages {
		credentials, err := rotation.ParseCredentials(w.secrets.Value(arn, stage))
		if err == nil {
			err = w.canLogIn(t.Context(), credentials.Username, credentials.Password)
		}
		if err == nil {
			return
		}
		reasons = append(reasons, fmt.Errorf("%s: %w", stage, err))
	}
	t.Errorf("nobody can log in: %v", errors.Join(reasons...))
}
