package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/act"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/reconcile"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

type reconcileOptions struct {
	since       time.Duration
	restored    []string
	repair, yes bool
	by          string
}

func (a *app) reconcileCommand() *cobra.Command {
	var options reconcileOptions
	command := &cobra.Command{
		Use:   "reconcile",
		Short: "Compare the journal with the ledgers, payment by payment",
		Long: `Compares the payments accepted since --since ago with the active Region's ledger,
with the standby's, and with clusters restored from snapshots of a lost primary
(--restored REGION:CLUSTER), as far as they can be reached from here; it reads the
databases itself, so it runs inside the network. It lists every payment that is
acknowledged and missing in a ledger, in a ledger and not in the journal, or not the
same in both.

--repair posts what the active ledger lacks, under the present epoch: the ledger
refuses it when the lease has moved. Everything else is for people.

Exit code 0: nothing is open. 1: something is, or could not be compared. 2: refused.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.reconcile(c.Context(), options) },
	}
	flags := command.Flags()
	a.registerSystem(flags)
	flags.DurationVar(&options.since, "since", 24*time.Hour, "how far back, a `duration`")
	flags.StringArrayVar(&options.restored, "restored", nil, "`REGION:CLUSTER` restored from a snapshot; may be repeated")
	flags.BoolVar(&options.repair, "repair", false, "post what the active ledger lacks")
	flags.BoolVar(&options.yes, "yes", false, "do not ask for a confirmation of --repair")
	flags.StringVar(&options.by, "by", a.operator(), "`who` repairs, for the history")
	return command
}

func (a *app) reconcile(ctx context.Context, options reconcileOptions) error {
	if options.since <= 0 || options.since > longestReplay {
		return refusef("--since %s is not in (0s, %s]", options.since, longestReplay)
	}
	if options.repair && !options.yes && !a.process.Interactive {
		return a.refuse("the repair", act.Refused{plan.Because(plan.NotConfirmed, "standard input is not a terminal, so nobody can be asked: use --yes")})
	}
	observer, err := a.system(ctx)
	if err != nil {
		return err
	}
	seen := observer.Items(ctx)
	if reasons := plan.Check(seen, plan.Want{Kind: control.IntentReplay}); len(reasons) > 0 && (options.repair || seen.Lease.Reading != failover.LeaseRead) {
		return a.refuse("the reconciliation", act.Refused(reasons))
	}
	sides, done, err := openSides(ctx, observer, seen, options.restored)
	defer done()
	if err != nil {
		return err
	}
	run := a.reconcileRun(observer, seen, sides, options.since)
	report, err := reconcile.Run(ctx, run)
	if err != nil {
		return err
	}
	if report.Ledgers[0].Problem != "" && (options.repair || noneReached(report)) {
		return a.refuse("the reconciliation", act.Refused{plan.Because(plan.LedgerOutOfReach,
			"the ledger of %s could not be read (%s): run this inside the network, with credentials for the application's secret",
			report.Ledgers[0].Region, report.Ledgers[0].Problem)})
	}
	var repairErr error
	if options.repair {
		repairErr = a.repair(ctx, observer, run, &report, options)
	}
	var no refused
	if errors.As(repairErr, &no) {
		return repairErr
	}
	if err := a.writeReport(report); err != nil {
		return err
	}
	return errors.Join(repairErr, judgeReport(report))
}

func noneReached(report reconcile.Report) bool {
	for _, side := range report.Ledgers {
		if side.Problem == "" {
			return false
		}
	}
	return true
}

// reconcileRun reads the journal where the lease was read.
func (a *app) reconcileRun(observer *observe.Observer, seen status.Snapshot, sides []reconcile.Side, since time.Duration) reconcile.Options {
	now := observer.Now()
	options := reconcile.Options{
		Sides: sides, From: now.Add(-since), To: now, Now: observer.Now, Sleep: failover.SystemClock().Sleep,
		Progress: func(until time.Time, payments int) {
			a.progress("compared %d payments, up to %s", payments, until.UTC().Format(time.RFC3339))
		},
	}
	for i, region := range observer.Access.Regions {
		if region.Name == seen.Lease.ReadIn {
			options.Journal = observer.Clients[i].Journal
		}
	}
	return options
}

// openSides opens the active ledger, the standby's and the restored ones, in this order; what cannot be opened has its
// problem. done closes them and is never nil.
func openSides(ctx context.Context, observer *observe.Observer, seen status.Snapshot, restored []string) (sides []reconcile.Side, done func(), err error) {
	var closers []func()
	done = func() {
		for _, one := range closers {
			one()
		}
	}
	open := func(regionName, cluster string, role reconcile.Role) {
		region, _ := observer.Access.Region(regionName)
		side := reconcile.Side{Tally: reconcile.Tally{Name: cluster, Region: regionName, Cluster: cluster, Role: role}}
		if region.Ledger == nil {
			side.Tally.Problem = "it is out of reach from here"
		} else if store, closer, err := region.Ledger(ctx, cluster, false); err != nil {
			side.Tally.Problem = err.Error()
		} else {
			side.Store, closers = store, append(closers, closer)
		}
		sides = append(sides, side)
	}
	active, _ := observer.Access.Region(seen.Lease.Region)
	open(active.Name, active.Cluster, reconcile.Active)
	for _, region := range observer.Access.Regions {
		if region.Name != active.Name {
			open(region.Name, region.Cluster, reconcile.Standby)
		}
	}
	for _, name := range restored {
		region, cluster, ok := strings.Cut(name, ":")
		if _, known := observer.Access.Region(region); !ok || !known || cluster == "" {
			return sides, done, refusef("--restored %q is not REGION:CLUSTER with one of the two regions", name)
		}
		open(region, cluster, reconcile.Restored)
	}
	return sides, done, nil
}

// repair posts what is missing, after a confirmation, and records who did.
func (a *app) repair(ctx context.Context, observer *observe.Observer, run reconcile.Options, report *reconcile.Report, options reconcileOptions) error {
	active := report.Ledgers[0]
	if active.Missing == 0 {
		return nil
	}
	if !options.yes {
		question := fmt.Sprintf("Post %d payments that the ledger of %s lacks? Type %s to go on: ", active.Missing, active.Region, active.Region)
		if err := a.ask(ctx, question, active.Region); err != nil {
			return err
		}
	}
	region, _ := observer.Access.Region(active.Region)
	poster, done, err := region.Ledger(ctx, active.Cluster, true)
	if err != nil {
		return err
	}
	defer done()
	table := observer.Control(active.Region)
	lease, err := table.Load(ctx)
	if err != nil {
		return err
	}
	record := func(kind string, detail map[string]string) error {
		return table.AppendEvent(ctx, control.Event{
			ID: kind + "-" + uuid.NewString(), At: observer.Now().Truncate(time.Microsecond), Kind: kind, Region: active.Region, Epoch: lease.Epoch, Detail: detail,
		})
	}
	// For a takeover that finds these postings not replicated: its replay must reach as far. Before them, as this may end
	// at any time, and after them, as what counts is what was posted until then.
	late := map[string]string{"from": oldestMissing(*report, active.Name).Format(time.RFC3339Nano)}
	if err := record(failover.PostedLate, late); err != nil {
		return err
	}
	posted, repairErr := reconcile.Repair(ctx, run, report, active, table, poster)
	if errors.Is(repairErr, reconcile.ErrTermOver) && posted == 0 {
		return a.refuse("the repair", act.Refused{plan.Because(plan.Fenced, "%v: nothing was posted; look at paymentdr status, and run this again when a term is active", repairErr)})
	}
	return errors.Join(repairErr, record(failover.PostedLate, late), record("repaired", map[string]string{
		"by": options.by, "posted": strconv.Itoa(posted), "missing": strconv.Itoa(active.Missing), "from": run.From.Format(time.RFC3339),
	}))
}

// oldestMissing is when the first of the payments that a ledger lacks was accepted.
func oldestMissing(report reconcile.Report, ledger string) time.Time {
	oldest := report.To
	for _, finding := range report.Findings {
		if finding.Kind == reconcile.Missing && finding.Ledger == ledger && finding.AcceptedAt.Before(oldest) {
			oldest = finding.AcceptedAt
		}
	}
	return oldest
}

// longestList is how many findings are shown as a table; JSON has all.
const longestList = 1000

func (a *app) writeReport(report reconcile.Report) error {
	if a.output == outputJSON {
		return writeJSON(a.process.Stdout, report)
	}
	rows := [][]string{{"LEDGER", "REGION", "ROLE", "SAME", "MISSING", "EXTRA", "MISMATCH", "EXCUSED", "PROBLEM"}}
	for _, l := range report.Ledgers {
		rows = append(rows, []string{
			l.Cluster, l.Region, string(l.Role), strconv.Itoa(l.Same), strconv.Itoa(l.Missing), strconv.Itoa(l.Extra), strconv.Itoa(l.Mismatch), strconv.Itoa(l.Excused), l.Problem,
		})
	}
	if err := writeTable(a.process.Stdout, rows); err != nil {
		return err
	}
	fmt.Fprintf(a.process.Stdout, "\n%d payments accepted from %s to %s\n", report.Payments, report.From.UTC().Format(time.RFC3339), report.To.UTC().Format(time.RFC3339))
	if len(report.Findings) == 0 {
		return nil
	}
	fmt.Fprintln(a.process.Stdout)
	rows = [][]string{{"FINDING", "PAYMENT", "LEDGER", "ACCEPTED", "JOURNAL", "REPAIRED", "DETAIL"}}
	for _, f := range report.Findings[:min(longestList, len(report.Findings))] {
		accepted := ""
		if !f.AcceptedAt.IsZero() {
			accepted = f.AcceptedAt.UTC().Format(time.RFC3339)
		}
		rows = append(rows, []string{string(f.Kind), f.PaymentID, f.Ledger, accepted, orDefault(string(f.Status), "-"), strconv.FormatBool(f.Repaired), f.Detail})
	}
	if more := len(report.Findings) - longestList; more > 0 {
		rows = append(rows, []string{fmt.Sprintf("and %d more: --output json has all", more)})
	}
	return writeTable(a.process.Stdout, rows)
}

// judgeReport is an error when something is open.
func judgeReport(report reconcile.Report) error {
	var open []error
	for _, l := range report.Ledgers {
		if l.Problem != "" {
			open = append(open, fmt.Errorf("the %s ledger of %s was not compared: %s", l.Role, l.Region, l.Problem))
		}
	}
	if count := report.Open(); count > 0 {
		open = append(open, fmt.Errorf("%d findings are open", count))
	}
	return errors.Join(open...)
}
