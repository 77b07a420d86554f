package peerway_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/dynamolocal"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/peerway"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
	"github.com/paymentdr/paymentdr/internal/localcloud/network"
)

var places = []string{clustertest.East, clustertest.West, clustertest.Witness}

// start runs three members that reach each other through the fabric's links alone.
func start(t *testing.T, fabric *network.Fabric) map[string]*dynamodb.Running {
	t.Helper()
	advertised, actual, peers := map[string]string{}, map[string]string{}, map[string]string{}
	for _, name := range places {
		advertised[name], actual[name] = free(t), free(t)
		peers[name] = "http://" + advertised[name]
	}
	ways, err := peerway.Open(fabric, advertised, actual)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ways.Close(); err != nil {
			t.Error(err)
		}
	})
	root, running := t.TempDir(), map[string]*dynamodb.Running{}
	for _, name := range places {
		member := dynamodb.Member{Name: name, Dir: filepath.Join(root, name), PeerAddr: actual[name], Peers: peers,
			Store: store.Options{AttemptTimeout: time.Second, RequestTimeout: 4 * time.Second}}
		if name != clustertest.Witness {
			member.ClientAddr = "127.0.0.1:0"
		}
		if running[name], err = member.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := running[name].Close(); err != nil {
				t.Error(err)
			}
		})
	}
	for _, name := range places {
		ctx, cancel := context.WithTimeout(t.Context(), clustertest.Patience)
		defer cancel()
		if err := running[name].Ready(ctx); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return running
}

func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func client(running *dynamodb.Running, region string) *sdk.Client {
	return sdk.NewFromConfig(aws.Config{
		Region: region, BaseEndpoint: aws.String(running.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider("AKIALOCAL", "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	})
}

func put(ctx context.Context, client *sdk.Client, id string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err := client.PutItem(ctx, &sdk.PutItemInput{TableName: aws.String("control"), Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: id}, "sk": &types.AttributeValueMemberS{Value: "x"},
	}})
	return err
}

// A Region whose links to both others are cut writes nothing; the others go on, and it catches up when they heal. A
// Region that is cut from one other only goes on through the third.
func TestCutLinksCutMembers(t *testing.T) {
	fabric, err := network.NewFabric(places, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := fabric.Close(); err != nil {
			t.Error(err)
		}
	})
	running := start(t, fabric)
	east, west := client(running[clustertest.East], clustertest.East), client(running[clustertest.West], clustertest.West)
	if _, err := east.CreateTable(t.Context(), dynamolocal.ControlSchema("control")); err != nil {
		t.Fatal(err)
	}
	if _, err := east.UpdateTable(t.Context(), clustertest.Strong("control")); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(fabric.Cut(clustertest.East, clustertest.West))
	eventually(t, "a write in the east, cut from the west alone", func() error { return put(t.Context(), east, "one") })
	eventually(t, "a write in the west, cut from the east alone", func() error { return put(t.Context(), west, "two") })
	must(fabric.Cut(clustertest.East, clustertest.Witness))
	if err := put(t.Context(), east, "three"); err == nil || !strings.Contains(err.Error(), "InternalServerError") {
		t.Fatalf("a write in the isolated east: error %v", err)
	}
	eventually(t, "a write in the west beside the isolated east", func() error { return put(t.Context(), west, "four") })
	must(fabric.Heal(clustertest.East, clustertest.West))
	must(fabric.Heal(clustertest.East, clustertest.Witness))
	eventually(t, "a write in the east after healing", func() error { return put(t.Context(), east, "five") })
}

func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(clustertest.Patience)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(fmt.Errorf("%s: %w", what, err))
		}
	}
}
