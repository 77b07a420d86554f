package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/member"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/wire"
)

// Member is one Region of the local DynamoDB: its member of the Raft store and its endpoint.
type Member struct {
	// Name is the Region, as in us-east-1.
	Name string
	// Dir keeps the member's state; a Dir from an earlier run is gone on from.
	Dir string
	// ClientAddr is the loopback address, host:port, of the endpoint that speaks DynamoDB; port 0 takes a free one.
	// Empty means none: a witness votes and stores, and nobody reads or writes it; any other has Handler.
	ClientAddr string
	// PeerAddr is the loopback address at which the member listens to other members.
	PeerAddr string
	// Peers are the URLs by which members reach each other, by Name; a proxy's URL puts a link between them.
	Peers map[string]string
	// Heartbeat and Election are Raft's times; 0 means 50 and 500 ms. Election must be well above the largest round-trip
	// time of the links.
	Heartbeat, Election time.Duration
	// Store tunes timeouts and conflicts.
	Store store.Options
	// Authorize refuses callers; nil admits all that sign.
	Authorize func(ctx context.Context, caller wire.Caller, operation string, body []byte) error
	// Logger gets faults of the endpoint and warnings of the store; nil discards them.
	Logger *slog.Logger
}

// Running is a Member that was started.
type Running struct {
	member   Member
	raft     *member.Member
	server   *http.Server
	endpoint string
	served   chan error
	written  atomic.Uint64
}

// Start starts the member and, unless it is a witness, its endpoint. It does not wait for the other members: the first
// of a new cluster cannot have them. Start the first, then the others, then call Ready on each: members that all start
// at once split their votes for seconds.
func (m Member) Start() (*Running, error) {
	logger := m.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	raft, err := member.Start(member.Options{
		Name: m.Name, Dir: m.Dir, PeerAddr: m.PeerAddr, Peers: m.Peers, Heartbeat: m.Heartbeat, Election: m.Election, Logger: m.Logger,
	})
	if err != nil {
		return nil, err
	}
	m.Logger = logger
	running := &Running{member: m, raft: raft, served: make(chan error, 1)}
	if m.ClientAddr == "" {
		return running, nil
	}
	listener, err := net.Listen("tcp", m.ClientAddr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for DynamoDB of %s: %w", m.Name, err), raft.Close())
	}
	running.endpoint = "http://" + listener.Addr().String()
	running.server = &http.Server{Handler: running.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { running.served <- running.server.Serve(listener) }()
	return running, nil
}

// Handler is the Region's endpoint, for a server of the caller's own; a witness has none that anybody may use.
func (r *Running) Handler() http.Handler {
	options := r.member.Store
	options.Written = &r.written
	handler := NewHandler(store.New(r.raft.Raft(), r.member.Name, options), r.member.Logger)
	handler.Authorize = r.member.Authorize
	return handler
}

// Written is how many writes the endpoint has made.
func (r *Running) Written() uint64 { return r.written.Load() }

// Leads tells whether the Region's member leads the store: a write then takes one round trip to the nearest member.
func (r *Running) Leads() bool { return r.raft.Leads() }

// HandOver lets another Region's member lead, if this one does.
func (r *Running) HandOver(ctx context.Context, region string) error {
	return r.raft.HandOver(ctx, region)
}

// Endpoint is the URL of the DynamoDB endpoint; empty for a witness.
func (r *Running) Endpoint() string { return r.endpoint }

// Ready waits until the member takes part in a quorum, so that reads and writes work.
func (r *Running) Ready(ctx context.Context) error { return r.raft.Ready(ctx) }

// Err tells of a failure of the store's member after the start.
func (r *Running) Err() <-chan error { return r.raft.Err() }

// Close ends the endpoint and the member, and waits for them. What clients have sent and not been answered is open, as
// after a crash.
func (r *Running) Close() error {
	var failures []error
	if r.server != nil {
		failures = append(failures, r.server.Close())
		if err := <-r.served; !errors.Is(err, http.ErrServerClosed) {
			failures = append(failures, fmt.Errorf("serve DynamoDB: %w", err))
		}
	}
	return errors.Join(append(failures, r.raft.Close())...)
}
