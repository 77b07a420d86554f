package resources_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/resources/resourcestest"
)

const payARN = "arn:aws:lambda:us-east-1:123456789012:function:payment-processor-primary-dev-test"

// TestReach prints what the payment processor reaches by the generated files; testdata has what is right.
func TestReach(t *testing.T) {
	w := newWorld(t)
	w.apply()
	var lines []string
	for _, function := range []string{payARN, "arn:aws:lambda:us-west-2:123456789012:function:payment-failover-controller-secondary-dev-test"} {
		verdicts, err := w.cloud.Network().Reach(function)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, function)
		for _, one := range verdicts {
			line := "  not " + one.Target()
			if one.Allowed {
				line = fmt.Sprintf("  %s: %s", one.Target(), one)
			}
			lines = append(lines, line)
		}
	}
	golden(t, "reach.txt", strings.Join(lines, "\n")+"\n")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("REWRITE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (REWRITE=1 writes it):\n%s", path, got)
	}
}

// TestReachFollowsTheFiles: a rule, a route or an acceptance that is missing in the files is missing here.
func TestReachFollowsTheFiles(t *testing.T) {
	for name, test := range map[string]struct {
		file, old, by string
		cluster       string
		reason        string
	}{
		"egress to one subnet": {"us-east-1/security_groups.tf", `cidr_ipv4         = "10.1.2.0/24"`, `cidr_ipv4         = "10.1.9.0/24"`, "payment-secondary-dev-test", "no egress rule"},
		"the database's port":  {"us-west-2/database.tf", "port                                = 5432", "port                                = 5433", "payment-secondary-dev-test", "port 5433"},
		"acceptance":           {"link/peering.tf", "auto_accept               = true", "auto_accept               = false", "payment-secondary-dev-test", "is not accepted"},
		"the way back":         {"link/peering.tf", `destination_cidr_block    = "10.0.0.0/16"`, `destination_cidr_block    = "10.3.0.0/16"`, "payment-secondary-dev-test", "no route back"},
		"a group's protocol":   {"us-east-1/security_groups.tf", `ip_protocol                  = "tcp"`, `ip_protocol                  = "udp"`, "payment-primary-dev-test", "no egress rule"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			resourcestest.Edit(t, filepath.Join(w.folder, test.file), test.old, test.by)
			w.apply()
			verdicts, err := w.cloud.Network().Reach(payARN)
			if err != nil {
				t.Fatal(err)
			}
			seen := false
			for _, one := range verdicts {
				seen = seen || one.Cluster == test.cluster
				if one.Cluster == test.cluster && (one.Allowed || !strings.Contains(one.String(), test.reason)) {
					t.Errorf("%s: %s, want %q", one.Cluster, one, test.reason)
				}
			}
			if !seen {
				t.Errorf("no verdict about %s", test.cluster)
			}
		})
	}
}
