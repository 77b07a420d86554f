package resources_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/resourcestest"
	"github.com/paymentdr/paymentdr/internal/postgres/certificate"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

// databases is a real RDS with what surrounds it.
type databases struct {
	t       testing.TB
	service *rds.Service
	roots   *x509.CertPool

	mutex sync.Mutex
	names map[string]netip.AddrPort
}

func realDatabases(t testing.TB) *databases {
	t.Helper()
	folder, err := scratch.Make("paymentdr-resources-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Remove(); err != nil {
			t.Error(err)
		}
	})
	authority, err := certificate.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	d := &databases{t: t, roots: x509.NewCertPool(), names: map[string]netip.AddrPort{}}
	d.roots.AppendCertsFromPEM(authority.PEM)
	d.service, err = rds.New(t.Context(), rds.Config{Dir: filepath.Join(folder.Path, "rds"), Issue: authority.Issue, Register: d.register,
		Regions: map[string]string{"us-east-1": "127.0.0.1", "us-west-2": "127.0.0.1"},
		Listen: func(ctx context.Context, _, _ string, _ int) (net.Listener, error) {
			return (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.service.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *databases) register(name string, address netip.AddrPort) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.names[name] = address
}

// connect opens a session as the master user at a name.
func (d *databases) connect(name, password string) *pgx.Conn {
	d.t.Helper()
	config, err := pgx.ParseConfig("host=localhost dbname=paymentdb user=dbadmin sslmode=disable connect_timeout=5")
	if err != nil {
		d.t.Fatal(err)
	}
	d.mutex.Lock()
	address := d.names[name]
	d.mutex.Unlock()
	config.Host, config.Port, config.Password = address.Addr().String(), address.Port(), password
	config.TLSConfig = &tls.Config{RootCAs: d.roots, ServerName: name, MinVersion: tls.VersionTLS12}
	conn, err := pgx.ConnectConfig(d.t.Context(), config)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// TestRealStores: the generated files over a real global database and real global tables. The writer takes the password
// that the secret has, the secondary follows; the tables are strongly consistent in both Regions; a change and a Destroy
// get through.
func TestRealStores(t *testing.T) {
	real, cluster := realDatabases(t), clustertest.Start(t, clustertest.Options{})
	clients := map[string]*dynamodb.Client{clustertest.East: cluster.Client(t, clustertest.East), clustertest.West: cluster.Client(t, clustertest.West)}
	w := newWorld(t, func(options *resources.Options) {
		options.Databases = real.service
		options.Tables = func(region string) (resources.Tables, error) { return clients[region], nil }
	})
	w.apply()

	version := w.record.Attributes(t, "us-east-1", "aws_secretsmanager_secret_version", "global/aws_secretsmanager_secret_version.admin")
	var secret struct{ Password string }
	if err := json.Unmarshal([]byte(version["secret_string_wo"].(string)), &secret); err != nil {
		t.Fatal(err)
	}
	environment := func(region, name string) string {
		function := w.record.Attributes(t, region, "aws_lambda_function", region+"/aws_lambda_function.payment_processor")
		return function["environment"].([]any)[0].(map[string]any)["variables"].(map[string]any)[name].(string)
	}
	writer := real.connect(environment("us-east-1", "LEDGER_GLOBAL_HOST"), secret.Password)
	if _, err := writer.Exec(t.Context(), "CREATE TABLE seen (number int)"); err != nil {
		t.Fatal(err)
	}
	var timeout string
	if err := writer.QueryRow(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&timeout); err != nil || timeout != "10s" {
		t.Errorf("the parameter group's timeout = %q, %v", timeout, err)
	}
	follower := real.connect(environment("us-west-2", "LEDGER_HOST"), secret.Password)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := follower.Exec(t.Context(), "SELECT number FROM seen"); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the secondary does not follow: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}

	for region, client := range clients {
		described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("payment-sessions-dev-test")})
		if err != nil {
			t.Fatal(err)
		}
		table := described.Table
		if table.MultiRegionConsistency != "STRONG" || len(table.Replicas) != 1 || *table.GlobalTableWitnesses[0].RegionName != "us-east-2" || len(table.GlobalSecondaryIndexes) != 2 ||
			len(table.AttributeDefinitions) != 4 || table.SSEDescription == nil || !strings.Contains(*table.SSEDescription.KMSMasterKeyArn, ":"+region+":") || table.BillingModeSummary.BillingMode != "PAY_PER_REQUEST" {
			t.Errorf("table in %s: %+v", region, table)
		}
		backups, err := client.DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: table.TableName})
		if err != nil || backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus != "ENABLED" {
			t.Errorf("backups in %s: %+v, %v", region, backups, err)
		}
		tags, err := client.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: table.TableArn})
		if err != nil || len(tags.Tags) != 2 {
			t.Errorf("tags in %s: %+v, %v", region, tags, err)
		}
	}

	// A new cloud, as after a crash of the supervisor, goes on with the tables that are there.
	again := newWorld(t, func(options *resources.Options) {
		options.Tables = func(region string) (resources.Tables, error) { return clients[region], nil }
	})
	again.apply()

	file := filepath.Join(w.folder, "global", "journal.tf")
	resourcestest.Edit(t, file, "deletion_protection_enabled = false", "deletion_protection_enabled = true")
	w.apply()
	if err := w.engine.Destroy(t.Context()); err == nil || !strings.Contains(err.Error(), "deletion") {
		t.Errorf("Destroy of protected tables = %v, want a refusal", err)
	}
	resourcestest.Edit(t, file, "deletion_protection_enabled = true", "deletion_protection_enabled = false")
	w.apply()
	if err := w.engine.Destroy(t.Context()); err != nil {
		t.Error(err)
	}
	for region, client := range clients {
		if left, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil || len(left.TableNames) != 0 {
			t.Errorf("tables left in %s: %v, %v", region, left, err)
		}
	}
}
