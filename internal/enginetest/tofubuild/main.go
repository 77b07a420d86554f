// Command tofubuild prints the path of the OpenTofu binary that tools/tofu pins
// and builds it when the cache has none. PAYMENTDR_TOFU, when set, wins.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/paymentdr/paymentdr/internal/enginetest/toolcache"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	path, err := toolcache.Engine(ctx, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tofubuild:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}
