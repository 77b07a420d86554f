// Package e2e drills a local cloud as if it were the deployed system: everything but FIS is the cloud's own endpoints.
package e2e

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/paymentdr/paymentdr/internal/cli"
)

// TestMain makes this program the command line as well, because a local cloud's processes are its starter's program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "local" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := cli.Run(ctx, cli.Process{Args: os.Args[1:], Environment: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr})
		stop()
		os.Exit(code)
	}
	os.Exit(m.Run())
}
