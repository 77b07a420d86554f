package status_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// whole is a system in a switchover, with a Region whose control plane does not answer.
func whole() status.Snapshot {
	return status.Snapshot{
		Environment: "prod", At: noon,
		Lease: status.Lease{
			Reading: failover.LeaseRead, Region: "us-east-1", Epoch: 7, Seq: 3021, State: payment.LeaseDraining, Holder: "run", Version: 40000,
			RenewedAt: noon.Add(-time.Second), AgeSeconds: 1.04, ReadIn: "us-west-2",
		},
		Intent: status.Intent{
			Reading: failover.LeaseRead, Running: true, ID: "0199", Kind: control.IntentSwitchover, To: "us-west-2", Epoch: 7, Until: 3900,
			By: "ann@desk", Why: "patching", At: noon.Add(-9 * time.Second), State: control.IntentOpen, Version: 3,
		},
		Journal: status.Journal{Pending: 12, OldestSeconds: 8.25},
		DNS:     status.DNS{Domain: "api.payment-dr-prod.pay.example.net", Target: "d-1.execute-api.us-east-1.amazonaws.com", Region: "us-east-1", Alarms: status.Alarms{Names: []string{}}},
		Regions: []status.Region{
			{
				Name: "us-east-1", Place: payment.PlacePrimary, Role: status.RoleActive, Tables: status.Tables{Millis: 61.2},
				Controller: status.Controller{Heard: true, HeardSeconds: 4}, API: status.API{Code: 200, Journal: "ok"},
				Route53: status.Route53{Healthy: true, Good: 15, Checkers: 15},
				Database: status.Database{Problem: "operation error RDS: DescribeDBClusters, https response error StatusCode: 0, RequestID: , " +
					"canceled, context deadline exceeded"},
				Alarms: status.Alarms{Names: []string{"payment-primary-api-5xx-prod"}},
			},
			{
				Name: "us-west-2", Place: payment.PlaceSecondary, Role: status.RoleStandby, Tables: status.Tables{Millis: 130},
				Controller: status.Controller{}, API: status.API{Code: 503, Journal: "failed", Reasons: []string{"journal has not accepted a write for longer than 5s"}},
				Route53:  status.Route53{Good: 1, Checkers: 15},
				Database: status.Database{Cluster: "payment-secondary-prod", Status: "available", Member: true, Sync: "connected", Instances: 2, Available: 1, MovingTo: "payment-secondary-prod"},
				Lag:      status.Lag{Known: true, ReplicationSeconds: 0.31, RPOSeconds: 0.2, AgeSeconds: 42},
				Alarms:   status.Alarms{Names: []string{}},
			},
		},
		Recent: []status.Event{{At: noon.Add(-8 * time.Second), Kind: "draining", Region: "us-east-1", Epoch: 7, ID: "7-draining", Detail: map[string]string{"reason": "switchover to us-west-2 was asked for by ann@desk"}}},
	}
}

func TestTablesAreAsPeopleKnowThem(t *testing.T) {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, snapshot := range []status.Snapshot{whole(), {
		Environment: "prod", At: noon, Lease: status.Lease{Reading: failover.LeaseCorrupt, Problem: "control item is corrupt"},
		Intent: status.Intent{Reading: failover.LeaseAbsent}, Journal: status.Journal{Pending: 10000, More: true, OldestSeconds: 7200},
		DNS: status.DNS{Domain: "api.example.net", Target: "elsewhere.example.net", Alarms: status.Alarms{Problem: "denied"}},
	}, {
		Environment: "prod", At: noon, Lease: status.Lease{Reading: failover.LeaseRead, Region: "us-west-2", Epoch: 9, Seq: 3, State: payment.LeasePromoting, InVain: 2},
	}} {
		for _, row := range append(snapshot.System(), snapshot.PerRegion()...) {
			table.Write([]byte(strings.Join(row, "\t") + "\n"))
		}
	}
	table.Flush()
	golden(t, "tables.txt", text.String())
}

func TestJSONIsStable(t *testing.T) {
	encoded, err := json.MarshalIndent(whole(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "snapshot.json", string(encoded)+"\n")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it)\ngot:\n%s", path, got)
	}
}

func TestRegionsAreFound(t *testing.T) {
	s := whole()
	if found, ok := s.Of("us-west-2"); !ok || found.Name != "us-west-2" {
		t.Errorf("found %+v", found)
	}
	if _, ok := s.Of("eu-west-1"); ok {
		t.Error("found a region that is none of the two")
	}
	if s.Peer("us-west-2").Name != "us-east-1" || s.Primary().Name != "us-east-1" {
		t.Errorf("peer %s, primary %s", s.Peer("us-west-2").Name, s.Primary().Name)
	}
}
