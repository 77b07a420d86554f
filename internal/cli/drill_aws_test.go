package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/payment"
)

func drillOnAWS(t *testing.T, system func(context.Context, config.Config) (onaws.System, error), arguments ...string) outcome {
	t.Helper()
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), Process{
		Args: append([]string{"drill"}, arguments...), Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Deployed: system,
	})
	return outcome{code, stdout.String(), stderr.String()}
}

func TestDrillOnAWSRefusesWhatHasNoMeaning(t *testing.T) {
	for want, arguments := range map[string][]string{
		"--running is for a local cloud":      {"table-partition", "--aws", "--running"},
		"--files is for a local cloud":        {"table-partition", "--aws", "--files", "out"},
		"one of table-partition, link-cut":    {"--aws"},
		`no scenario "region-loss" on AWS`:    {"region-loss", "--aws"},
		"did you mean table-partition?":       {"table-partitoin", "--aws"},
		"--copies 7: from 0 to 1":             {"table-partition", "--aws", "--copies", "7"},
		"--token-file /absent has no token":   {"table-partition", "--aws", "--token-file", "/absent"},
		"no scenario \"table-partition\"; th": {"table-partition"},
	} {
		if o := drillOnAWS(t, nil, append(arguments, "--resolver", "127.0.0.1:53")...); o.code != ExitRefused || !strings.Contains(o.stderr, want) {
			t.Errorf("%v: exit %d, %s; want %q", arguments, o.code, o.stderr, want)
		}
	}
}

// unreachable is a system of which only FIS answers.
func unreachable(t *testing.T) func(context.Context, config.Config) (onaws.System, error) {
	return func(_ context.Context, cfg config.Config) (onaws.System, error) {
		nowhere := aws.Config{
			BaseEndpoint: aws.String("http://127.0.0.1:1"), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 1, Region: "us-east-1",
		}
		system := onaws.System{
			Config: cfg, FIS: map[string]faults.API{}, CloudWatch: map[string]faults.CloudWatch{},
			Ledger: func(context.Context, string) (*pgx.Conn, error) { return nil, errors.New("no route") },
		}
		access := operate.Access{Environment: cfg.EnvironmentSuffix, JournalTable: "j", ControlTable: "c", Domain: "x.invalid", DNS: nowhere, Timeout: time.Second}
		for _, role := range config.Roles() {
			region := cfg.Region(role)
			server := &faultstest.Server{Region: region}
			server.Serve(t)
			system.FIS[region], system.CloudWatch[region] = server.Client(), cloudwatch.NewFromConfig(nowhere)
			access.Regions = append(access.Regions, operate.Region{Name: region, Place: payment.Place(role), AWS: nowhere, API: "http://127.0.0.1:1"})
		}
		system.Observer = observe.Connect(access)
		return system, nil
	}
}

// Every reason is told at once, as text and as JSON, and there is no folder of a report that will never be.
func TestDrillOnAWSTellsEveryReason(t *testing.T) {
	codes := []string{"faults-not-configured", "no-token", "lease-unreadable", "journal-out-of-reach", "ledger-out-of-reach", "template-missing", "no-confirmation"}
	o := drillOnAWS(t, unreachable(t), "table-partition", "--aws", "--output", "json")
	var result struct {
		Refused bool
		Reasons []reason
	}
	if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || !result.Refused || o.code != ExitRefused {
		t.Fatalf("exit %d, %v\n%s\n%s", o.code, err, o.stdout, o.stderr)
	}
	told := map[string]bool{}
	for _, each := range result.Reasons {
		told[each.Name] = true
	}
	for _, code := range codes {
		if !told[code] || !strings.Contains(o.stderr, "  "+code+": ") {
			t.Errorf("%s is not told:\n%s", code, o.stderr)
		}
	}
	if left, err := filepath.Glob("drill-*"); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
