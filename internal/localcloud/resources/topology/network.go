package topology

import (
	"maps"
	"slices"
	"sync"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
)

// Network keeps the facts of the resources that exist now. Its zero value is empty. It is safe for concurrent use.
type Network struct {
	mutex sync.Mutex
	facts map[string][]Fact // by the key of the resource
}

// Put replaces what is known from a resource.
func (n *Network) Put(key string, facts ...Fact) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.facts == nil {
		n.facts = map[string][]Fact{}
	}
	n.facts[key] = slices.Clone(facts)
}

// Delete forgets a resource; one that is not known is no fault.
func (n *Network) Delete(key string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	delete(n.facts, key)
}

// Facts are all facts now.
func (n *Network) Facts() Facts {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	var found []Fact
	for _, key := range slices.Sorted(maps.Keys(n.facts)) {
		found = append(found, n.facts[key]...)
	}
	return Collect(found...)
}

// Rules are the rules of all that is known now.
func (n *Network) Rules() reach.Rules { return n.Facts().Rules() }

// Reach says what a function reaches now, see Facts.Reach.
func (n *Network) Reach(functionARN string) ([]Verdict, error) { return n.Facts().Reach(functionARN) }

// ReachCluster says whether a function reaches a cluster now, see Facts.ReachCluster.
func (n *Network) ReachCluster(functionARN string, cluster Cluster) (Verdict, error) {
	return n.Facts().ReachCluster(functionARN, cluster)
}
