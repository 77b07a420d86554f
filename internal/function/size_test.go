package function_test

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/function/runtimetest"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/lambdazip"
)

// maxZip bounds each zip file in bytes: what is loaded at a cold start.
const maxZip = 6_000_000

func TestZipFilesAreSmall(t *testing.T) {
	module, err := lambdazip.FindModule(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, function := range config.Functions() {
		t.Run(function, func(t *testing.T) {
			packed, err := lambdazip.Builder{Module: module, Architecture: "arm64"}.Build(t.Context(), function)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %.2f MB", function, float64(len(packed))/1e6)
			if len(packed) >= maxZip {
				t.Errorf("%s has %d bytes, want fewer than %d", function, len(packed), maxZip)
			}
		})
	}
}

// forbidden are packages that no function may link: what is only for operators, for tests, or for generating files.
var forbidden = []string{
	"github.com/spf13/cobra", "github.com/hashicorp/hcl", "testing", "net/http/httptest",
	"github.com/paymentdr/paymentdr/internal/localcloud", "github.com/paymentdr/paymentdr/internal/stack",
	"github.com/paymentdr/paymentdr/internal/hclgen", "github.com/paymentdr/paymentdr/internal/cli",
	"github.com/paymentdr/paymentdr/internal/config", "github.com/paymentdr/paymentdr/internal/postgres",
	"github.com/paymentdr/paymentdr/internal/dynamolocal", "github.com/pressly/goose",
}

func TestFunctionsLinkWhatTheyNeed(t *testing.T) {
	for _, function := range config.Functions() {
		t.Run(function, func(t *testing.T) {
			output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "lambda.norpc", "../../cmd/lambda/"+function).Output()
			if err != nil {
				t.Fatal(err)
			}
			linked := strings.Fields(string(output))
			if !slices.Contains(linked, "github.com/aws/aws-lambda-go/lambda") {
				t.Fatalf("go list says that it links %d packages, and not the Lambda runtime", len(linked))
			}
			for _, path := range linked {
				for _, prefix := range forbidden {
					migrates := function == "ledger-migration" && prefix == "github.com/pressly/goose"
					if (path == prefix || strings.HasPrefix(path, prefix+"/")) && !migrates {
						t.Errorf("it links %s", path)
					}
				}
			}
		})
	}
}

// processorEnvironment is whole; nothing of it is called before the first event.
func processorEnvironment() map[string]string {
	return map[string]string{
		functionenv.Region: "us-east-1", functionenv.Environment: "t", functionenv.Place: "primary", functionenv.JournalTable: "sessions",
		functionenv.ControlTable: "control", functionenv.DBSecretARN: appARN, functionenv.LedgerHost: "ledger.invalid",
		functionenv.LedgerGlobalHost: "global.invalid", functionenv.LedgerPort: "5432", functionenv.LedgerDatabase: "paymentdb",
	}
}

// startOnce is the time from the start of the process to its first poll of the runtime API.
func startOnce(t testing.TB) time.Duration {
	t.Helper()
	function := runtimetest.Start(t, program(t, "payment-processor"), processorEnvironment())
	defer function.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	took, err := function.FirstPoll(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return took
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// The goal is a median below 20 ms, which `make bench-functions` measures on a quiet machine; this bound only finds work
// that somebody put into the start (the original's imports alone take 187 ms).
func TestProcessorStartsFast(t *testing.T) {
	var times []time.Duration
	for range 5 {
		times = append(times, startOnce(t))
	}
	t.Logf("process start to first poll: %v", times)
	if got := median(times); got > 500*time.Millisecond {
		t.Errorf("median %v, want less than 500ms", got)
	}
}

func BenchmarkProcessorStart(b *testing.B) {
	program(b, "payment-processor") // built outside of the measurement
	var times []time.Duration
	for b.Loop() {
		times = append(times, startOnce(b))
	}
	b.ReportMetric(float64(median(times))/float64(time.Millisecond), "median-ms")
	b.ReportMetric(float64(slices.Max(times))/float64(time.Millisecond), "max-ms")
}
