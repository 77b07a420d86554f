// Package local is how an operator reaches a local cloud: everything is asked of the cloud while it runs, and then the same
// SDKs, DNS and HTTPS are used as with AWS, at the cloud's own addresses. Nothing goes past its services.
package local

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/operate"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// dnsRegion is where Route 53 is measured; a cloud without that Region has no such alarms.
const dnsRegion = "us-east-1"

// readTimeout bounds a statement in a ledger.
const readTimeout = time.Minute

// Access asks a running cloud how it is reached. Names and times are those that its failover controllers were deployed
// with, whatever the configuration on disk says now.
func Access(ctx context.Context, client *control.Client) (operate.Access, error) {
	status, err := client.Status(ctx)
	if err != nil {
		return operate.Access{}, err
	}
	access, err := connect(ctx, client, status)
	if err != nil {
		return operate.Access{}, fmt.Errorf("reach the local cloud %s: %w", status.Name, err)
	}
	return access, nil
}

func connect(ctx context.Context, client *control.Client, status control.Status) (operate.Access, error) {
	way, err := newWay(ctx, client, status)
	if err != nil {
		return operate.Access{}, err
	}
	primary := status.Controllers[status.Layout.Primary]
	if primary == nil {
		return operate.Access{}, errors.New("its files have no failover controller")
	}
	access := operate.Access{
		Environment: primary[functionenv.Environment], ControlTable: primary[functionenv.ControlTable], JournalTable: primary[functionenv.JournalTable],
		GlobalCluster: primary[functionenv.GlobalCluster], Domain: status.Failover.Name, Resolver: way.resolver,
		DNS: way.aws(dnsRegion, dnsRegion), Zones: way.aws(running(status), dnsRegion),
	}
	if access.TTL, err = length(primary, functionenv.LeaseTTL); err != nil {
		return operate.Access{}, err
	}
	if access.Tick, err = length(primary, functionenv.LeaseTick); err != nil {
		return operate.Access{}, err
	}
	names := config.Config{EnvironmentSuffix: access.Environment}.Names()
	for _, name := range status.Layout.Regions() {
		variables := status.Controllers[name]
		if variables == nil {
			return operate.Access{}, fmt.Errorf("its files have no failover controller in %s", name)
		}
		role := config.Role(variables[functionenv.Place])
		if slices.Contains(status.Layout.Regions(), dnsRegion) {
			access.DNSAlarmPrefixes = append(access.DNSAlarmPrefixes, names.Alarm(role, "unhealthy"))
		}
		ledgers := operate.Ledgers{
			AWS: way.aws(name, name), Secret: variables[functionenv.DBSecretARN], Database: variables[functionenv.LedgerDatabase],
			CAFile: way.authority, Host: way.database, ReadTimeout: readTimeout,
		}
		access.Regions = append(access.Regions, operate.Region{
			Name: name, Place: payment.Place(role), AWS: way.aws(name, name), Cluster: variables[functionenv.Cluster],
			API: "https://" + name + "." + status.Failover.Name, HTTP: way.http, AlarmPrefix: "payment-" + string(role) + "-", Ledger: ledgers.Open,
		})
	}
	return access, nil
}

// running is a Region that passes requests on to Route 53, which itself is in none.
func running(status control.Status) string {
	for _, region := range status.Regions {
		if region.State == control.Running && slices.Contains(status.Layout.Regions(), region.Name) {
			return region.Name
		}
	}
	return status.Layout.Primary
}

func length(variables map[string]string, name string) (time.Duration, error) {
	read, err := time.ParseDuration(variables[name])
	if err != nil {
		return 0, fmt.Errorf("read %s of the failover controller: %w", name, err)
	}
	return read, nil
}

// way is what leads to the cloud.
type way struct {
	client    *control.Client
	status    control.Status
	authority string // a file
	http      *http.Client
	resolver  *net.Resolver
	keys      aws.CredentialsProvider
}

func newWay(ctx context.Context, client *control.Client, status control.Status) (*way, error) {
	variables, err := client.Environment(ctx, status.Layout.Primary)
	if err != nil {
		return nil, err
	}
	w := &way{client: client, status: status, authority: variables["AWS_CA_BUNDLE"]}
	content, err := os.ReadFile(w.authority)
	if err != nil {
		return nil, fmt.Errorf("read certificate authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("read certificate authority: no certificate in %s", w.authority)
	}
	w.keys = credentials.NewStaticCredentialsProvider(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], "")
	w.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, status.Layout.Resolver().String())
	}}
	w.http = &http.Client{Transport: &http.Transport{
		DialContext: w.dial, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 16,
	}}
	return w, nil
}

// dial resolves names as payers do. The cloud may be unable to use the port of https.
func (w *way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	if port == "443" {
		port = strconv.Itoa(int(w.status.Layout.HTTPS))
	}
	return (&net.Dialer{Resolver: w.resolver}).DialContext(ctx, network, net.JoinHostPort(host, port))
}

// aws reaches the APIs that a Region of the cloud serves, as a Region.
func (w *way) aws(at, region string) aws.Config {
	made := aws.Config{Region: region, HTTPClient: w.http, Credentials: w.keys}
	if slices.Contains(w.status.Layout.Regions(), at) {
		made.BaseEndpoint = aws.String("https://" + w.status.Layout.PublicAPI(at).String())
	}
	return made
}

// database is the address of a cluster's endpoint, whose name only functions can resolve. Clusters come and go, so the
// cloud is asked again.
func (w *way) database(ctx context.Context, endpoint string) (string, error) {
	status, err := w.client.Status(ctx)
	if err != nil {
		return "", err
	}
	for _, each := range status.Databases {
		if each.Name == endpoint {
			host, _, err := net.SplitHostPort(each.Address)
			return host, err
		}
	}
	return "", fmt.Errorf("the cloud has no endpoint %s", endpoint)
}
