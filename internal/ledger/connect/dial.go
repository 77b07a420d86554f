package connect

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// keepAlive finds a peer that vanished without a word between two uses.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}

// dialer opens connections. Names are resolved anew each time, so a moved endpoint is followed.
type dialer struct {
	settings    Settings
	credentials Credentials
	roots       func() (*x509.CertPool, error)
}

func newDialer(settings Settings, credentials Credentials) *dialer {
	return &dialer{
		settings: settings, credentials: credentials,
		roots: sync.OnceValues(func() (*x509.CertPool, error) { return roots(settings.CAFile) }),
	}
}

// open returns a connection to the first host that is fit; the error has every host's reason.
func (d *dialer) open(ctx context.Context) (*pgx.Conn, error) {
	var reasons []error
	for _, host := range d.settings.Hosts {
		conn, err := d.openHost(ctx, host)
		if err == nil {
			return conn, nil
		}
		reasons = append(reasons, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("connect to ledger: %w", errors.Join(reasons...))
}

// openHost tries one host, twice when the credentials were refused the first time: a rotation may have replaced them.
func (d *dialer) openHost(ctx context.Context, host string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.settings.ConnectTimeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		login, err := d.credentials.Login(ctx, host, d.settings.Port)
		if err != nil {
			return nil, err
		}
		config, err := d.config(host, login)
		if err != nil {
			return nil, err
		}
		conn, err := pgx.ConnectConfig(ctx, config)
		if err == nil {
			return conn, nil
		}
		if !refused(err) {
			return nil, err
		}
		d.credentials.Refused(login)
		if attempt == 2 {
			return nil, err
		}
	}
}

// config is what pgx needs for host. It starts from a parsed string because pgx allows no other start, and that string
// names everything the PG* environment variables could otherwise change.
func (d *dialer) config(host string, login Login) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig("host=localhost port=5432 user=nobody password=none dbname=none sslmode=disable " +
		"passfile=/dev/null servicefile=/dev/null target_session_attrs=any")
	if err != nil {
		return nil, fmt.Errorf("configure ledger connection: %w", err)
	}
	pool, err := d.roots()
	if err != nil {
		return nil, err
	}
	config.Host, config.Port, config.Database = host, uint16(d.settings.Port), d.settings.Database
	config.User, config.Password = login.User, login.Password
	config.Fallbacks = nil
	// What sslmode=verify-full means: the chain and the name.
	config.TLSConfig = &tls.Config{RootCAs: pool, ServerName: host, MinVersion: tls.VersionTLS12}
	config.ConnectTimeout = d.settings.ConnectTimeout
	config.DialFunc = (&net.Dialer{KeepAliveConfig: keepAlive}).DialContext
	config.RuntimeParams = map[string]string{
		"application_name":                    d.settings.Application,
		"statement_timeout":                   strconv.FormatInt(d.settings.StatementTimeout.Milliseconds(), 10),
		"idle_in_transaction_session_timeout": "5000",
		"timezone":                            "UTC",
	}
	if !d.settings.ReadOnly {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	return config, nil
}

// refused tells whether the server did not accept the login (SQLSTATE class 28).
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && (answer.Code == "28P01" || answer.Code == "28000")
}
