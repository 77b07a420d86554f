// Command terraform-provider-aws is the stub provider, named as the engine
// looks for it. STUB_AWS_SCHEMA names another schema document (plain or .gz),
// STUB_AWS_STATE the file of Aurora's roles; see package stubaws.
package main

import (
	"fmt"
	"os"

	"github.com/paymentdr/paymentdr/internal/stubaws"
)

func main() {
	if err := stubaws.Serve(os.Getenv("STUB_AWS_SCHEMA"), os.Getenv("STUB_AWS_STATE")); err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-aws:", err)
		os.Exit(1)
	}
}
