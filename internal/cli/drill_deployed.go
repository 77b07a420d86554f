package cli

import (
	"context"
	"fmt"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/fis"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"
	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
)

// deployedSystem reaches the system that is drilled: through Process.Deployed, or else on AWS with the credentials of the SDK.
func (a *app) deployedSystem(ctx context.Context, options drillOptions) (onaws.System, error) {
	cfg, err := a.load()
	if err != nil {
		return onaws.System{}, err
	}
	if a.process.Deployed != nil {
		return a.process.Deployed(ctx, cfg)
	}
	access, err := a.awsAccess(ctx, cfg)
	if err != nil {
		return onaws.System{}, err
	}
	server := options.aws.resolver
	if server == "" {
		if server, err = machineResolver(); err != nil {
			return onaws.System{}, err
		}
	}
	system := onaws.System{
		Config: cfg, Observer: observe.Connect(access), FIS: map[string]faults.API{}, CloudWatch: map[string]faults.CloudWatch{},
		Dialer: func() dialing.Dialer { return dialing.Dialer{Resolver: stub.New(stub.Server(server), nil)} },
		Ledger: a.ledgerReader(access, cfg.Names().AppSecret()),
	}
	if file := options.aws.tokenFile; file != "" {
		system.Token = func(context.Context) (string, error) { return readToken(file) }
		if token, err := readToken(file); err != nil || token == "" {
			return onaws.System{}, refusef("--token-file %s has no token (%v)", file, err)
		}
	}
	for _, region := range access.Regions {
		system.FIS[region.Name] = fis.NewFromConfig(region.AWS)
		system.CloudWatch[region.Name] = cloudwatch.NewFromConfig(region.AWS)
	}
	return system, nil
}

// machineResolver is the first DNS server of this machine: a payer asks one.
func machineResolver() (string, error) {
	const file = "/etc/resolv.conf"
	found, err := dns.ClientConfigFromFile(file)
	if err != nil {
		return "", fmt.Errorf("find the machine's DNS server: %w", err)
	}
	if len(found.Servers) == 0 {
		return "", refusef("%s names no DNS server: give one as --resolver", file)
	}
	return net.JoinHostPort(found.Servers[0], found.Port), nil
}

// ledgerReader connects to a Region's cluster, whoever is the writer, as the application, which may read everything.
func (a *app) ledgerReader(access operate.Access, secret string) func(context.Context, string) (*pgx.Conn, error) {
	return func(ctx context.Context, name string) (*pgx.Conn, error) {
		region, _ := access.Region(name)
		output, err := rds.NewFromConfig(region.AWS).DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &region.Cluster})
		if err != nil {
			return nil, fmt.Errorf("find endpoint of cluster %s: %w", region.Cluster, err)
		}
		if len(output.DBClusters) != 1 {
			return nil, fmt.Errorf("find endpoint of cluster %s: RDS returned %d clusters, want 1", region.Cluster, len(output.DBClusters))
		}
		found := output.DBClusters[0]
		var hosts []string
		for _, host := range []*string{found.Endpoint, found.ReaderEndpoint} { // a secondary cluster has readers only
			if aws.ToString(host) != "" {
				hosts = append(hosts, *host)
			}
		}
		return connect.Open(ctx, connect.Settings{
			Hosts: hosts, Port: int(aws.ToInt32(found.Port)),
			Database: a.variable(functionenv.LedgerDatabase), CAFile: a.variable(functionenv.LedgerCAFile),
			Application: "paymentdr drill", ReadOnly: true, StatementTimeout: ledgerReadTimeout,
		}, connect.NewSecret(secretsmanager.NewFromConfig(region.AWS), secret))
	}
}
