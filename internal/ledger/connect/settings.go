package connect

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/functionenv"
)

// Settings say where the ledger is and how long to try. Zero durations and sizes mean the documented defaults.
type Settings struct {
	// Hosts are tried in order; the first that accepts writes is used. Normally this Region's cluster endpoint, then
	// the global writer endpoint.
	Hosts    []string
	Port     int    // default 5432
	Database string // default paymentdb
	CAFile   string // PEM file to verify servers with; empty is the built-in RDS bundle
	// Application is shown in pg_stat_activity.
	Application string
	// ReadOnly accepts a standby: for reading, never for posting.
	ReadOnly bool
	// ConnectTimeout bounds one try of one host, DNS, TCP, TLS and authentication; default 2 s.
	ConnectTimeout time.Duration
	// StatementTimeout is what the server itself allows a statement, should the client vanish; default 20 s.
	StatementTimeout time.Duration
	// MaxLifetime replaces connections before they are used again; default 15 min, as long as an
	// IAM token is valid.
	MaxLifetime time.Duration
	// MaxConnections bounds the pool; default 1, as a Lambda environment serves one request at a time.
	MaxConnections int
}

// Defaults of Settings.
const (
	defaultPort             = 5432
	defaultDatabase         = "paymentdb"
	defaultConnectTimeout   = 2 * time.Second
	defaultStatementTimeout = 20 * time.Second
	defaultMaxLifetime      = 15 * time.Minute
)

// FromEnvironment reads the variables that the stack sets on a function; lookup is os.Getenv in production.
func FromEnvironment(lookup func(string) string) (Settings, error) {
	settings := Settings{
		Database:    lookup(functionenv.LedgerDatabase),
		CAFile:      lookup(functionenv.LedgerCAFile),
		Application: "paymentdr " + lookup(functionenv.Region),
	}
	for _, variable := range []string{functionenv.LedgerHost, functionenv.LedgerGlobalHost} {
		if host := lookup(variable); host != "" {
			settings.Hosts = append(settings.Hosts, host)
		}
	}
	if port := lookup(functionenv.LedgerPort); port != "" {
		var err error
		if settings.Port, err = strconv.Atoi(port); err != nil {
			return Settings{}, fmt.Errorf("read %s: %q is not a port: %w", functionenv.LedgerPort, port, err)
		}
	}
	return settings.withDefaults()
}

// withDefaults checks a copy and fills its zero values.
func (s Settings) withDefaults() (Settings, error) {
	if len(s.Hosts) == 0 {
		return s, fmt.Errorf("ledger settings: no host: set %s or %s", functionenv.LedgerHost, functionenv.LedgerGlobalHost)
	}
	if s.Port < 0 || s.Port > 65535 {
		return s, fmt.Errorf("ledger settings: port %d is not in 1..65535", s.Port)
	}
	if s.ConnectTimeout < 0 || s.StatementTimeout < 0 || s.MaxLifetime < 0 || s.MaxConnections < 0 {
		return s, errors.New("ledger settings: a timeout or size is negative")
	}
	setDefault(&s.Port, defaultPort)
	setDefault(&s.Database, defaultDatabase)
	setDefault(&s.ConnectTimeout, defaultConnectTimeout)
	setDefault(&s.StatementTimeout, defaultStatementTimeout)
	setDefault(&s.MaxLifetime, defaultMaxLifetime)
	setDefault(&s.MaxConnections, 1)
	return s, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
