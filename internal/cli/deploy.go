package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/stack"
)

type deployOptions struct {
	driveOptions
	applyOptions
	accept []string
}

func (a *app) deployCommand() *cobra.Command {
	var options deployOptions
	command := &cobra.Command{
		Use:   "deploy",
		Short: "Apply the roots in order, each from its saved plan",
		Long: `Checks first whether there is any reason not to deploy and lists all of them
(exit code 2). Then plans, asks and applies root after root: global, the Regions,
link. It stops at the first failure and says which command continues; roots that
are done have no change then.

The plan of a root that would delete or replace a database, table, key, secret,
zone or bucket is refused unless --allow-destroy names the root and its address.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.deploy(c.Context(), options) },
	}
	flags := command.Flags()
	options.driveOptions.register(flags)
	flags.BoolVar(&options.yes, "yes", false, "do not ask")
	flags.StringSliceVar(&options.accept, "accept", nil, "`reason` to go on in spite of: "+strings.Join(acceptableNames(), ", "))
	flags.StringArrayVar(&options.allowDestroy, "allow-destroy", nil, "`root/address` of a protected resource that may be lost; may be repeated")
	return command
}

// deployed is deploy's result as JSON.
type deployed struct {
	Roots []applied `json:"roots"`
}

func (a *app) deploy(ctx context.Context, options deployOptions) error {
	if err := checkAccept(options.accept); err != nil {
		return err
	}
	d, err := a.prepare(options.driveOptions)
	if err != nil {
		return err
	}
	roots, err := selectRoots(d.system, options.roots)
	if err != nil {
		return err
	}
	if roots[0].Name == stack.RootBootstrap {
		return refusef("--root %s: the state buckets have their own command: paymentdr bootstrap", stack.RootBootstrap)
	}
	defer d.close()
	reasons, err := d.preflight(ctx, roots, options.yes)
	if err != nil {
		return err
	}
	if err := a.judge("deploy", accept(reasons, options.accept)); err != nil {
		return err
	}
	return a.applyResult(d.applyRoots(ctx, roots, options.applyOptions))
}

// applyResult prints what was done, also before an error.
func (a *app) applyResult(done []applied, failure error) error {
	if len(done) == 0 && failure != nil {
		return failure
	}
	if err := a.result(deployed{Roots: done}, appliedTable(done)); err != nil {
		return err
	}
	return failure
}
