package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/local"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// route53Region is where Route 53 is managed and measured.
const route53Region = "us-east-1"

// registerSystem lets a command mean a local cloud.
func (a *app) registerSystem(flags *pflag.FlagSet) {
	flags.StringVar(&a.local, "local", "", "a running local cloud, by `name` or state folder (--local=NAME), instead of AWS")
	flags.Lookup("local").NoOptDefVal = statefolder.DefaultName
}

// localCloud is the local cloud that is meant.
func (a *app) localCloud() cloudOptions {
	if strings.ContainsRune(a.local, filepath.Separator) {
		return cloudOptions{name: statefolder.DefaultName, folder: a.local}
	}
	return cloudOptions{name: a.local}
}

// system reaches the system that is meant: a local cloud, or through Process.System, or else on AWS with the credentials
// of the SDK.
func (a *app) system(ctx context.Context) (*observe.Observer, error) {
	if a.local != "" {
		return a.localSystem(ctx)
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	if a.process.System != nil {
		return a.process.System(ctx, cfg)
	}
	access, err := a.awsAccess(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return observe.Connect(access), nil
}

// localSystem asks the cloud for everything, so a configuration would only contradict it.
func (a *app) localSystem(ctx context.Context) (*observe.Observer, error) {
	if a.configPath != "" || len(a.settings) > 0 {
		return nil, refusef("--local takes everything from the running cloud: leave out --config and --set")
	}
	cloud := a.localCloud()
	client, err := cloud.client()
	if err != nil {
		return nil, err
	}
	access, err := local.Access(ctx, client)
	if err != nil {
		client.Close()
		return nil, notRunning(cloud, err)
	}
	return observe.Connect(access), nil
}

// operateLocal does what an operator of a local cloud does, with the operator's own commands.
func (a *app) operateLocal(cloud cloudOptions) func(ctx context.Context, words ...string) error {
	return func(ctx context.Context, words ...string) error {
		where := cloud.name
		if cloud.folder != "" {
			var err error
			if where, err = cloud.path(); err != nil {
				return err
			}
		}
		arguments := append(slices.Clone(words), "--local="+where)
		if !slices.Contains(words, "--check") {
			arguments = append(arguments, "--yes")
		}
		var said bytes.Buffer
		if code := Run(ctx, Process{Args: arguments, Environment: a.process.Environment, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &said}); code != ExitOK {
			return fmt.Errorf("paymentdr %s: exit code %d: %s", strings.Join(words, " "), code, strings.TrimSpace(said.String()))
		}
		return nil
	}
}

// own are the commands in messages that are about a system, with the flag if they have it already.
var own = regexp.MustCompile(`(paymentdr (?:status|history|failover|switchover|failback|drain|undrain|replay|reconcile))\b(?: --local\S*)?`)

// here makes the commands in a message mean the system that this one means.
func (a *app) here(text string) string {
	if a.local == "" {
		return text
	}
	flag := " --local"
	if a.local != statefolder.DefaultName {
		flag += "=" + shellQuote(a.local)
	}
	return own.ReplaceAllStringFunc(text, func(found string) string { return own.FindStringSubmatch(found)[1] + flag })
}

// awsAccess names everything by the configuration. Nothing is called yet.
func (a *app) awsAccess(ctx context.Context, cfg config.Config) (operate.Access, error) {
	names := cfg.Names()
	access := operate.Access{
		Environment: cfg.EnvironmentSuffix, ControlTable: names.ControlTable(), JournalTable: names.JournalTable(),
		GlobalCluster: names.GlobalCluster(), Domain: names.FailoverDomain(), TTL: cfg.Lease.TTL, Tick: cfg.Lease.Tick,
	}
	var err error
	if access.DNS, err = awsConfig(ctx, route53Region, ""); err != nil {
		return operate.Access{}, err
	}
	for _, role := range config.Roles() {
		access.DNSAlarmPrefixes = append(access.DNSAlarmPrefixes, names.Alarm(role, "unhealthy"))
		region := operate.Region{
			Name: cfg.Region(role), Place: payment.Place(role), Cluster: names.Cluster(role), API: "https://" + names.RegionalDomain(role),
			AlarmPrefix: "payment-" + string(role) + "-",
		}
		if region.AWS, err = awsConfig(ctx, region.Name, ""); err != nil {
			return operate.Access{}, err
		}
		region.Ledger = operate.Ledgers{
			AWS: region.AWS, Secret: names.AppSecret(), Database: a.variable(functionenv.LedgerDatabase), CAFile: a.variable(functionenv.LedgerCAFile),
			ReadTimeout: ledgerReadTimeout,
		}.Open
		access.Regions = append(access.Regions, region)
	}
	return access, nil
}

// operator names who runs this, for the history.
func (a *app) operator() string {
	user := orDefault(a.variable("USER"), orDefault(a.variable("LOGNAME"), "unknown"))
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return user + "@" + host
}
