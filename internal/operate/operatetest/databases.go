package operatetest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

// startDatabases makes the global database with the ledger in it.
func (w *World) startDatabases() {
	w.T.Helper()
	folder, err := scratch.Make("paymentdr-operate-")
	w.must(err)
	w.T.Cleanup(func() {
		if err := folder.Remove(); err != nil {
			w.T.Error(err)
		}
	})
	w.dir = filepath.Join(folder.Path, "rds")
	w.port, err = freePort()
	w.must(err)
	authority := w.authority()
	w.RDS, err = rds.New(w.T.Context(), rds.Config{
		Dir: w.dir, Regions: map[string]string{East: "127.0.0.1", West: "127.0.0.1"},
		Issue: func(hosts ...string) (*postgres.TLS, error) {
			return authority.Issue(append(hosts, "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")...)
		},
		Register: w.register, Metric: w.metric, Logger: w.logger("rds"), Every: 100 * time.Millisecond, FenceTimeout: time.Second, SyncTimeout: 20 * time.Second,
		Listen: func(ctx context.Context, region, cluster string, _ int) (net.Listener, error) {
			return (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("%s:%d", w.hostFor(cluster), w.port))
		},
	})
	w.must(err)
	w.T.Cleanup(func() {
		if err := w.RDS.Close(); err != nil {
			w.T.Error(err)
		}
	})
	w.makePair()
}

// hostFor gives each cluster a loopback address of its own.
func (w *World) hostFor(cluster string) string {
	switch cluster {
	case EastCluster:
		return "127.0.0.1"
	case WestCluster:
		return "127.0.0.2"
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.restored++
	return fmt.Sprintf("127.0.0.%d", 2+w.restored)
}

func (w *World) register(name string, address netip.AddrPort) {
	cluster, _, writer := strings.Cut(name, ".cluster-")
	if !writer || strings.Contains(name, ".cluster-ro-") {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.ports[cluster] = address
}

func (w *World) makePair() {
	w.T.Helper()
	ctx := w.T.Context()
	_, err := w.RDS.CreateGlobalCluster(ctx, rds.GlobalSpec{Identifier: Global, EngineVersion: "17.7", Database: databaseName})
	w.must(err)
	_, err = w.RDS.CreateCluster(ctx, East, rds.ClusterSpec{Identifier: EastCluster, Global: Global, MasterUsername: masterUser, MasterPassword: masterWord, BackupRetentionDays: 7})
	w.must(err)
	_, err = w.RDS.CreateInstance(ctx, East, rds.InstanceSpec{Identifier: EastCluster + "-0", Cluster: EastCluster})
	w.must(err)
	_, err = w.RDS.CreateCluster(ctx, West, rds.ClusterSpec{Identifier: WestCluster, Global: Global})
	w.must(err)
	_, err = w.RDS.CreateInstance(ctx, West, rds.InstanceSpec{Identifier: WestCluster + "-0", Cluster: WestCluster})
	w.must(err)
	conn := w.Admin(EastCluster)
	_, err = migrations.Migrate(ctx, conn.Config(), 0)
	w.must(err)
	_, err = conn.Exec(ctx, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE payment_app", applicationAs, strings.ReplaceAll(applicationBy, "'", "''")))
	w.must(err)
}

// Admin is a session of the master user on a cluster, closed with the test.
func (w *World) Admin(cluster string) *pgx.Conn {
	w.T.Helper()
	settings := w.settings(cluster)
	config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%d dbname=%s user=%s sslmode=verify-full sslrootcert=%s connect_timeout=10",
		settings.Hosts[0], w.port, databaseName, masterUser, w.caFile))
	w.must(err)
	config.Password = masterWord
	conn, err := pgx.ConnectConfig(w.T.Context(), config)
	w.must(err)
	w.T.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// pool opens the ledger of clusters as the application does.
func (w *World) pool(readOnly bool, clusters ...string) (*connect.Pool, error) {
	settings := w.settings(clusters...)
	settings.ReadOnly = readOnly
	return connect.New(settings, ledgertest.Login{User: applicationAs, Password: applicationBy})
}

// openLedger is how an operator inside the network opens a cluster's ledger.
func (w *World) openLedger(_ context.Context, cluster string, write bool) (*ledger.Store, func(), error) {
	pool, err := w.pool(!write, cluster)
	if err != nil {
		return nil, nil, err
	}
	return ledger.New(pool), pool.Close, nil
}

// Ledger is a cluster's ledger to read, closed with the test.
func (w *World) Ledger(cluster string) *ledger.Store {
	w.T.Helper()
	store, done, err := w.openLedger(w.T.Context(), cluster, false)
	w.must(err)
	w.T.Cleanup(done)
	return store
}

// Restore makes a cluster of its own from a snapshot of a Region, with an instance.
func (w *World) Restore(region, snapshot, name string) {
	w.T.Helper()
	_, err := w.RDS.RestoreFromSnapshot(w.T.Context(), region, snapshot, rds.RestoreSpec{Identifier: name})
	w.must(err)
	_, err = w.RDS.CreateInstance(w.T.Context(), region, rds.InstanceSpec{Identifier: name + "-0", Cluster: name})
	w.must(err)
}
