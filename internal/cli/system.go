package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// route53Region is where Route 53 is managed and measured.
const route53Region = "us-east-1"

// system reaches the deployed system: through Process.System, or else on AWS with the credentials of the SDK.
func (a *app) system(ctx context.Context) (*observe.Observer, error) {
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
		region.Ledger = a.ledgerOpener(region.AWS, names.AppSecret())
		access.Regions = append(access.Regions, region)
	}
	return access, nil
}

// ledgerOpener opens clusters of a Region by the endpoint that RDS tells, with the application's credentials. It works
// from a machine inside the network.
func (a *app) ledgerOpener(cfg aws.Config, secret string) func(context.Context, string, bool) (*ledger.Store, func(), error) {
	return func(ctx context.Context, cluster string, write bool) (*ledger.Store, func(), error) {
		found, err := rds.NewFromConfig(cfg).DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &cluster})
		if err != nil {
			return nil, nil, fmt.Errorf("find endpoint of cluster %s: %w", cluster, err)
		}
		if len(found.DBClusters) != 1 {
			return nil, nil, fmt.Errorf("find endpoint of cluster %s: RDS returned %d clusters, want 1", cluster, len(found.DBClusters))
		}
		pool, err := connect.New(connect.Settings{
			Hosts: []string{aws.ToString(found.DBClusters[0].Endpoint)}, Port: int(aws.ToInt32(found.DBClusters[0].Port)),
			Database: a.variable(functionenv.LedgerDatabase), CAFile: a.variable(functionenv.LedgerCAFile),
			Application: "paymentdr operator", ReadOnly: !write, StatementTimeout: ledgerReadTimeout, MaxConnections: 4,
		}, connect.NewSecret(secretsmanager.NewFromConfig(cfg), secret))
		if err != nil {
			return nil, nil, err
		}
		return ledger.New(pool), pool.Close, nil
	}
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
