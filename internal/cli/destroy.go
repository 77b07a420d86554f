package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/stack"
)

func (a *app) destroyCommand() *cobra.Command {
	var options driveOptions
	var yes bool
	command := &cobra.Command{
		Use:   "destroy",
		Short: "Destroy everything that the roots have made, in reverse order",
		Long: `Refuses (exit code 2) a protected environment, by configuration or by what is
deployed, and a root that another one with resources still reads. Asks for the
environment's suffix. The state buckets stay unless --root bootstrap names them.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.destroy(c.Context(), options, yes) },
	}
	options.register(command.Flags())
	command.Flags().BoolVar(&yes, "yes", false, "do not ask for the suffix")
	return command
}

func (a *app) destroy(ctx context.Context, options driveOptions, yes bool) error {
	d, err := a.prepare(options)
	if err != nil {
		return err
	}
	roots, err := selectRoots(d.system, options.roots)
	if err != nil {
		return err
	}
	if err := d.mayDestroy(yes); err != nil {
		return err
	}
	defer d.close()
	if err := d.start(ctx, roots); err != nil {
		return err
	}
	slices.Reverse(roots)
	inventory, err := d.inventory(ctx, roots)
	if err != nil {
		return err
	}
	if err := refuseDestroy(d.system, roots, inventory); err != nil {
		return err
	}
	if !yes && total(roots, inventory) > 0 {
		question := fmt.Sprintf("%sType the suffix %s to destroy all of it: ", inventoryInWords(roots, inventory), d.cfg.EnvironmentSuffix)
		if err := a.ask(ctx, question, d.cfg.EnvironmentSuffix); err != nil {
			return err
		}
	}
	return a.applyResult(d.destroyRoots(ctx, roots, inventory))
}

// mayDestroy refuses by what the configuration says, before anything runs.
func (d *driver) mayDestroy(yes bool) error {
	if d.cfg.Protected() {
		return refusef("environment %s is protected: set database.deletion_protection to false in the configuration, run %s and paymentdr deploy, then destroy",
			d.cfg.EnvironmentSuffix, d.synthCommand())
	}
	if !yes && !d.app.process.Interactive {
		return refusef("standard input is not a terminal, so nobody can be asked for the suffix: use --yes")
	}
	// The folder decides what is destroyed, the configuration whether it is protected: they must be the same environment.
	stale, err := compareOut(d.system, d.options.out)
	if err != nil {
		return err
	}
	if difference := stale.describe(); difference != "" {
		return refusef("%s is not what the configuration gives (%s): run %s", d.options.out, difference, d.synthCommand())
	}
	return nil
}

// inventory is what every root's state holds, also of roots that are not chosen: they may read a chosen one.
func (d *driver) inventory(ctx context.Context, chosen []stack.Root) (map[string][]engine.Resource, error) {
	inventory := map[string][]engine.Resource{}
	for _, root := range d.system.Roots {
		if root.Name == stack.RootBootstrap && !slices.Contains(rootNames(chosen), root.Name) {
			continue
		}
		opened, err := d.open(ctx, root.Name)
		if err != nil {
			return nil, err
		}
		if inventory[root.Name], err = opened.Resources(ctx); err != nil {
			return nil, err
		}
	}
	return inventory, nil
}

// refuseDestroy refuses by what is deployed: protected resources, and readers that would be left behind.
func refuseDestroy(system *stack.System, chosen []stack.Root, inventory map[string][]engine.Resource) error {
	var problems []string
	names := rootNames(chosen)
	for _, root := range chosen {
		for _, resource := range inventory[root.Name] {
			if resource.Protected {
				problems = append(problems, fmt.Sprintf("%s/%s has deletion protection: deploy it with database.deletion_protection false first", root.Name, resource.Address))
			}
		}
		for _, reader := range system.Roots {
			if reads(reader, root.Name) && len(inventory[reader.Name]) > 0 && !slices.Contains(names, reader.Name) {
				problems = append(problems, fmt.Sprintf("root %s reads root %s and still has %d resources: destroy %s first, or both together",
					reader.Name, root.Name, len(inventory[reader.Name]), reader.Name))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return refusef("destroy is refused:\n  %s", strings.Join(problems, "\n  "))
}

// reads says whether a root needs another: its outputs, its earlier making, or the bucket that holds its state.
func reads(reader stack.Root, name string) bool {
	return slices.Contains(reader.Reads, name) || slices.Contains(reader.After, name) ||
		name == stack.RootBootstrap && reader.Name != stack.RootBootstrap
}

func total(roots []stack.Root, inventory map[string][]engine.Resource) int {
	count := 0
	for _, root := range roots {
		count += len(inventory[root.Name])
	}
	return count
}

func inventoryInWords(roots []stack.Root, inventory map[string][]engine.Resource) string {
	var text strings.Builder
	for _, root := range roots {
		fmt.Fprintf(&text, "root %s: %d resources\n", root.Name, len(inventory[root.Name]))
	}
	return text.String()
}

func (d *driver) destroyRoots(ctx context.Context, roots []stack.Root, inventory map[string][]engine.Resource) ([]applied, error) {
	var done []applied
	changed := false
	for i, root := range roots {
		began := time.Now()
		if len(inventory[root.Name]) == 0 {
			done = append(done, newApplied(root.Name, statusEmpty, engine.Plan{}, began))
			continue
		}
		d.step("plan destroy", root.Name, i, len(roots), engine.Plan{})
		plan, err := d.plan(ctx, root, engine.PlanOptions{Destroy: true})
		if err == nil {
			d.step("destroy", root.Name, i, len(roots), plan)
			changed = true
			err = d.opened[root.Name].Apply(ctx, plan)
		}
		if err != nil {
			return done, d.stop("destroyed", roots, i, changed, err)
		}
		done = append(done, newApplied(root.Name, statusDestroyed, plan, began))
		d.app.progress("[%d/%d] %s: destroyed after %s", i+1, len(roots), root.Name, time.Since(began).Round(time.Second))
	}
	return done, nil
}
