package dynamodb_test

import (
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
)

// The lead goes where it is wanted, and writes go on meanwhile.
func TestLeadIsHandedOver(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{})
	cluster.ControlTable(t, "control")
	names := []string{clustertest.East, clustertest.West, clustertest.Witness}
	leader := func() (found string) {
		for _, name := range names {
			if cluster.Member(name).Leads() {
				found = name
			}
		}
		return found
	}
	written := cluster.Member(clustertest.West).Written()
	for i, to := range []string{clustertest.West, clustertest.East, clustertest.Witness, clustertest.West} {
		for _, name := range names { // those that do not lead do nothing
			if err := cluster.Member(name).HandOver(t.Context(), to); err != nil {
				t.Fatal(err)
			}
		}
		works(t, "a write under another leader", func() error { return put(t, cluster.Client(t, clustertest.West), to+itoa(i)) })
		if now := leader(); now != to {
			t.Errorf("%s leads, want %s", now, to)
		}
	}
	if made := cluster.Member(clustertest.West).Written() - written; made < 4 {
		t.Errorf("%d writes counted, want 4 or more", made)
	}
	if err := cluster.Member(leader()).HandOver(t.Context(), "mars"); err == nil {
		t.Error("the lead went to a member that is not there")
	}
}
