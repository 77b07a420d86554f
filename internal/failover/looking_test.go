package failover

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// told is a control plane that says what it is told to.
type told struct {
	Promoter
	database Database
	err      error
}

func (d *told) Observe(context.Context) (Database, error) { return d.database, d.err }

// flagged is a ledger that takes writes or does not.
type flagged struct {
	Ledger
	writable bool
}

func (l *flagged) Health(context.Context) (ledger.Health, error) {
	return ledger.Health{Writable: l.writable}, nil
}

// How long the ledger of a promoting term has been bad counts while its cluster is the writer and not on its way to that.
func TestLookWhilePromoting(t *testing.T) {
	replica, arriving, writer := Database{Usable: true}, Database{Writer: true, Promoting: true, Usable: true}, Database{Writer: true, Usable: true}
	unread := errors.New("throttled")
	const tick = 2 * time.Second
	synctest.Test(t, func(t *testing.T) {
		database, store := &told{}, &flagged{}
		c := &Controller{clock: SystemClock(), options: Options{
			Settings: Settings{Region: "east", Peer: "west", Run: "e1", TTL: 15 * time.Second, Tick: tick}, Database: database, Ledger: store,
		}}
		c.memory = memory{known: true, lease: control.Lease{Region: "east", Epoch: 2, State: payment.LeasePromoting}}
		for i, look := range []struct {
			database Database
			err      error
			known    bool
			since    time.Duration // that it is as it is
			good     bool
		}{
			{database: replica}, {err: unread}, {database: replica},
			{database: arriving, known: true}, {database: arriving, known: true}, // it counts anew with each look
			{database: writer, known: true, since: tick}, {err: unread, known: true, since: 2 * tick}, {database: writer, known: true, since: 3 * tick},
			{err: unread, known: true, good: true}, {database: writer, known: true}, // it came back while nobody told of the cluster
			{database: replica}, {err: unread}, {database: writer, known: true},
		} {
			database.database, database.err, store.writable = look.database, look.err, look.good
			if err := c.lookWhilePromoting(t.Context()); !errors.Is(err, look.err) || c.looked != (look.err == nil) {
				t.Errorf("look %d: %v, looked %t", i+1, err, c.looked)
			}
			if since := time.Since(c.ledger.Since); c.ledger.Known != look.known || c.ledger.Good != look.good || look.known && since != look.since {
				t.Errorf("look %d: %+v for %s; want known %t, good %t, for %s", i+1, c.ledger, since, look.known, look.good, look.since)
			}
			time.Sleep(tick)
		}
	})
}
