// Command paymentdr defines, writes, deploys and drills a payment system that survives the loss of an AWS Region.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/paymentdr/paymentdr/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, cli.Process{
		Args: os.Args[1:], Environment: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Terminal: cli.IsTerminal(os.Stderr), Interactive: cli.IsTerminal(os.Stdin),
	})
	stop()
	os.Exit(code)
}
