package dynamodb_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// bound is the request timeout of these tests: an outage is answered after it, and not much later.
const bound = 2 * time.Second

func outageCluster(t *testing.T) *clustertest.Cluster {
	t.Helper()
	return clustertest.Start(t, clustertest.Options{Store: store.Options{AttemptTimeout: 400 * time.Millisecond, RequestTimeout: bound}})
}

func key(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: id}, "sk": &types.AttributeValueMemberS{Value: "x"}}
}

func put(t *testing.T, client *sdk.Client, id string) error {
	_, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("control"), Item: key(id)})
	return err
}

func get(t *testing.T, client *sdk.Client, id string, strong bool) (found bool, err error) {
	output, err := client.GetItem(t.Context(), &sdk.GetItemInput{TableName: aws.String("control"), Key: key(id), ConsistentRead: aws.Bool(strong)})
	return err == nil && len(output.Item) > 0, err
}

// refusedAsInternal checks that the call was answered InternalServerError, in a bounded time.
func refusedAsInternal(t *testing.T, what string, call func() error) {
	t.Helper()
	begun := time.Now()
	err := call()
	var internal *types.InternalServerError
	var response *awshttp.ResponseError
	if !errors.As(err, &internal) || !errors.As(err, &response) || response.HTTPStatusCode() != http.StatusInternalServerError {
		t.Errorf("%s = %v, want InternalServerError with status 500", what, err)
	}
	if took := time.Since(begun); took > 3*bound {
		t.Errorf("%s took %s, its bound is %s", what, took, bound)
	}
}

// works repeats a call until it works: an election may be under way.
func works(t *testing.T, what string, call func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clustertest.Patience)
	defer cancel()
	for {
		err := call()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s never worked: %v", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestCutOffRegionFailsClosedAndStillReadsLocally(t *testing.T) {
	cluster := outageCluster(t)
	cluster.ControlTable(t, "control")
	east, west := cluster.Client(t, clustertest.East), cluster.Client(t, clustertest.West)
	works(t, "put before the cut", func() error { return put(t, west, "before") })
	cluster.Cut(clustertest.West)

	works(t, "put in the other Region", func() error { return put(t, east, "during") })
	refusedAsInternal(t, "put in the cut-off Region", func() error { return put(t, west, "refused") })
	refusedAsInternal(t, "strong read in the cut-off Region", func() error { _, err := get(t, west, "before", true); return err })
	if found, err := get(t, west, "before", false); err != nil || !found {
		t.Errorf("local read of an old item in the cut-off Region: found %t, %v", found, err)
	}
	if found, err := get(t, west, "during", false); err != nil || found {
		t.Errorf("local read of a newer item in the cut-off Region: found %t, %v; it cannot have it", found, err)
	}
	if found, err := get(t, east, "refused", true); err != nil || found {
		t.Errorf("a refused write is there: found %t, %v", found, err)
	}

	cluster.Heal(clustertest.West)
	works(t, "strong read after the cut", func() error {
		found, err := get(t, west, "during", true)
		if err == nil && !found {
			t.Fatal("strong read after the cut misses an acknowledged item")
		}
		return err
	})
	works(t, "put after the cut", func() error { return put(t, west, "after") })
}

func TestOneMemberMayBeDownTwoMayNot(t *testing.T) {
	cluster := outageCluster(t)
	cluster.ControlTable(t, "control")
	east := cluster.Client(t, clustertest.East)
	cluster.Stop(t, clustertest.Witness)
	works(t, "put without the witness", func() error { return put(t, east, "one down") })
	cluster.Stop(t, clustertest.West)
	refusedAsInternal(t, "put without the others", func() error { return put(t, east, "two down") })
	if found, err := get(t, east, "one down", false); err != nil || !found {
		t.Errorf("local read without the others: found %t, %v", found, err)
	}
	cluster.Run(t, clustertest.West)
	works(t, "put with the replica back", func() error { return put(t, east, "back") })
	west := cluster.Client(t, clustertest.West)
	works(t, "strong read in the Region that is back", func() error {
		found, err := get(t, west, "back", true)
		if err == nil && !found {
			t.Fatal("the Region that is back misses an acknowledged item")
		}
		return err
	})
}

// TestRegionsThatWriteOneItem adds from both Regions at once: every acknowledged addition counts once, every conflict
// not at all.
func TestRegionsThatWriteOneItem(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{Store: store.Options{AttemptTimeout: 4 * time.Second, RequestTimeout: 20 * time.Second, Conflicts: 1}})
	cluster.ControlTable(t, "control")
	var mutex sync.Mutex
	acknowledged, conflicts := 0, 0
	var group sync.WaitGroup
	for _, region := range []string{clustertest.East, clustertest.West} {
		client := cluster.Client(t, region)
		for range 4 {
			group.Go(func() {
				for range 25 {
					_, err := client.UpdateItem(t.Context(), &sdk.UpdateItemInput{
						TableName: aws.String("control"), Key: key("counter"), UpdateExpression: aws.String("ADD n :one"),
						ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
					})
					var conflict *types.ReplicatedWriteConflictException
					mutex.Lock()
					if err == nil {
						acknowledged++
					} else if errors.As(err, &conflict) {
						conflicts++
					} else {
						t.Errorf("add: %v", err)
					}
					mutex.Unlock()
				}
			})
		}
	}
	group.Wait()
	output, err := cluster.Client(t, clustertest.West).GetItem(t.Context(), &sdk.GetItemInput{
		TableName: aws.String("control"), Key: key("counter"), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	counted, ok := output.Item["n"].(*types.AttributeValueMemberN)
	if !ok || counted.Value != itoa(acknowledged) {
		t.Errorf("counter is %v after %d acknowledged additions and %d conflicts", output.Item["n"], acknowledged, conflicts)
	}
	t.Logf("%d acknowledged, %d refused as conflicts", acknowledged, conflicts)
}
