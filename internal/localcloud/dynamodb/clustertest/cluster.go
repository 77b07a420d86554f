// Package clustertest runs a local DynamoDB of two Regions and a witness in the test process, with links between its
// members that can be cut.
package clustertest

import (
	"context"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/member"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// The Regions of the cluster.
const (
	East    = "us-east-1"
	West    = "us-west-2"
	Witness = "us-east-2"
)

// Patience bounds the start of a member and everything that waits for one.
const Patience = 60 * time.Second

// Cluster is a local DynamoDB.
type Cluster struct {
	links   *links
	configs map[string]dynamodb.Member
	mutex   sync.Mutex
	running map[string]*dynamodb.Running
}

// Options of a cluster; the zero value is right for tests that need no faults.
type Options struct {
	Store store.Options
	// Delay is added to every message between members, one way.
	Delay time.Duration
}

// Start starts the three members one after the other and ends them with the test.
func Start(t testing.TB, options Options) *Cluster {
	t.Helper()
	if options.Store.RequestTimeout == 0 {
		// Other work shares the machine; only an outage may look like one.
		options.Store = store.Options{AttemptTimeout: time.Second, RequestTimeout: 8 * time.Second}
	}
	c := &Cluster{links: newLinks(), configs: map[string]dynamodb.Member{}, running: map[string]*dynamodb.Running{}}
	c.links.delay = options.Delay
	peers, root := map[string]string{}, t.TempDir()
	for _, name := range []string{East, West, Witness} {
		address := freeAddress(t)
		transport := &http.Transport{MaxIdleConnsPerHost: 32}
		proxy := httptest.NewUnstartedServer(c.links.proxy(name, address, transport))
		proxy.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		proxy.Start()
		t.Cleanup(func() {
			proxy.CloseClientConnections()
			proxy.Close()
			transport.CloseIdleConnections()
		})
		peers[name] = proxy.URL
		id, err := member.ID(name, proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		c.links.names[id] = name
		config := dynamodb.Member{Name: name, Dir: filepath.Join(root, name), PeerAddr: address, Store: options.Store}
		if name != Witness {
			config.ClientAddr = "127.0.0.1:0"
		}
		c.configs[name] = config
	}
	for _, name := range []string{East, West, Witness} {
		config := c.configs[name]
		config.Peers = peers
		c.configs[name] = config
		c.Run(t, name)
	}
	t.Cleanup(func() {
		for name := range maps.Clone(c.running) {
			c.Stop(t, name)
		}
	})
	for name := range c.running {
		c.Ready(t, name)
	}
	return c
}

func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Run starts a member that does not run.
func (c *Cluster) Run(t testing.TB, name string) {
	t.Helper()
	running, err := c.configs[name].Start()
	if err != nil {
		t.Fatal(err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.running[name] = running
}

// Ready waits until the member takes part in a quorum.
func (c *Cluster) Ready(t testing.TB, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := c.Member(name).Ready(ctx); err != nil {
		t.Fatalf("member %s: %v", name, err)
	}
}

// Stop ends a member.
func (c *Cluster) Stop(t testing.TB, name string) {
	t.Helper()
	if err := c.Member(name).Close(); err != nil {
		t.Errorf("close member %s: %v", name, err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.running, name)
}

// Restart ends a member and starts it again, for goroutines beside the test's own.
func (c *Cluster) Restart(t testing.TB, name string) {
	c.Stop(t, name)
	running, err := c.configs[name].Start()
	if err != nil {
		t.Errorf("start member %s again: %v", name, err)
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.running[name] = running
}

// Cut takes a Region off the others; Heal joins it again.
func (c *Cluster) Cut(name string) { c.links.setCut(name, true) }

// Heal ends a Cut.
func (c *Cluster) Heal(name string) { c.links.setCut(name, false) }

// Member is the Region's, while it runs.
func (c *Cluster) Member(region string) *dynamodb.Running {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.running[region]
}

// Endpoint is the URL of the Region's endpoint.
func (c *Cluster) Endpoint(region string) string { return c.Member(region).Endpoint() }

// Client is a client of the Region's endpoint that tries once.
func (c *Cluster) Client(t testing.TB, region string) *sdk.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 128}
	t.Cleanup(transport.CloseIdleConnections)
	return sdk.NewFromConfig(aws.Config{
		Region: region, BaseEndpoint: aws.String(c.Endpoint(region)), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("AKIALOCAL", "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	})
}

// CreateStrong creates a table as the AWS provider does: in the East, then one replica in the West and the witness.
func (c *Cluster) CreateStrong(t testing.TB, schema *sdk.CreateTableInput) {
	t.Helper()
	east := c.Client(t, East)
	if _, err := east.CreateTable(t.Context(), schema); err != nil {
		t.Fatalf("create table %s: %v", *schema.TableName, err)
	}
	if _, err := east.UpdateTable(t.Context(), Strong(*schema.TableName)); err != nil {
		t.Fatalf("add replica and witness to table %s: %v", *schema.TableName, err)
	}
}

// Strong is the request that makes a table strongly consistent in both Regions.
func Strong(table string) *sdk.UpdateTableInput {
	return &sdk.UpdateTableInput{
		TableName: aws.String(table), MultiRegionConsistency: types.MultiRegionConsistencyStrong,
		ReplicaUpdates:            []types.ReplicationGroupUpdate{{Create: &types.CreateReplicationGroupMemberAction{RegionName: aws.String(West)}}},
		GlobalTableWitnessUpdates: []types.GlobalTableWitnessGroupUpdate{{Create: &types.CreateGlobalTableWitnessGroupMemberAction{RegionName: aws.String(Witness)}}},
	}
}

// JournalTable creates an empty, strongly consistent session table.
func (c *Cluster) JournalTable(t testing.TB, name string) string {
	t.Helper()
	c.CreateStrong(t, dynamolocal.JournalSchema(name))
	return name
}

// ControlTable creates an empty, strongly consistent control table.
func (c *Cluster) ControlTable(t testing.TB, name string) string {
	t.Helper()
	c.CreateStrong(t, dynamolocal.ControlSchema(name))
	return name
}
