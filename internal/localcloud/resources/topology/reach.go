package topology

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
)

// Services are the AWS APIs that are asked about, by the names that VPC endpoints have for them.
func Services() []string {
	return []string{"dynamodb", "events", "lambda", "logs", "monitoring", "rds", "secretsmanager", "sns"}
}

// httpsPort is the port of every AWS API.
const httpsPort = 443

// Verdict says whether a function reaches something. One of Service and Cluster is set, or none: the internet.
type Verdict struct {
	// Region is where Service or Cluster is.
	Region           string
	Service, Cluster string
	Port             int
	reach.Verdict
}

// Target is what the verdict is about, for people.
func (v Verdict) Target() string {
	switch {
	case v.Service != "":
		return fmt.Sprintf("%s of %s, port %d", v.Service, v.Region, v.Port)
	case v.Cluster != "":
		return fmt.Sprintf("cluster %s of %s, port %d", v.Cluster, v.Region, v.Port)
	}
	return fmt.Sprintf("the internet, port %d", v.Port)
}

// Reach says for a function what it reaches: each service of each Region, each database cluster, the internet. It runs in
// any of its subnets, and a database's writer may be in any subnet of its group: what one pair does not reach is not
// reached, because nobody chooses the pair.
func (f Facts) Reach(functionARN string) ([]Verdict, error) {
	from, err := f.Places(functionARN)
	if err != nil {
		return nil, err
	}
	rules := f.Rules()
	var verdicts []Verdict
	for _, region := range f.regions() {
		for _, service := range Services() {
			to := reach.Place{Name: service + " of " + region, Kind: reach.Service, Service: "com.amazonaws." + region + "." + service}
			verdicts = append(verdicts, Verdict{Region: region, Service: service, Port: httpsPort, Verdict: all(from, []reach.Place{to}, httpsPort, rules)})
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(f.Clusters), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		verdicts = append(verdicts, f.cluster(from, f.Clusters[key], rules))
	}
	internet := []reach.Place{{Name: "the internet", Kind: reach.Internet}}
	return append(verdicts, Verdict{Port: httpsPort, Verdict: all(from, internet, httpsPort, rules)}), nil
}

// ErrNoFunction: nothing is known of the function, or not yet.
var ErrNoFunction = errors.New("there is no such function")

// Places are where a function calls from: one in each of its subnets, or one outside of all VPCs.
func (f Facts) Places(functionARN string) ([]reach.Place, error) {
	function, known := f.Functions[functionARN]
	if !known {
		return nil, fmt.Errorf("find where %s is: %w", functionARN, ErrNoFunction)
	}
	return f.from(function), nil
}

// ReachCluster says whether a function reaches a cluster that need not be in the files, such as a restored one.
func (f Facts) ReachCluster(functionARN string, cluster Cluster) (Verdict, error) {
	from, err := f.Places(functionARN)
	if err != nil {
		return Verdict{}, err
	}
	return f.cluster(from, cluster, f.Rules()), nil
}

func (f Facts) cluster(from []reach.Place, cluster Cluster, rules reach.Rules) Verdict {
	verdict := Verdict{Region: cluster.Region, Cluster: cluster.Name, Port: cluster.Port}
	subnets := f.SubnetGroups[[2]string{cluster.Region, cluster.SubnetGroup}].Subnets
	if len(subnets) == 0 {
		verdict.Reasons = []string{fmt.Sprintf("the subnet group %q of %s has no subnet in the files", cluster.SubnetGroup, cluster.Name)}
		return verdict
	}
	verdict.Verdict = all(from, f.places(cluster.Name, subnets, cluster.Groups), cluster.Port, rules)
	return verdict
}

// from are the places that a function calls from.
func (f Facts) from(function Function) []reach.Place {
	if len(function.Subnets) == 0 {
		return []reach.Place{{Name: function.Name, Kind: reach.Internet, Region: function.Region}}
	}
	return f.places(function.Name, function.Subnets, function.Groups)
}

// all is allowed if every pair is; then the reasons are the first pair's, else those of the first that fails.
func all(from, to []reach.Place, port int, rules reach.Rules) reach.Verdict {
	var first *reach.Verdict
	for _, a := range from {
		for _, b := range to {
			verdict := reach.Reachable(a, b, port, rules)
			if !verdict.Allowed {
				return verdict
			}
			if first == nil {
				first = &verdict
			}
		}
	}
	return *first // there is at least one pair
}

// regions are those of the VPCs and functions.
func (f Facts) regions() []string {
	found := map[string]bool{}
	for _, vpc := range f.VPCs {
		found[vpc.Region] = true
	}
	for _, function := range f.Functions {
		found[function.Region] = true
	}
	return slices.Sorted(maps.Keys(found))
}
