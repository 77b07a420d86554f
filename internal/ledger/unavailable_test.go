package ledger_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func ownServer(t *testing.T, options postgres.Options) *postgrestest.Database {
	t.Helper()
	database, err := postgrestest.NewDatabase(t.Context(), postgrestest.NewServer(t, options))
	if err != nil {
		t.Fatal(err)
	}
	return database
}

// The server dies under 16 posters. What was posted stays posted, what was not can be repeated, nothing is half there.
func TestServerKilledWhilePosting(t *testing.T) {
	database := ownServer(t, postgres.Options{})
	store := ledgertest.Open(t, database, 16)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	var acknowledged, unknown []payment.Posting
	enough := make(chan struct{})
	var group sync.WaitGroup
	for poster := range 16 {
		group.Go(func() {
			for i := 0; ; i++ {
				p := posting(name(name("pay", poster), i), 5, "USD")
				result, err := store.Post(ctx, p)
				mu.Lock()
				if err == nil && result.Posted {
					if acknowledged = append(acknowledged, p); len(acknowledged) == 500 {
						close(enough)
					}
				} else {
					unknown = append(unknown, p)
				}
				mu.Unlock()
				if err != nil {
					if !errors.Is(err, payment.ErrLedgerUnavailable) {
						t.Errorf("error %v", err)
					}
					return
				}
			}
		})
	}
	<-enough
	if err := database.Server.Kill(); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if err := database.Server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	for _, p := range acknowledged {
		if _, err := store.Payment(ctx, p.PaymentID); err != nil {
			t.Fatalf("acknowledged payment: %v", err)
		}
	}
	if len(unknown) == 0 {
		t.Fatal("no poster saw the server die")
	}
	for _, p := range unknown {
		if _, err := store.Post(ctx, p); err != nil {
			t.Fatalf("repeat: %v", err)
		}
	}
	if found := requireBalanced(t, store); found != int64(len(acknowledged)+len(unknown)) {
		t.Fatalf("%d payments, want %d + %d", found, len(acknowledged), len(unknown))
	}
}

// One kept connection, the server restarted under it: the next post finds out and goes on by itself.
func TestPostSurvivesARestartOfTheServer(t *testing.T) {
	database := ownServer(t, postgres.Options{})
	store := ledgertest.Open(t, database, 1)
	mustPost(t, store, posting("before", 5, "USD"))
	if err := database.Server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Post(t.Context(), posting("meanwhile", 5, "USD")); !errors.Is(err, payment.ErrLedgerUnavailable) {
		t.Fatalf("error %v", err)
	}
	if err := database.Server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustPost(t, store, posting("after", 5, "USD"))
	if err := database.Server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := database.Server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustPost(t, store, posting("unnoticed", 5, "USD"))
}

// A writer that becomes read-only under a kept connection, as a demoted one does.
func TestReadOnlyServerIsUnavailable(t *testing.T) {
	database := ownServer(t, postgres.Options{})
	store := ledgertest.Open(t, database, 1)
	mustPost(t, store, posting("before", 5, "USD"))
	admin := open(t, database.SuperuserURL)
	mustExec(t, admin, "ALTER SYSTEM SET default_transaction_read_only = on")
	reload(t, database)
	if _, err := store.Post(t.Context(), posting("refused", 5, "USD")); !errors.Is(err, payment.ErrLedgerUnavailable) {
		t.Fatalf("post: error %v", err)
	}
	if err := store.Fence(t.Context(), 1, "us-west-2"); !errors.Is(err, payment.ErrLedgerUnavailable) {
		t.Fatalf("fence: error %v", err)
	}
	mustExec(t, admin, "SET default_transaction_read_only = off")
	mustExec(t, admin, "ALTER SYSTEM RESET default_transaction_read_only")
	reload(t, database)
	mustPost(t, store, posting("after", 5, "USD"))
}

func reload(t *testing.T, database *postgrestest.Database) {
	t.Helper()
	admin := open(t, database.SuperuserURL)
	var before, after time.Time
	if err := admin.QueryRow(t.Context(), "SELECT pg_conf_load_time() FROM pg_reload_conf()").Scan(&before); err != nil {
		t.Fatal(err)
	}
	// Sessions read the new file when they are idle next; a session of our own shows that the signal went round.
	for !after.After(before) {
		if err := open(t, database.SuperuserURL).QueryRow(t.Context(), "SELECT pg_conf_load_time()").Scan(&after); err != nil {
			t.Fatal(err)
		}
	}
}

// Two real servers: posts find the primary behind the standby, follow a promotion, and never write to a standby.
func TestPostsFollowThePromotion(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs a second loopback address, which only Linux has by default")
	}
	primary := ownServer(t, postgres.Options{})
	mustPost(t, ledgertest.Open(t, primary, 1), posting("seed", 5, "USD"))
	standby := postgrestest.NewServer(t, postgres.Options{
		Address: "127.0.0.2", Port: primary.Server.Port(),
		Standby: &postgres.Standby{Primary: primary.Server.SuperuserURL("postgres")},
	})

	settings := ledgertest.Settings(primary)
	settings.Hosts = []string{standby.Address(), primary.Server.Address()}
	both := storeWith(t, primary, settings)
	mustPost(t, both, posting("through the standby's name", 5, "USD"))

	settings.ReadOnly = true
	settings.Hosts = []string{standby.Address()}
	reader := storeWith(t, primary, settings)
	waitForStandby(t, standby, primary.Name)
	waitForPayment(t, reader, "through the standby's name")
	if health, err := reader.Health(t.Context()); err != nil || health.Writable {
		t.Fatalf("standby's health %+v, error %v", health, err)
	}
	if _, err := reader.Post(t.Context(), posting("to a standby", 5, "USD")); !errors.Is(err, payment.ErrLedgerUnavailable) {
		t.Fatalf("post to a standby: error %v", err)
	}

	if err := primary.Server.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := both.Post(t.Context(), posting("nobody writes", 5, "USD")); !errors.Is(err, payment.ErrLedgerUnavailable) {
		t.Fatalf("post without a writer: error %v", err)
	}
	mustExec(t, open(t, standby.SuperuserURL("postgres")), "SELECT pg_promote(true)")
	if err := both.Fence(t.Context(), 1, "us-west-2"); err != nil {
		t.Fatal(err)
	}
	next := posting("nobody writes", 5, "USD")
	next.Epoch = 1
	mustPost(t, both, next)
	requireBalanced(t, both)
}

// waitForStandby returns when a fresh standby has replayed the making of the database.
func waitForStandby(t *testing.T, standby *postgres.Server, database string) {
	t.Helper()
	conn := open(t, standby.SuperuserURL("postgres"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for there := false; !there; {
		err := conn.QueryRow(ctx, "SELECT count(*) > 0 FROM pg_database WHERE datname = $1", database).Scan(&there)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// waitForPayment returns when a standby has replayed the payment.
func waitForPayment(t *testing.T, store *ledger.Store, paymentID string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, err := store.Payment(ctx, paymentID)
		if err == nil {
			return
		}
		if !errors.Is(err, ledger.ErrNotFound) || ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

func storeWith(t *testing.T, database *postgrestest.Database, settings connect.Settings) *ledger.Store {
	t.Helper()
	pool, err := connect.New(settings, ledgertest.Login{User: database.AppUser, Password: database.AppPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return ledger.New(pool)
}
