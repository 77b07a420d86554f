package rds_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	local "github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/postgres/certificate"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

const (
	east, west   = "us-east-1", "us-west-2"
	global       = "payment-global-test"
	first        = "payment-primary-test"
	second       = "payment-secondary-test"
	firstARN     = "arn:aws:rds:us-east-1:123456789012:cluster:" + first
	secondARN    = "arn:aws:rds:us-west-2:123456789012:cluster:" + second
	master       = "dbadmin"
	password     = "it's a \\secret"
	patience     = 20 * time.Second
	globalWriter = global + ".global-"
)

var accessKey = aws.Credentials{AccessKeyID: "LOCAL", SecretAccessKey: "local secret", SessionToken: "session"}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a service with what surrounds it.
type world struct {
	t       *testing.T
	service *local.Service
	dir     string
	link    *link
	roots   *x509.CertPool

	mu      sync.Mutex
	names   map[string]netip.AddrPort
	metrics []local.Metric
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, names: map[string]netip.AddrPort{}, link: newLink(t), roots: x509.NewCertPool()}
	folder, err := scratch.Make("paymentdr-rds-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(w.dir); err != nil || len(left) > 0 {
			t.Errorf("left in the service's folder: %v, error %v", left, err)
		}
		if err := folder.Remove(); err != nil {
			t.Error(err)
		}
	})
	w.dir = filepath.Join(folder.Path, "rds")
	w.start()
	t.Cleanup(func() {
		if err := w.service.Close(); err != nil {
			t.Error(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.names) > 0 {
			t.Errorf("names left: %v", w.names)
		}
	})
	return w
}

func (w *world) start() {
	w.t.Helper()
	authority, err := certificate.NewAuthority()
	if err != nil {
		w.t.Fatal(err)
	}
	w.roots.AppendCertsFromPEM(authority.PEM)
	logger := slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	w.service, err = local.New(w.t.Context(), local.Config{
		Dir: w.dir, Regions: map[string]string{east: "127.0.0.1", west: "127.0.0.1"}, Issue: authority.Issue,
		Link: w.link.address, Metric: w.metric, Register: w.register, Logger: logger, Every: 50 * time.Millisecond,
		FenceTimeout: 300 * time.Millisecond, SyncTimeout: 5 * time.Second,
		Keys: func(id string) (aws.Credentials, bool) { return accessKey, id == accessKey.AccessKeyID },
		Listen: func(ctx context.Context, _, _ string, _ int) (net.Listener, error) {
			return (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) register(name string, address netip.AddrPort) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if address.IsValid() {
		w.names[name] = address
	} else {
		delete(w.names, name)
	}
}

func (w *world) metric(metric local.Metric) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.metrics = append(w.metrics, metric)
}

// lastMetric is the newest value of a metric; ok is false when there is none since a time.
func (w *world) lastMetric(name string, since time.Time) (local.Metric, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.metrics) - 1; i >= 0; i-- {
		if w.metrics[i].Name == name {
			return w.metrics[i], w.metrics[i].At.After(since)
		}
	}
	return local.Metric{}, false
}

// pair makes a global database of two Regions with a table in it.
func (w *world) pair() {
	w.t.Helper()
	ctx := w.t.Context()
	settings := map[string]string{"rds.force_ssl": "1", "log_min_duration_statement": "1000", "idle_in_transaction_session_timeout": "10000"}
	for _, region := range []string{east, west} {
		w.must(w.service.CreateParameterGroup(ctx, region, "tls", "aurora-postgresql17", settings))
	}
	_, err := w.service.CreateGlobalCluster(ctx, local.GlobalSpec{Identifier: global, EngineVersion: "17.7", Database: "paymentdb"})
	w.must(err)
	_, err = w.service.CreateCluster(ctx, east, local.ClusterSpec{Identifier: first, Global: global, MasterUsername: master,
		MasterPassword: password, ParameterGroup: "tls", SubnetGroup: "subnets", SecurityGroups: []string{"sg-1"},
		IAMAuthentication: true, BackupRetentionDays: 7, BackupWindow: "03:00-04:00", StorageEncrypted: true})
	w.must(err)
	_, err = w.service.CreateInstance(ctx, east, local.InstanceSpec{Identifier: first + "-0", Cluster: first, Class: "db.r6g.large"})
	w.must(err)
	_, err = w.service.CreateCluster(ctx, west, local.ClusterSpec{Identifier: second, Global: global, ParameterGroup: "tls", IAMAuthentication: true})
	w.must(err)
	_, err = w.service.CreateInstance(ctx, west, local.InstanceSpec{Identifier: second + "-0", Cluster: second, Class: "db.r6g.large"})
	w.must(err)
	w.exec(w.writer(first), "CREATE TABLE counted (number int PRIMARY KEY)")
	w.eventuallyRows(w.writer(second), 0) // replication is asynchronous: a test that kills at once would lose the table
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// writer is the name of a cluster's endpoint, found among the registered ones.
func (w *world) writer(cluster string) string { return w.find(cluster + ".cluster-") }

func (w *world) find(prefix string) string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range w.names {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix && name[len(prefix):len(prefix)+3] != "ro-" {
			return name
		}
	}
	w.t.Fatalf("no name with %q is registered: %v", prefix, w.names)
	return ""
}

// config connects to a name as its clients do: resolved now, certificate verified for the name.
func (w *world) config(name, user, password string) *pgx.ConnConfig {
	w.t.Helper()
	config, err := pgx.ParseConfig("host=localhost dbname=paymentdb sslmode=disable connect_timeout=5")
	w.must(err)
	w.mu.Lock()
	address := w.names[name]
	w.mu.Unlock()
	config.Fallbacks = nil
	config.Host, config.Port, config.User, config.Password = address.Addr().String(), address.Port(), user, password
	config.TLSConfig = &tls.Config{RootCAs: w.roots, ServerName: name, MinVersion: tls.VersionTLS12}
	return config
}

func (w *world) dial(name string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*time.Second)
	defer cancel()
	return pgx.ConnectConfig(ctx, w.config(name, master, password))
}

// try runs a statement over a new connection.
func (w *world) try(name, sql string) error {
	conn, err := w.dial(name)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*time.Second)
	defer cancel()
	_, err = conn.Exec(ctx, sql)
	return err
}

func (w *world) exec(name, sql string) {
	w.t.Helper()
	if err := w.try(name, sql); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) add(name string, number int) error {
	return w.try(name, fmt.Sprintf("INSERT INTO counted VALUES (%d)", number))
}

func (w *world) count(name string) (rows int, err error) {
	conn, err := w.dial(name)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(w.t.Context(), "SELECT count(*) FROM counted").Scan(&rows)
	return rows, err
}

// eventually repeats a check until it has no complaint; the last one is the test's failure.
func (w *world) eventually(check func() error) time.Duration {
	w.t.Helper()
	began := time.Now()
	for {
		err := check()
		if err == nil {
			return time.Since(began)
		}
		if time.Since(began) > patience {
			w.t.Fatalf("after %s: %v", patience, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (w *world) eventuallyRows(name string, want int) time.Duration {
	w.t.Helper()
	return w.eventually(func() error {
		if rows, err := w.count(name); err != nil || rows != want {
			return fmt.Errorf("%s has %d rows, want %d; error %w", name, rows, want, err)
		}
		return nil
	})
}

// client is an unmodified SDK client of a Region.
func (w *world) client(region string) *rds.Client {
	server := httptest.NewServer(w.service.Handler(region))
	w.t.Cleanup(server.Close)
	return rds.New(rds.Options{Region: region, BaseEndpoint: &server.URL, RetryMaxAttempts: 1, HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(accessKey.AccessKeyID, accessKey.SecretAccessKey, accessKey.SessionToken)})
}

// member describes a cluster's place in the global database.
func (w *world) member(client *rds.Client, arn string) (writer bool, status string) {
	w.t.Helper()
	answer, err := client.DescribeGlobalClusters(w.t.Context(), &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String(global)})
	w.must(err)
	for _, member := range answer.GlobalClusters[0].GlobalClusterMembers {
		if *member.DBClusterArn == arn {
			return *member.IsWriter, string(member.SynchronizationStatus)
		}
	}
	w.t.Fatalf("%s is no member", arn)
	return false, ""
}
