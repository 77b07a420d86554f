package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/graph"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Values of graph's --format.
const (
	formatSVG = "svg"
	formatDOT = "dot"
)

type graphOptions struct {
	roots  []string
	file   string
	format string
}

func (a *app) graphCommand() *cobra.Command {
	var options graphOptions
	command := &cobra.Command{
		Use:   "graph",
		Short: "Draw the roots and their resources",
		Long: `Draws the system of the configuration: the roots in the order of deploying, in them a box
for each file with its resources, and who refers to whom.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.graph(options) },
	}
	flags := command.Flags()
	flags.StringSliceVar(&options.roots, "root", nil, "only this `root`; may be repeated (default all)")
	flags.StringVarP(&options.file, "file", "o", "", "write to this `file` (default standard output)")
	flags.StringVar(&options.format, "format", formatSVG, "`format`: svg or dot (for Graphviz)")
	return command
}

func (a *app) graph(options graphOptions) error {
	draw := map[string]func(graph.Model) []byte{formatSVG: graph.SVG, formatDOT: graph.DOT}[options.format]
	if draw == nil {
		return refusef("--format %q: use %s or %s", options.format, formatSVG, formatDOT)
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	system, err := stack.Build(cfg)
	if err != nil {
		return err
	}
	if err := knownRoots(system, options.roots); err != nil {
		return err
	}
	picture := draw(graph.FromSystem(system, options.roots...))
	if options.file == "" {
		if _, err := a.process.Stdout.Write(picture); err != nil {
			return fmt.Errorf("write picture: %w", err)
		}
		return nil
	}
	if err := os.WriteFile(options.file, picture, 0o644); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

// knownRoots refuses names of roots that the system does not have.
func knownRoots(system *stack.System, names []string) error {
	var known []string
	for _, root := range system.Roots {
		known = append(known, root.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return refusef("--root %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}
