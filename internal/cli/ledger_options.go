package cli

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
)

// Environment variables of commands that reach a ledger or a journal themselves, beside those of the functions.
const (
	variableLedgerURL          = "LEDGER_URL"
	variableLedgerUser         = "LEDGER_USER"
	variableLedgerPasswordFile = "LEDGER_PASSWORD_FILE"
	variableDynamoDBEndpoint   = "AWS_ENDPOINT_URL_DYNAMODB" // the SDK's own
)

// ledgerOptions say how to reach a ledger: a URL or its parts. Their defaults are the functions' environment variables.
type ledgerOptions struct {
	url          string
	hosts        []string
	port         int
	database     string
	user         string
	passwordFile string
	secret       string
	caFile       string
}

func (o *ledgerOptions) register(flags *pflag.FlagSet, a *app) {
	o.url = a.variable(variableLedgerURL)
	flags.Func("ledger-url", "`URL` of the ledger: postgres://user:password@host:port/database?sslrootcert=file ($"+variableLedgerURL+")",
		func(value string) error { o.url = value; return nil })
	flags.StringArrayVar(&o.hosts, "ledger-host", nil, "`host` of the ledger; the first that accepts writes is used ($"+functionenv.LedgerHost+", $"+functionenv.LedgerGlobalHost+")")
	flags.IntVar(&o.port, "ledger-port", 0, "`port` of the ledger (default $"+functionenv.LedgerPort+" or 5432)")
	flags.StringVar(&o.database, "ledger-database", a.variable(functionenv.LedgerDatabase), "`name` of the database ($"+functionenv.LedgerDatabase+")")
	flags.StringVar(&o.user, "ledger-user", a.variable(variableLedgerUser), "`user` to log in as ($"+variableLedgerUser+")")
	flags.StringVar(&o.passwordFile, "ledger-password-file", a.variable(variableLedgerPasswordFile), "`file` with the user's password ($"+variableLedgerPasswordFile+")")
	flags.StringVar(&o.secret, "ledger-secret", a.variable(functionenv.DBSecretARN), "`ARN` of a secret with user and password, instead of both ($"+functionenv.DBSecretARN+")")
	flags.StringVar(&o.caFile, "ledger-ca-file", a.variable(functionenv.LedgerCAFile), "PEM `file` to verify the server with; default is the RDS bundle ($"+functionenv.LedgerCAFile+")")
}

// settings are what package connect needs, and the login if a URL has it.
func (o *ledgerOptions) settings(a *app) (connect.Settings, connect.Login, error) {
	settings := connect.Settings{Hosts: o.hosts, Port: o.port, Database: o.database, CAFile: o.caFile, Application: "paymentdr"}
	if o.url != "" {
		return parseLedgerURL(o.url, settings)
	}
	if len(o.hosts) == 0 {
		for _, name := range []string{functionenv.LedgerHost, functionenv.LedgerGlobalHost} {
			if host := a.variable(name); host != "" {
				settings.Hosts = append(settings.Hosts, host)
			}
		}
	}
	if len(settings.Hosts) == 0 {
		return settings, connect.Login{}, refusef("no ledger: give --ledger-url or --ledger-host")
	}
	if o.port == 0 && a.variable(functionenv.LedgerPort) != "" {
		port, err := strconv.Atoi(a.variable(functionenv.LedgerPort))
		if err != nil {
			return settings, connect.Login{}, refusef("%s %q is not a port", functionenv.LedgerPort, a.variable(functionenv.LedgerPort))
		}
		settings.Port = port
	}
	if settings.Port < 0 || settings.Port > 65535 {
		return settings, connect.Login{}, refusef("--ledger-port %d is not in 1..65535", settings.Port)
	}
	return settings, connect.Login{}, nil
}

// parseLedgerURL reads what a deployed ledger can be reached by: over TLS that verifies the server, always. An error
// never repeats the URL, which may have a password.
func parseLedgerURL(address string, settings connect.Settings) (connect.Settings, connect.Login, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "postgres" && parsed.Scheme != "postgresql" || parsed.Hostname() == "" || parsed.User == nil {
		return settings, connect.Login{}, refusef("--ledger-url is not postgres://user:password@host:port/database")
	}
	query := parsed.Query()
	for name := range query {
		if !slices.Contains([]string{"sslmode", "sslrootcert"}, name) {
			return settings, connect.Login{}, refusef("--ledger-url: parameter %s is not known (sslrootcert and sslmode are)", name)
		}
	}
	if mode := query.Get("sslmode"); mode != "" && mode != "verify-full" {
		return settings, connect.Login{}, refusef("--ledger-url: sslmode %s: the ledger is only reached with verify-full", mode)
	}
	settings.Hosts, settings.Database = []string{parsed.Hostname()}, strings.TrimPrefix(parsed.Path, "/")
	if parsed.Port() != "" {
		if settings.Port, err = strconv.Atoi(parsed.Port()); err != nil {
			return settings, connect.Login{}, refusef("--ledger-url: port %s is not a number", parsed.Port())
		}
	}
	if file := query.Get("sslrootcert"); file != "" {
		settings.CAFile = file
	}
	password, _ := parsed.User.Password()
	return settings, connect.Login{User: parsed.User.Username(), Password: password}, nil
}

// open makes the connections; nothing is connected yet.
func (o *ledgerOptions) open(ctx context.Context, a *app, region string, adjust func(*connect.Settings)) (*connect.Pool, error) {
	settings, login, err := o.settings(a)
	if err != nil {
		return nil, err
	}
	adjust(&settings)
	credentials, err := o.credentials(ctx, login, region)
	if err != nil {
		return nil, err
	}
	return connect.New(settings, credentials)
}

// credentials come from the URL, else from a user and a password file, else from a secret.
func (o *ledgerOptions) credentials(ctx context.Context, login connect.Login, region string) (connect.Credentials, error) {
	switch {
	case login.User != "" && (login.Password != "" || o.passwordFile == ""):
		return fixedLogin(login), nil
	case login.User != "":
		return passwordFile{user: login.User, path: o.passwordFile}, nil
	case o.user != "" && o.passwordFile != "":
		return passwordFile{user: o.user, path: o.passwordFile}, nil
	case o.user != "" || o.passwordFile != "":
		return nil, refusef("--ledger-user and --ledger-password-file belong together")
	case o.secret != "":
		config, err := awsConfig(ctx, region, "")
		if err != nil {
			return nil, err
		}
		return connect.NewSecret(secretsmanager.NewFromConfig(config), o.secret), nil
	}
	return nil, refusef("no login for the ledger: give --ledger-user and --ledger-password-file, --ledger-secret, or a URL with both")
}

// fixedLogin is one login; there is no other to try.
type fixedLogin connect.Login

func (f fixedLogin) Login(context.Context, string, int) (connect.Login, error) {
	return connect.Login(f), nil
}

func (fixedLogin) Refused(connect.Login) {}

// passwordFile is read for each connection, so that a changed password is found.
type passwordFile struct{ user, path string }

func (p passwordFile) Login(context.Context, string, int) (connect.Login, error) {
	content, err := os.ReadFile(p.path)
	if err != nil {
		return connect.Login{}, fmt.Errorf("read ledger password: %w", err)
	}
	return connect.Login{User: p.user, Password: strings.TrimRight(string(content), "\r\n")}, nil
}

func (passwordFile) Refused(connect.Login) {}

// variable reads this run's environment; the last of two wins, as in the operating system.
func (a *app) variable(name string) string {
	value := ""
	for _, entry := range a.process.Environment {
		if found, ok := strings.CutPrefix(entry, name+"="); ok {
			value = found
		}
	}
	return value
}
