package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/engine"
)

func (a *app) planCommand() *cobra.Command {
	var options driveOptions
	command := &cobra.Command{
		Use:   "plan",
		Short: "Say what a deploy would change, root by root",
		Long: `Plans every root and changes nothing. A root that reads the outputs of one that is
not applied yet cannot be planned; that is said and is no error.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.plan(c.Context(), options) },
	}
	options.register(command.Flags())
	return command
}

// planned is plan's result for one root as JSON.
type planned struct {
	Name      string          `json:"name"`
	Plannable bool            `json:"plannable"`
	Needs     []string        `json:"needs,omitempty"` // roots to apply first
	Changed   bool            `json:"changed"`
	Create    int             `json:"create"`
	Update    int             `json:"update"`
	Replace   int             `json:"replace"`
	Delete    int             `json:"delete"`
	Changes   []engine.Change `json:"changes"`
}

func (a *app) plan(ctx context.Context, options driveOptions) error {
	d, err := a.prepare(options)
	if err != nil {
		return err
	}
	roots, err := selectRoots(d.system, options.roots)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.start(ctx, roots); err != nil {
		return err
	}
	if err := d.warnStale(); err != nil {
		return err
	}
	var results []planned
	for i, root := range roots {
		d.step("plan", root.Name, i, len(roots), engine.Plan{})
		plan, err := d.plan(ctx, root, engine.PlanOptions{})
		var upstream *engine.UpstreamError
		if err != nil && !errors.As(err, &upstream) {
			return err
		}
		result := planned{Name: root.Name, Plannable: err == nil, Changed: plan.Changed, Changes: plan.Changes}
		if upstream != nil {
			result.Needs = upstream.Needs
		}
		if result.Changes == nil {
			result.Changes = []engine.Change{} // an empty list in JSON, not null
		}
		result.Create, result.Update = plan.Count(engine.Create), plan.Count(engine.Update)
		result.Replace, result.Delete = plan.Count(engine.Replace), plan.Count(engine.Delete)
		results = append(results, result)
	}
	return a.result(map[string]any{"roots": results}, planTable(results))
}

// planTable has a row for each root and below it a row for each change that is more than something new.
func planTable(results []planned) [][]string {
	rows := [][]string{{"ROOT", "CREATE", "UPDATE", "REPLACE", "DELETE", "NOTE"}}
	var details [][]string
	for _, r := range results {
		note := ""
		switch {
		case !r.Plannable:
			rows = append(rows, []string{r.Name, "-", "-", "-", "-", "not yet plannable: needs " + strings.Join(r.Needs, ", ")})
			continue
		case !r.Changed:
			note = "no change"
		case len(r.Changes) == 0:
			note = "outputs only"
		}
		rows = append(rows, []string{r.Name, fmt.Sprint(r.Create), fmt.Sprint(r.Update), fmt.Sprint(r.Replace), fmt.Sprint(r.Delete), note})
		for _, change := range r.Changes {
			if change.Action != engine.Create {
				details = append(details, []string{string(change.Action) + " " + r.Name + "/" + change.Address})
			}
		}
	}
	if len(details) > 0 {
		rows = append(append(rows, []string{""}), details...)
	}
	return rows
}

// warnStale says that the folder is not what the configuration gives: the plan is then of other files.
func (d *driver) warnStale() error {
	reasons, err := d.folderReasons()
	if err != nil {
		return err
	}
	for _, r := range reasons {
		fmt.Fprintf(d.app.process.Stderr, "warning: %s\n", r.Text)
	}
	return nil
}
