package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// drillAWSOptions are those of a drill of the deployed system.
type drillAWSOptions struct {
	on              bool
	account         string
	production, yes bool
	tokenFile       string
	resolver        string
	by              string
}

func (o *drillAWSOptions) register(flags *pflag.FlagSet, a *app) {
	flags.BoolVar(&o.on, "aws", false, "drill the deployed system with AWS FIS")
	flags.StringVar(&o.account, "account", "", "with --aws: `number` of the account that is to be drilled")
	flags.BoolVar(&o.production, "yes-production", false, "with --aws: it is agreed that a production system is drilled")
	flags.BoolVar(&o.yes, "yes", false, "with --aws: do not ask for a confirmation")
	flags.StringVar(&o.tokenFile, "token-file", "", "with --aws: `file` with the payers' bearer token, read again for each payment")
	flags.StringVar(&o.resolver, "resolver", "", "with --aws: `address` of the payers' DNS server (default: the machine's first)")
	flags.StringVar(&o.by, "by", a.operator(), "with --aws: `who` drills, for the reasons not to")
}

// localOnly are flags that say something of a local cloud.
var localOnly = []string{"name", "files", "accept", "seed", "aggregation", "perfect-links", "keep", "running"}

// checkAWS names the scenario, and refuses flags that would have no meaning.
func checkAWS(c *cobra.Command, arguments []string) (string, error) {
	for _, name := range localOnly {
		if c.Flags().Changed(name) {
			return "", refusef("--%s is for a local cloud and has no meaning with --aws", name)
		}
	}
	if len(arguments) == 0 {
		return "", refusef("name the scenario: one of %s", strings.Join(onaws.Names(), ", "))
	}
	return arguments[0], nil
}

func (a *app) drillAWS(c *cobra.Command, arguments []string, options drillOptions) error {
	ctx := c.Context()
	name, err := checkAWS(c, arguments)
	if err != nil {
		return err
	}
	if err := options.check(); err != nil {
		return err
	}
	system, err := a.deployedSystem(ctx, options)
	if err != nil {
		return err
	}
	order, found, err := system.Examine(ctx, onaws.Want{
		Scenario: name, Account: options.aws.account, Production: options.aws.production, By: options.aws.by,
	})
	if err != nil {
		return refusef("%w%s", err, suggestion(name, onaws.Names()))
	}
	var reasons []reason
	for _, each := range found {
		reasons = append(reasons, newReason(string(each.Code), "%s", each.Text))
	}
	if !options.aws.yes && !a.process.Interactive {
		reasons = append(reasons, newReason(reasonNotConfirmed, "standard input is not a terminal, so nobody can be asked: use --yes"))
	}
	if err := a.judge("drill "+name+" on AWS", reasons); err != nil {
		return err
	}
	if err := a.confirmDrill(ctx, name, order, options); err != nil {
		return err
	}
	folder, err := reportFolder(options.report, name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(folder) }() // one without a report helps nobody
	return a.playAWS(ctx, name, order, options, folder)
}

// confirmDrill says what will happen to whom.
func (a *app) confirmDrill(ctx context.Context, name string, order onaws.Order, options drillOptions) error {
	for _, rows := range [][][]string{order.Seen.System(), order.Seen.PerRegion()} {
		if err := writeTable(a.process.Stderr, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.process.Stderr)
	}
	fmt.Fprintf(a.process.Stderr, "Drill %s: FIS experiment of template %s in %s, account %s, for up to %s; %s is left alone.\n",
		name, order.Template, order.Region, order.Account, stack.DrillDuration, order.Other)
	if name == stack.DrillTablePartition {
		fmt.Fprintf(a.process.Stderr, "%s shall take over and its ledger is promoted; going home is a failback of yours. AWS allows 5,040 minutes of pause a table in 7 days.\n", order.Other)
	}
	fmt.Fprintf(a.process.Stderr, "Real payments of the drill (%g a second) stay in journal and ledger. Ctrl-C stops the experiment and undoes it.\n", options.dnsRate+options.clientRate)
	if options.aws.yes {
		return nil
	}
	return a.ask(ctx, fmt.Sprintf("Type %s to go on: ", order.Region), order.Region)
}

// playAWS plays, judges and reports. A fault that was not what it should be is an error beside the report.
func (a *app) playAWS(ctx context.Context, name string, order onaws.Order, options drillOptions, folder string) error {
	if options.payerSeed == 0 {
		options.payerSeed = randomSeed()
	}
	finished, untrue := order.Play(ctx, run.Options{
		Receipts: filepath.Join(folder, receiptsFile), Run: runName(), Seed: options.payerSeed, DNSPayers: options.dns, ClientPayers: options.client,
		DNSRate: options.dnsRate, ClientRate: options.clientRate, Copies: options.copies, Before: options.before,
		Progress: func(format string, arguments ...any) {
			fmt.Fprintf(a.process.Stderr, "paymentdr: "+format+"\n", arguments...)
		},
	})
	if finished.End.IsZero() {
		return untrue
	}
	finished.Version, finished.Configuration = version(), append(drillSettings(order.System.Config, options),
		report.Setting{Key: "account", Value: order.Account}, report.Setting{Key: "experiment template", Value: order.Template})
	finished.Reproduce = []string{fmt.Sprintf("paymentdr drill %s --aws --account %s --payer-seed %d", name, order.Account, options.payerSeed)}
	result, err := assess(finished, untrue)
	if err != nil {
		return err
	}
	return a.drillResult(folder, result, untrue)
}
