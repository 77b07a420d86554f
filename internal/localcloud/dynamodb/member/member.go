// Package member runs one Region's member of the Raft store (etcd 3.6) in this process.
//
// Measured pitfalls that it takes care of: members that start together split their votes (so a caller starts the first,
// waits for its peer listener, then the rest); WarningUnaryRequestDuration of 0 logs every request with its keys; logs
// go where the caller wants them; a stop is a close of the member, which takes about a second.
package member

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/types"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/membership"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// Options of a member.
type Options struct {
	// Name is unique among the members: the Region's.
	Name string
	// Dir keeps the member's log and snapshots; a member with a Dir from an earlier run goes on from it.
	Dir string
	// PeerAddr is the loopback address, host:port, at which the member listens to other members.
	PeerAddr string
	// Peers are the URLs of all members by name, http://host:port, this one too, the same at every member. To put a link
	// between members, name a proxy's address that forwards to the PeerAddr.
	Peers map[string]string
	// Heartbeat and Election are Raft's times; defaults 50 and 500 ms. The election time must be well above the largest
	// round-trip time between members.
	Heartbeat, Election time.Duration
	// Logger gets etcd's warnings and errors; nil discards them.
	Logger *slog.Logger
}

// Member is a running member.
type Member struct {
	etcd   *embed.Etcd
	client *clientv3.Client
}

const (
	clusterToken = "paymentdr-dynamodb"
	// maxRequest fits an item of 400 KB as JSON with its copies in 20 indexes.
	maxRequest = 32 << 20
	quota      = 8 << 30
	// revisions are how many old versions are kept; only CAS on the latest is ever needed.
	revisions = "10000"
	// slowRequest is etcd's own default for its binary; NewConfig leaves it at 0.
	slowRequest = 300 * time.Millisecond
	// slowApply is above what a busy disk of a developer's machine takes now and then; etcd's 100 ms fill the log.
	slowApply = time.Second
)

// Start starts the member. It returns when the member listens; Ready tells when the store has a quorum.
func Start(options Options) (*Member, error) {
	config, err := configure(options)
	if err != nil {
		return nil, err
	}
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, fmt.Errorf("start member %s: %w", options.Name, err)
	}
	return &Member{etcd: etcd, client: v3client.New(etcd.Server)}, nil
}

func configure(options Options) (*embed.Config, error) {
	own, ok := options.Peers[options.Name]
	if !ok {
		return nil, fmt.Errorf("configure member %s: it is not among its peers", options.Name)
	}
	listen, errListen := url.Parse("http://" + options.PeerAddr)
	advertise, errAdvertise := url.Parse(own)
	if err := errors.Join(errListen, errAdvertise); err != nil {
		return nil, fmt.Errorf("configure member %s: %w", options.Name, err)
	}
	var cluster []string
	for name, peer := range options.Peers {
		cluster = append(cluster, name+"="+peer)
	}
	config := embed.NewConfig()
	config.Name, config.Dir = options.Name, options.Dir
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*listen}, []url.URL{*advertise}
	// Clients are in this process: nothing listens for others.
	config.ListenClientUrls, config.AdvertiseClientUrls = nil, []url.URL{*advertise}
	config.InitialCluster, config.ClusterState = strings.Join(cluster, ","), embed.ClusterStateFlagNew
	config.InitialClusterToken = clusterToken
	config.TickMs, config.ElectionMs = 50, 500
	if options.Heartbeat > 0 {
		config.TickMs = uint(options.Heartbeat.Milliseconds())
	}
	if options.Election > 0 {
		config.ElectionMs = uint(options.Election.Milliseconds())
	}
	config.WarningUnaryRequestDuration, config.WarningApplyDuration = slowRequest, slowApply
	config.MaxRequestBytes, config.QuotaBackendBytes = maxRequest, quota
	config.AutoCompactionMode, config.AutoCompactionRetention = embed.CompactorModeRevision, revisions
	config.EnableGRPCGateway = false
	config.ZapLoggerBuilder = embed.NewZapLoggerBuilder(logger(options.Logger))
	return config, nil
}

// ID is what a member of that peer URL calls itself to others, in the header X-Server-From of every message between
// members: a proxy in a link can tell by it where a message comes from.
func ID(name, peerURL string) (string, error) {
	urls, err := types.NewURLs([]string{peerURL})
	if err != nil {
		return "", fmt.Errorf("read peer URL of %s: %w", name, err)
	}
	return membership.NewMember(name, urls, clusterToken, nil).ID.String(), nil
}

// Raft is the member's client, without a network between.
func (m *Member) Raft() *clientv3.Client { return m.client }

// Ready waits until the member takes part in a quorum.
func (m *Member) Ready(ctx context.Context) error {
	select {
	case <-m.etcd.Server.ReadyNotify():
	case err := <-m.etcd.Err():
		return fmt.Errorf("wait for member: %w", err)
	case <-ctx.Done():
		return fmt.Errorf("wait for member to be ready: %w", ctx.Err())
	}
	for {
		attempt, cancel := context.WithTimeout(ctx, time.Second)
		_, err := m.client.Get(attempt, "ready")
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for quorum: %w", errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Err tells of a failure of the member after its start.
func (m *Member) Err() <-chan error { return m.etcd.Err() }

// Close stops the member and waits for it.
func (m *Member) Close() error {
	err := m.client.Close()
	m.etcd.Close()
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("close member's client: %w", err)
	}
	return nil
}
