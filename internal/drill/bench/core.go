package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/member"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

// recordSize is about what a payment's record is in the store.
const recordSize = 600

// members are those of the Raft store; the first leads, and is the one that is written to.
var members = []string{"us-east-1", "us-west-2", "us-east-2"}

// core is what the core path stands on.
type core struct {
	raft   *clientv3.Client
	ledger *ledger.Store
	record string
	stop   []func() error
}

// Core measures the core path. It starts what that needs, and ends it.
func Core(ctx context.Context, load Load) (figures Figures, err error) {
	folder, err := scratch.Make("paymentdr-bench-")
	if err != nil {
		return Figures{}, fmt.Errorf("start the core path: %w", err)
	}
	c := &core{record: strings.Repeat("x", recordSize)}
	defer func() {
		for i := len(c.stop) - 1; i >= 0; i-- {
			err = errors.Join(err, c.stop[i]())
		}
		err = errors.Join(err, folder.Remove())
	}()
	if err := c.startStore(ctx, folder.Path); err != nil {
		return Figures{}, fmt.Errorf("start the core path's store: %w", err)
	}
	if err := c.startLedger(ctx, folder.Path, load.Workers); err != nil {
		return Figures{}, fmt.Errorf("start the core path's ledger: %w", err)
	}
	load.used = func() (Cost, error) { return used(corePart, os.Getpid(), corePart) }
	return load.drive(ctx, "core", c.pay)
}

func (c *core) startStore(ctx context.Context, folder string) error {
	addresses, err := freeAddresses(len(members))
	if err != nil {
		return err
	}
	peers := map[string]string{}
	for i, name := range members {
		peers[name] = "http://" + addresses[i]
	}
	var running []*member.Member
	for i, name := range members {
		one, err := member.Start(member.Options{Name: name, Dir: filepath.Join(folder, name), PeerAddr: addresses[i], Peers: peers})
		if err != nil {
			return err
		}
		c.stop = append(c.stop, one.Close)
		running = append(running, one)
	}
	for _, one := range running {
		if err := one.Ready(ctx); err != nil {
			return err
		}
	}
	for _, one := range running {
		if one.Leads() {
			c.raft = one.Raft()
			return nil
		}
	}
	return errors.New("no member leads")
}

// freeAddresses are loopback addresses that nobody listened on a moment ago.
func freeAddresses(count int) ([]string, error) {
	var found []string
	for range count {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		found = append(found, listener.Addr().String())
	}
	return found, nil
}

// pay does what every payment needs: its record made where there is none, its post, its record completed where it is as
// it was made.
func (c *core) pay(ctx context.Context, worker, number int) error {
	id := fmt.Sprintf("bench-%d-%d", worker, number)
	made, err := c.raft.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(id), "=", 0)).Then(clientv3.OpPut(id, c.record)).Commit()
	if err != nil || !made.Succeeded {
		return fmt.Errorf("record payment %s: %w", id, errors.Join(err, refusedBy(made)))
	}
	posting := payment.Posting{
		PaymentID: id, TransactionID: uuid.NewString(), Money: payment.Money{MinorUnits: 1250, Currency: "USD"},
		Region: members[0], AcceptedAt: time.Now(),
	}
	if _, err := c.ledger.Post(ctx, posting); err != nil {
		return err
	}
	done, err := c.raft.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(id), "=", made.Header.Revision)).Then(clientv3.OpPut(id, c.record)).Commit()
	if err != nil || !done.Succeeded {
		return fmt.Errorf("complete payment %s: %w", id, errors.Join(err, refusedBy(done)))
	}
	return nil
}

func refusedBy(answer *clientv3.TxnResponse) error {
	if answer != nil && !answer.Succeeded {
		return errors.New("the record is not as it was")
	}
	return nil
}
