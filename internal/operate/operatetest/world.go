package operatetest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres/certificate"
)

// The system.
const (
	East, West    = clustertest.East, clustertest.West
	Environment   = "test"
	ControlTable  = "payment-control-test"
	JournalTable  = "payment-sessions-test"
	Global        = "payment-global-test"
	EastCluster   = "payment-primary-test"
	WestCluster   = "payment-secondary-test"
	Domain        = "api.payment-dr-test.pay.example.net"
	TTL           = 6 * time.Second
	Tick          = 400 * time.Millisecond
	databaseName  = "paymentdb"
	masterUser    = "dbadmin"
	masterWord    = "master's word"
	applicationAs = "payment_app_one"
	applicationBy = "application's word"
)

// Patience bounds a wait for what must come; it is no part of a measurement.
const Patience = 60 * time.Second

// World is the running system.
type World struct {
	T        *testing.T
	Access   operate.Access
	Tables   *clustertest.Cluster
	RDS      *rds.Service
	Clouds   map[string]*Cloud
	dir      string
	caFile   string
	ports    map[string]netip.AddrPort // of clusters
	fronts   map[string]*front
	apis     map[string]string
	runs     map[string]*run
	mutex    sync.Mutex
	port     int
	restored int
	number   int
}

// Start starts everything but the controllers and ends it with the test.
func Start(t *testing.T) *World {
	t.Helper()
	w := &World{
		T: t, Clouds: map[string]*Cloud{East: newCloud(), West: newCloud()}, ports: map[string]netip.AddrPort{}, fronts: map[string]*front{},
		apis: map[string]string{}, runs: map[string]*run{},
	}
	w.startDatabases()
	w.Tables = clustertest.Start(t, clustertest.Options{})
	w.Tables.ControlTable(t, ControlTable)
	w.Tables.JournalTable(t, JournalTable)
	w.connect()
	for _, region := range []string{East, West} {
		w.serve(region)
	}
	return w
}

// connect describes the system as an operator reaches it.
func (w *World) connect() {
	w.Access = operate.Access{
		Environment: Environment, ControlTable: ControlTable, JournalTable: JournalTable, GlobalCluster: Global, Domain: Domain,
		TTL: TTL, Tick: Tick, Timeout: 2 * time.Second, DNS: aws.Config{Region: East}, DNSAlarmPrefixes: []string{"payment-primary-unhealthy", "payment-secondary-unhealthy"},
	}
	for _, region := range []string{East, West} {
		w.fronts[region] = newFront(w.T, region, w.Tables.Endpoint(region), w.RDS.Handler(region))
		own := operate.Region{
			Name: region, Place: placeOf(region), Cluster: clusterOf(region), AlarmPrefix: "payment-" + string(placeOf(region)) + "-",
			AWS: w.config(region), Ledger: w.openLedger,
		}
		w.Access.Regions = append(w.Access.Regions, own)
	}
}

// config reaches a Region's services.
func (w *World) config(region string) aws.Config {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	w.T.Cleanup(transport.CloseIdleConnections)
	return aws.Config{
		Region: region, BaseEndpoint: aws.String(w.fronts[region].server.URL), HTTPClient: &http.Client{Transport: transport},
		Credentials:      credentials.NewStaticCredentialsProvider("AKIALOCAL", "secret", ""),
		RetryMaxAttempts: 1,
	}
}

// Observer looks at the system; CloudWatch, Route 53 and the names are made up.
func (w *World) Observer() *observe.Observer {
	o := observe.Connect(w.Access)
	for i, region := range w.Access.Regions {
		o.Clients[i].CloudWatch = w.Clouds[region.Name]
	}
	o.DNSAlarms, o.Route53, o.Names = w.Clouds[East], zone{w}, zone{w}
	return o
}

// Store is the control table as a Region has it, with time enough for a busy machine.
func (w *World) Store(region string) *control.Store {
	return control.New(w.Tables.Client(w.T, region), ControlTable, 5*time.Second)
}

// Dark ends a Region at once: its servers, its table, its API, its controller. Light brings it back, without controller.
func (w *World) Dark(region string) {
	w.T.Helper()
	w.StopController(region)
	w.fronts[region].setDark(true)
	w.Clouds[region].setDark(true)
	w.Tables.Cut(region)
	w.must(w.RDS.KillRegion(region))
}

// Light ends a Dark.
func (w *World) Light(region string) {
	w.T.Helper()
	w.Tables.Heal(region)
	w.must(w.RDS.StartRegion(w.T.Context(), region))
	w.Clouds[region].setDark(false)
	w.fronts[region].setDark(false)
}

// Hang lets a Region's endpoints take requests and never answer, or ends that.
func (w *World) Hang(region string, hangs bool) { w.fronts[region].hangs.Store(hangs) }

// Spoil changes one attribute of an item of the control table (lease or intent) as another program would.
func (w *World) Spoil(item, attribute string, value types.AttributeValue) {
	w.T.Helper()
	client := w.Tables.Client(w.T, West)
	_, err := client.UpdateItem(w.T.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(ControlTable), UpdateExpression: aws.String("SET #name = :value"),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: item}, "sk": &types.AttributeValueMemberS{Value: "current"},
		},
		ExpressionAttributeNames:  map[string]string{"#name": attribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{":value": value},
	})
	w.must(err)
}

// Remove takes an item of the control table away.
func (w *World) Remove(item string) {
	w.T.Helper()
	_, err := w.Tables.Client(w.T, West).DeleteItem(w.T.Context(), &dynamodb.DeleteItemInput{
		TableName: aws.String(ControlTable), Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: item}, "sk": &types.AttributeValueMemberS{Value: "current"},
		},
	})
	w.must(err)
}

// Await polls until the condition holds.
func (w *World) Await(what string, condition func(ctx context.Context) error) time.Duration {
	w.T.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(w.T.Context(), Patience)
	defer cancel()
	for {
		err := condition(ctx)
		if err == nil {
			return time.Since(began)
		}
		select {
		case <-ctx.Done():
			w.T.Fatalf("%s did not come: %v", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// LeaseIs is a condition for Await.
func (w *World) LeaseIs(region string, state payment.LeaseState) func(context.Context) error {
	store := w.Store(West)
	if region == East {
		store = w.Store(East)
	}
	return func(ctx context.Context) error {
		lease, err := store.Load(ctx)
		if err != nil {
			return err
		}
		if lease.Region != region || lease.State != state {
			return fmt.Errorf("%s holds epoch %d (%s)", lease.Region, lease.Epoch, lease.State)
		}
		return nil
	}
}

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func placeOf(region string) payment.Place {
	if region == East {
		return payment.PlacePrimary
	}
	return payment.PlaceSecondary
}

func clusterOf(region string) string {
	if region == East {
		return EastCluster
	}
	return WestCluster
}

func peerOf(region string) string {
	if region == East {
		return West
	}
	return East
}

// logger shows what is wrong, and in a verbose run what happens.
func (w *World) logger(region string) *slog.Logger {
	level := slog.LevelError
	if testing.Verbose() {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})).With("region", region)
}

// settings reach a cluster's endpoint.
func (w *World) settings(clusters ...string) connect.Settings {
	settings := connect.Settings{Database: databaseName, CAFile: w.caFile, Application: "test", MaxConnections: 8, Port: w.port}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, cluster := range clusters {
		settings.Hosts = append(settings.Hosts, w.ports[cluster].Addr().String())
	}
	return settings
}

// authority makes the certificates, which are for the loopback addresses, too: tests resolve no names.
func (w *World) authority() *certificate.Authority {
	w.T.Helper()
	authority, err := certificate.NewAuthority()
	w.must(err)
	w.caFile = filepath.Join(w.T.TempDir(), "authority.pem")
	w.must(os.WriteFile(w.caFile, authority.PEM, 0o600))
	return authority
}

// freePort is a port that is free on the loopback addresses of all clusters.
func freePort() (int, error) {
	for range 50 {
		first, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := first.Addr().(*net.TCPAddr).Port
		second, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", port))
		first.Close()
		if err == nil {
			second.Close()
			return port, nil
		}
	}
	return 0, fmt.Errorf("find a port that is free on two addresses")
}
