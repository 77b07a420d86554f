// Package local makes a local cloud the target of a drill.
package local

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// target is a local cloud seen from outside.
type target struct {
	client *control.Client
	status control.Status
	roots  *x509.CertPool
	api    *http.Client
	keys   aws.CredentialsProvider
	admin  map[string]string // secret ARN by Region
	app    map[string]string
	minted string // bearer token
}

// Target asks a running cloud what a drill needs to know.
func Target(ctx context.Context, client *control.Client) (run.Target, error) {
	status, err := client.Status(ctx)
	if err != nil {
		return run.Target{}, err
	}
	t := &target{client: client, status: status}
	if err := t.prepare(ctx); err != nil {
		return run.Target{}, fmt.Errorf("prepare drill of %s: %w", status.Name, err)
	}
	made := run.Target{
		Primary: status.Layout.Primary, Secondary: status.Layout.Secondary, Witness: status.Layout.Witness,
		Endpoint: "https://" + status.Failover.Name, Regional: map[string]string{},
		Dialer: t.dialer, Roots: t.roots, Token: t.token, Config: t.config, Ledger: t.ledger, Events: t.events,
		TTL: status.Failover.TTL, Order: client.Order, Function: t.function, Secret: t.secret, Whole: t.whole,
	}
	for _, region := range status.Layout.Regions() {
		made.Regional[region] = "https://" + region + "." + status.Failover.Name
	}
	err = errors.Join(t.output("global", "dynamodb_table_name", &made.JournalTable), t.output("global", "control_table_name", &made.ControlTable))
	return made, err
}

func (t *target) prepare(ctx context.Context) error {
	primary := t.status.Layout.Primary
	variables, err := t.client.Environment(ctx, primary)
	if err != nil {
		return err
	}
	authority, err := os.ReadFile(variables["AWS_CA_BUNDLE"])
	if err != nil {
		return fmt.Errorf("read the cloud's certificate authority: %w", err)
	}
	t.roots = x509.NewCertPool()
	if !t.roots.AppendCertsFromPEM(authority) {
		return errors.New("read the cloud's certificate authority: no certificate in it")
	}
	t.keys = credentials.NewStaticCredentialsProvider(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], "")
	t.api = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: t.roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 16,
	}}
	if t.minted, err = t.client.Token(ctx, "payer"); err != nil {
		return err
	}
	var secrets struct {
		Admin, App struct{ Primary, Secondary string }
	}
	if err := t.output("global", "secret_arns", &secrets); err != nil {
		return err
	}
	t.admin = map[string]string{primary: secrets.Admin.Primary, t.status.Layout.Secondary: secrets.Admin.Secondary}
	t.app = map[string]string{primary: secrets.App.Primary, t.status.Layout.Secondary: secrets.App.Secondary}
	return nil
}

// output reads an output of a root.
func (t *target) output(root, name string, into any) error {
	value, found := t.status.Outputs[root][name]
	if !found {
		return fmt.Errorf("root %s has no output %s; it has %v", root, name, slices.Sorted(maps.Keys(t.status.Outputs[root])))
	}
	if err := json.Unmarshal(value, into); err != nil {
		return fmt.Errorf("read output %s of root %s: %w", name, root, err)
	}
	return nil
}

// dialer is a payer's own: what it resolves, nobody else knows. The cloud may be unable to use the port of https.
func (t *target) dialer() dialing.Dialer {
	const https = 443
	return dialing.Dialer{
		Resolver: stub.New(stub.Server(t.status.Layout.Resolver().String()), nil),
		Ports: func(host string, port int) string {
			if port == https {
				port = int(t.status.Layout.HTTPS)
			}
			return net.JoinHostPort(host, strconv.Itoa(port))
		},
	}
}

// token is one for all payers and for the whole drill, which is shorter than its life: minting is not what is measured.
func (t *target) token(context.Context) (string, error) { return t.minted, nil }

func (t *target) config(region string) aws.Config {
	return aws.Config{Region: region, HTTPClient: t.api, Credentials: t.keys, BaseEndpoint: aws.String("https://" + t.status.Layout.PublicAPI(region).String())}
}

// ledger connects to a Region's database as its administrator, past everything that the service uses.
func (t *target) ledger(ctx context.Context, region string) (*pgx.Conn, error) {
	value, err := secretsmanager.NewFromConfig(t.config(region)).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(t.admin[region])})
	if err != nil {
		return nil, fmt.Errorf("read the administrator's secret: %w", err)
	}
	var login struct{ Username, Password, DBName string }
	if err := json.Unmarshal([]byte(aws.ToString(value.SecretString)), &login); err != nil {
		return nil, errors.New("read the administrator's secret: it is not the JSON that was expected")
	}
	i := slices.IndexFunc(t.status.Databases, func(each control.DatabaseStatus) bool { return each.Region == region })
	if i < 0 {
		return nil, fmt.Errorf("no cluster in %s", region)
	}
	config, err := pgx.ParseConfig("host=localhost sslmode=disable connect_timeout=5")
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(t.status.Databases[i].Address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	config.Host, config.Port, config.User, config.Password, config.Database = host, uint16(number), login.Username, login.Password, login.DBName
	config.Fallbacks = nil
	config.TLSConfig = &tls.Config{RootCAs: t.roots, ServerName: t.status.Databases[i].Name, MinVersion: tls.VersionTLS12}
	return pgx.ConnectConfig(ctx, config)
}
