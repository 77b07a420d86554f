package dynamodb_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/journal/journaltest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

func TestJournalContractInTwoRegions(t *testing.T) {
	contract(t, clustertest.Start(t, clustertest.Options{}))
}

// TestJournalContractWhileMembersAreCutOff cuts the witness off and joins it again all the time, so that leaders are
// elected and attempts are lost under the contract, which must hold all the same.
func TestJournalContractWhileMembersAreCutOff(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{
		Store: store.Options{AttemptTimeout: 400 * time.Millisecond, RequestTimeout: 9 * time.Second},
	})
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		cut := false
		for {
			select {
			case <-ended:
				cluster.Heal(clustertest.Witness)
				return
			case <-time.After(500 * time.Millisecond):
			}
			if cut = !cut; cut {
				cluster.Cut(clustertest.Witness)
			} else {
				cluster.Heal(clustertest.Witness)
			}
		}
	}()
	contract(t, cluster)
	close(ended)
	<-stopped
}

// TestJournalContractWhileRegionsAreCutAndKilled cuts each Region off in turn, for less than its endpoint tries, and ends
// and starts the witness in between: a call may take long and fails for none of it.
func TestJournalContractWhileRegionsAreCutAndKilled(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{
		Store: store.Options{AttemptTimeout: 400 * time.Millisecond, RequestTimeout: 9 * time.Second},
	})
	const everyHarmTwice = 6
	var harmed atomic.Int64
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		harms := []func(){
			func() { cutOff(cluster, clustertest.East) },
			func() { cluster.Restart(t, clustertest.Witness) },
			func() { cutOff(cluster, clustertest.West) },
		}
		for n := 0; ; n++ {
			select {
			case <-ended:
				return
			case <-time.After(300 * time.Millisecond):
			}
			harms[n%len(harms)]()
			harmed.Add(1)
		}
	}()
	for round := 0; harmed.Load() < everyHarmTwice; round++ {
		t.Run(fmt.Sprintf("round-%d", round), func(t *testing.T) { contract(t, cluster) })
	}
	close(ended)
	<-stopped
}

// cutOff takes a Region off the others for a while.
func cutOff(cluster *clustertest.Cluster, region string) {
	cluster.Cut(region)
	<-time.After(500 * time.Millisecond)
	cluster.Heal(region)
}

var journals atomic.Int64

func contract(t *testing.T, cluster *clustertest.Cluster) {
	t.Helper()
	options := journal.Options{AttemptTimeout: 10 * time.Second, PageSize: 3}
	journaltest.Run(t, func(t *testing.T) []*journal.Store {
		table := cluster.JournalTable(t, fmt.Sprintf("journal-%d", journals.Add(1)))
		return []*journal.Store{
			journal.New(cluster.Client(t, clustertest.East), table, options),
			journal.New(cluster.Client(t, clustertest.West), table, options),
		}
	})
}
