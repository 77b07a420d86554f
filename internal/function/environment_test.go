package function_test

import (
	"context"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/function/runtimetest"
	"github.com/paymentdr/paymentdr/internal/functionenv"
)

// A function without its environment must end before its first event and name everything that is missing.
func TestMissingEnvironmentIsNamedAtOnce(t *testing.T) {
	required := map[string][]string{
		"payment-processor": {
			functionenv.Region, functionenv.Place, functionenv.JournalTable, functionenv.ControlTable, functionenv.DBSecretARN,
			functionenv.Environment, functionenv.LedgerHost,
		},
		"backup-verification": {functionenv.Region, functionenv.Cluster, functionenv.Environment, functionenv.DBSecretARN},
		"secret-rotation":     {functionenv.Region, functionenv.AdminSecretARN, functionenv.LedgerGlobalHost},
		"failover-controller": {
			functionenv.Region, functionenv.PeerRegion, functionenv.Place, functionenv.JournalTable, functionenv.ControlTable,
			functionenv.GlobalCluster, functionenv.Cluster, functionenv.LedgerHost, functionenv.DBSecretARN, functionenv.Environment,
		},
		"ledger-migration": {functionenv.Region, functionenv.DBSecretARN, functionenv.AdminSecretARN, functionenv.LedgerHost},
	}
	for _, function := range config.Functions() {
		t.Run(function, func(t *testing.T) {
			started := runtimetest.Start(t, program(t, function), nil)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			code, _, err := started.Exit(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if code == 0 {
				t.Error("it ended with exit code 0")
			}
			if len(required[function]) == 0 {
				t.Error("this test does not know what it requires")
			}
			for _, name := range required[function] {
				if !strings.Contains(started.Output(), name) {
					t.Errorf("it does not name %s: %s", name, started.Output())
				}
			}
		})
	}
}
