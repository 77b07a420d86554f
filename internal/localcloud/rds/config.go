package rds

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds/iamtoken"
	"github.com/paymentdr/paymentdr/internal/postgres"
)

// Config is what a Service works with. Dir, Regions, Listen and Issue are required.
type Config struct {
	// Dir is a folder of the service's own, absolute and short (a socket's path has 103 bytes at most), which the user
	// that PostgreSQL runs as can enter. Close removes what the service put there.
	Dir string
	// Regions are the loopback addresses of the Regions' servers by Region name.
	Regions map[string]string
	// Account is the account id in ARNs; default 123456789012.
	Account string
	// Programs are PostgreSQL's; the zero value looks for them.
	Programs postgres.Binaries
	// Listen opens the listener of a cluster in a Region; port is the cluster's own, 5432 by default.
	Listen func(ctx context.Context, region, cluster string, port int) (net.Listener, error)
	// Register tells where a name leads from now on; the zero address says nowhere. It must not call the service.
	Register func(name string, address netip.AddrPort)
	// Link gives the address by which a Region reaches "host:port" of another one; nil is the address itself.
	Link func(from, to, address string) (string, error)
	// Issue makes the certificate for names and addresses.
	Issue func(hosts ...string) (*postgres.TLS, error)
	// Keys verify IAM tokens; nil refuses all.
	Keys iamtoken.Keys
	// Metric gets the metrics; nil drops them. It must not block.
	Metric func(Metric)
	// Fsync makes commits wait for the disk. Without it they survive the end of any process, only not the machine's; and
	// the data is removed at Close in any case.
	Fsync bool
	// Every is how often lag is measured and lost Regions are looked for; default 1 s. CloudWatch's period is 60 s.
	Every time.Duration
	// FenceTimeout bounds the try to stop a primary before it is replaced; default 1 s.
	FenceTimeout time.Duration
	// SyncTimeout bounds how long a switchover waits for the secondary; default 60 s.
	SyncTimeout time.Duration
	Now         func() time.Time // default time.Now
	Logger      *slog.Logger     // default none
}

// Metric is one value for CloudWatch, namespace AWS/RDS.
type Metric struct {
	Region, Name string
	Dimensions   map[string]string
	At           time.Time
	Unit         string // as CloudWatch names it
	Value        float64
}

// Names of the metrics; both in milliseconds, with the secondary cluster as DBClusterIdentifier and in its Region only.
const (
	MetricReplicationLag = "AuroraGlobalDBReplicationLag"
	MetricRPOLag         = "AuroraGlobalDBRPOLag"
)

// withDefaults checks a copy and fills its zero values.
func (c Config) withDefaults(ctx context.Context) (Config, error) {
	if !filepath.IsAbs(c.Dir) {
		return c, fmt.Errorf("check rds configuration: dir %q is not an absolute path", c.Dir)
	}
	if len(c.Regions) == 0 || c.Listen == nil || c.Issue == nil {
		return c, errors.New("check rds configuration: Regions, Listen and Issue are required")
	}
	for region, address := range c.Regions {
		if ip, err := netip.ParseAddr(address); err != nil || !ip.IsLoopback() {
			return c, fmt.Errorf("check rds configuration: address %q of %s is not a loopback address", address, region)
		}
	}
	if c.Programs.Dir == "" {
		var err error
		if c.Programs, err = postgres.Find(ctx); err != nil {
			return c, err
		}
	}
	setDefault(&c.Account, "123456789012")
	setDefault(&c.Every, time.Second)
	setDefault(&c.FenceTimeout, time.Second)
	setDefault(&c.SyncTimeout, time.Minute)
	if c.Register == nil {
		c.Register = func(string, netip.AddrPort) {}
	}
	if c.Link == nil {
		c.Link = func(_, _, address string) (string, error) { return address, nil }
	}
	if c.Metric == nil {
		c.Metric = func(Metric) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
