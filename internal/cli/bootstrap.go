package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
)

func (a *app) bootstrapCommand() *cobra.Command {
	var options deployOptions
	command := &cobra.Command{
		Use:   "bootstrap",
		Short: "Make the buckets that hold the other roots' state (state.backend s3)",
		Long: `Applies the root bootstrap: one bucket a Region, versioned and encrypted. Its own
state is local, below the output folder; keep it, or import the buckets again.
Needed once, before the first deploy, and only with state.backend s3.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.bootstrap(c.Context(), options) },
	}
	flags := command.Flags()
	flags.StringVar(&options.out, "out", DefaultOut, "`folder` that synth wrote")
	options.registerEngine(flags)
	flags.BoolVar(&options.yes, "yes", false, "do not ask")
	flags.StringSliceVar(&options.accept, "accept", nil, "`reason` to go on in spite of: "+reasonNoCredentials+", "+reasonAddedFiles)
	return command
}

func (a *app) bootstrap(ctx context.Context, options deployOptions) error {
	if err := checkAccept(options.accept); err != nil {
		return err
	}
	d, err := a.prepare(options.driveOptions)
	if err != nil {
		return err
	}
	root := d.system.Root(stack.RootBootstrap)
	if root == nil {
		return refusef("state.backend is %s, so there are no state buckets to make; set state.backend to %s and state.bucket_prefix first", d.cfg.State.Backend, config.StateS3)
	}
	defer d.close()
	roots := []stack.Root{*root}
	reasons, err := d.commonReasons(ctx, roots, options.yes)
	if err != nil {
		return err
	}
	if err := a.judge("bootstrap", accept(reasons, options.accept)); err != nil {
		return err
	}
	return a.applyResult(d.applyRoots(ctx, roots, options.applyOptions))
}
