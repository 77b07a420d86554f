package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func TestFenceOnlyGrows(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	steps := []struct {
		name   string
		epoch  int64
		region string
		want   error
	}{
		{"first term", 1, "us-east-1", nil},
		{"repeated", 1, "us-east-1", nil},
		{"two Regions, one epoch", 1, "us-west-2", payment.ErrFenced},
		{"epochs may be left out", 5, "us-west-2", nil},
		{"older", 4, "us-east-1", payment.ErrFenced},
		{"older, known", 1, "us-east-1", payment.ErrFenced},
	}
	for _, step := range steps {
		if err := store.Fence(t.Context(), step.epoch, step.region); !errors.Is(err, step.want) {
			t.Fatalf("%s: error %v, want %v", step.name, err, step.want)
		}
	}
	health, err := store.Health(t.Context())
	if want := (ledger.Health{Writable: true, Term: ledger.Term{Epoch: 5, Region: "us-west-2"}}); err != nil || health != want {
		t.Fatalf("health %+v, error %v", health, err)
	}
}

func TestPostMustNameTheEpochInForce(t *testing.T) {
	store := ledgertest.Open(t, postgrestest.Start(t), 1)
	if err := store.Fence(t.Context(), 7, "us-east-1"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		epoch int64
		want  error
	}{
		{"older", 6, payment.ErrFenced},
		{"in force", 7, nil},
		{"newer: this ledger was left behind", 8, payment.ErrLedgerUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := posting("single-"+test.name, 5, "USD")
			p.Epoch = test.epoch
			if _, err := store.Post(t.Context(), p); !errors.Is(err, test.want) {
				t.Fatalf("Post: error %v, want %v", err, test.want)
			}
			q := posting("batch-"+test.name, 5, "USD")
			q.Epoch = test.epoch
			outcomes, err := store.PostMany(t.Context(), []payment.Posting{q})
			if err != nil || !errors.Is(outcomes[0].Err, test.want) {
				t.Fatalf("PostMany: %+v, error %v, want %v", outcomes, err, test.want)
			}
		})
	}
	if found := requireBalanced(t, store); found != 2 {
		t.Fatalf("%d payments, want 2", found)
	}
}

// A post that passed the epoch check and has not committed yet: raising must wait for it.
func TestFenceWaitsForPostsUnderWay(t *testing.T) {
	database := postgrestest.Start(t)
	store := ledgertest.Open(t, database, 1)
	poster, watcher := open(t, database.AppURL), open(t, database.SuperuserURL)
	transaction := begin(t, poster)
	mustExec(t, transaction, `SELECT ledger.post('under-way', gen_random_uuid(), 5, 'USD', 'us-east-1', 0, now())`)
	raised := make(chan error, 1)
	go func() { raised <- store.Fence(context.Background(), 1, "us-west-2") }()
	waitForLock(t, watcher)
	select {
	case err := <-raised:
		t.Fatalf("fence returned while a post of the old epoch could still commit; error %v", err)
	default:
	}
	if err := transaction.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-raised; err != nil {
		t.Fatal(err)
	}
	if _, err := store.Payment(t.Context(), "under-way"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Post(t.Context(), posting("late", 5, "USD")); !errors.Is(err, payment.ErrFenced) {
		t.Fatalf("error %v", err)
	}
}

// A post that began while the epoch is being raised: it must see the new epoch, although its statement is older.
func TestPostStartedDuringFenceIsRefused(t *testing.T) {
	database := postgrestest.Start(t)
	store := ledgertest.Open(t, database, 1)
	for _, test := range []struct {
		name   string
		finish func(pgx.Tx, context.Context) error
		want   error
	}{
		{"fence rolled back", pgx.Tx.Rollback, nil},
		{"fence committed", pgx.Tx.Commit, payment.ErrFenced},
	} {
		t.Run(test.name, func(t *testing.T) {
			transaction := begin(t, open(t, database.AppURL))
			mustExec(t, transaction, `SELECT ledger.fence(1, 'us-west-2')`)
			posted := make(chan error, 1)
			go func() {
				_, err := store.Post(context.Background(), posting(test.name, 5, "USD"))
				posted <- err
			}()
			waitForLock(t, open(t, database.SuperuserURL))
			if err := test.finish(transaction, t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-posted; !errors.Is(err, test.want) {
				t.Fatalf("error %v, want %v", err, test.want)
			}
		})
	}
}

// A post that waits must not outlast its deadline, nor wait on in the server.
func TestPostHonoursItsDeadlineWhileWaiting(t *testing.T) {
	database := postgrestest.Start(t)
	store := ledgertest.Open(t, database, 1)
	mustPost(t, store, posting("before", 5, "USD")) // connects
	transaction := begin(t, open(t, database.AppURL))
	mustExec(t, transaction, `SELECT ledger.fence(1, 'us-west-2')`)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := store.Post(ctx, posting("waits", 5, "USD"))
	if !errors.Is(err, payment.ErrLedgerUnavailable) {
		t.Fatalf("error %v", err)
	}
	if deadline, _ := ctx.Deadline(); time.Now().After(deadline.Add(50 * time.Millisecond)) {
		t.Fatalf("returned %s after the deadline", time.Since(deadline))
	}
	watcher := open(t, database.SuperuserURL)
	for waiting := true; waiting; {
		err := watcher.QueryRow(t.Context(), `SELECT count(*) > 0 FROM pg_locks WHERE NOT granted`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := transaction.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Payment(t.Context(), "waits"); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("the cancelled post: error %v", err)
	}
	mustPost(t, store, posting("after", 5, "USD"))
}

func TestFenceNeedsReadCommitted(t *testing.T) {
	database := postgrestest.Start(t)
	conn := open(t, database.AppURL)
	for _, level := range []string{"repeatable read", "serializable"} {
		mustExec(t, conn, "SET default_transaction_isolation = '"+level+"'")
		_, err := conn.Exec(t.Context(), `SELECT ledger.post('x', gen_random_uuid(), 5, 'USD', 'us-east-1', 0, now())`)
		requireState(t, err, "25000", "")
	}
}

func begin(t *testing.T, conn *pgx.Conn) pgx.Tx {
	t.Helper()
	transaction, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return transaction
}

// waitForLock returns when a session of the watcher's database waits for an advisory lock.
func waitForLock(t *testing.T, watcher *pgx.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for waiting := false; !waiting; {
		err := watcher.QueryRow(ctx, `SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
			WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}
