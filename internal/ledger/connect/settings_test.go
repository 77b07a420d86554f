package connect

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFromEnvironment(t *testing.T) {
	for _, test := range []struct {
		name        string
		environment map[string]string
		want        Settings
		wantError   string
	}{
		{
			"own cluster first, then the global writer",
			map[string]string{"LEDGER_HOST": "own", "LEDGER_GLOBAL_HOST": "global", "LEDGER_PORT": "6432", "LEDGER_DATABASE": "books",
				"LEDGER_CA_FILE": "/ca.pem", "REGION": "us-west-2"},
			Settings{Hosts: []string{"own", "global"}, Port: 6432, Database: "books", CAFile: "/ca.pem", Application: "paymentdr us-west-2",
				ConnectTimeout: 2 * time.Second, StatementTimeout: 20 * time.Second, MaxLifetime: 15 * time.Minute, MaxConnections: 1}, "",
		},
		{
			"defaults", map[string]string{"LEDGER_HOST": "own"},
			Settings{Hosts: []string{"own"}, Port: 5432, Database: "paymentdb", Application: "paymentdr ",
				ConnectTimeout: 2 * time.Second, StatementTimeout: 20 * time.Second, MaxLifetime: 15 * time.Minute, MaxConnections: 1}, "",
		},
		{"no host", map[string]string{}, Settings{}, "LEDGER_HOST"},
		{"port is no number", map[string]string{"LEDGER_HOST": "own", "LEDGER_PORT": "five"}, Settings{}, `"five"`},
		{"port out of range", map[string]string{"LEDGER_HOST": "own", "LEDGER_PORT": "70000"}, Settings{}, "70000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings, err := FromEnvironment(func(name string) string { return test.environment[name] })
			if test.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantError) {
					t.Fatalf("error %v, want %q", err, test.wantError)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(settings, test.want) {
				t.Fatalf("settings %+v, error %v", settings, err)
			}
		})
	}
}

// The stack's Regions, and every other that the configuration may name, must be in the bundle with all three kinds.
func TestBundleHasEveryKindOfRootForEachRegion(t *testing.T) {
	kinds := map[string]map[string]bool{}
	for rest := bundle; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		var region, kind string
		if _, err := fmt.Sscanf(certificate.Subject.CommonName, "Amazon RDS %s Root CA %s G1", &region, &kind); err != nil {
			t.Fatalf("%s: %v", certificate.Subject.CommonName, err)
		}
		// AWS moves to new roots years before these end; the test tells when to refresh.
		if !certificate.IsCA || time.Until(certificate.NotAfter) < 365*24*time.Hour {
			t.Errorf("%s: authority %t, valid until %s", certificate.Subject.CommonName, certificate.IsCA, certificate.NotAfter)
		}
		if kinds[region] == nil {
			kinds[region] = map[string]bool{}
		}
		kinds[region][kind] = true
	}
	if len(kinds) < 27 {
		t.Errorf("%d Regions, want at least 27", len(kinds))
	}
	for region, found := range kinds {
		if len(found) != 3 || !found["RSA2048"] || !found["RSA4096"] || !found["ECC384"] {
			t.Errorf("%s has the kinds %v", region, found)
		}
	}
	for _, region := range []string{"us-east-1", "us-east-2", "us-west-2"} {
		if kinds[region] == nil {
			t.Errorf("%s is missing", region)
		}
	}
}

func BenchmarkRoots(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := roots(""); err != nil {
			b.Fatal(err)
		}
	}
}
