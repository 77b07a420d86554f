package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/function/processor"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
	"github.com/paymentdr/paymentdr/internal/payment/paymentmetrics"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// wire puts the API over the stores that the options name; metrics go to out. Nothing is connected yet.
func (a *app) wire(ctx context.Context, options serveOptions, log *slog.Logger, out io.Writer) (*httpapi.API, func(), error) {
	config, err := awsConfig(ctx, options.region, options.dynamoDB)
	if err != nil {
		return nil, nil, err
	}
	pool, err := options.ledger.open(ctx, a, options.region, func(s *connect.Settings) { s.MaxConnections = options.connections })
	if err != nil {
		return nil, nil, err
	}
	client := journal.NewClient(config)
	store := journal.New(client, options.journalTable, journal.Options{})
	lease := control.New(client, options.controlTable, 0)
	api, err := processor.Wire(options.region, payment.Place(options.place), processor.Parts{
		Journal: store, Prober: store, Ledger: ledger.New(pool),
		Lease: control.NewCached(lease, processor.LeaseFresh, processor.LeaseStale, nil), HealthLease: lease,
		Observer: &paymentmetrics.Observer{
			Metrics: telemetry.NewWriter(out, options.environment), Log: log,
		},
	})
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return api, pool.Close, nil
}

// awsConfig is the SDK's configuration for an endpoint, or for AWS if there is none. A server on loopback is not AWS and
// gets credentials of nobody.
func awsConfig(ctx context.Context, region, endpoint string) (aws.Config, error) {
	var options []func(*awsconfig.LoadOptions) error
	if region != "" {
		options = append(options, awsconfig.WithRegion(region))
	}
	if endpoint != "" {
		parsed, err := url.Parse(endpoint)
		if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" {
			return aws.Config{}, refusef("--dynamodb-endpoint %q is not http://host:port", endpoint)
		}
		options = append(options, awsconfig.WithBaseEndpoint(endpoint))
		if ip := net.ParseIP(parsed.Hostname()); parsed.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
			options = append(options, awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")))
		}
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("load AWS configuration: %w", err)
	}
	return config, nil
}

// lockedWriter keeps the lines of the log and of the metrics apart.
type lockedWriter struct {
	mutex sync.Mutex
	out   io.Writer
}

func (l *lockedWriter) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.out.Write(line)
}
