package rds

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

const (
	lookTimeout   = 500 * time.Millisecond // of one look at one server
	silence       = 4 * time.Second        // a healthy idle stream says something every 2.5 s
	mostSightings = 4096
)

// observer measures lag. Only its goroutine touches it.
type observer struct {
	service *Service
	conns   map[*postgres.Server]*pgx.Conn
	seen    map[*postgres.Server][]sighting // of writers
	heard   map[*postgres.Server]time.Time  // when a secondary last heard from its writer
	delay   map[string]time.Duration        // replay_lag by secondary, from the last look at the writer
}

// pairing is a writer with its secondaries, as of one moment.
type pairing struct {
	writer      *postgres.Server // nil when its Region is down
	source      string           // the writer's Region
	key         *postgres.Server
	secondaries []follower
}

type follower struct {
	cluster *cluster
	server  *postgres.Server
}

// observe runs until the service is closed.
func (s *Service) observe() {
	o := &observer{service: s, conns: map[*postgres.Server]*pgx.Conn{}, seen: map[*postgres.Server][]sighting{},
		heard: map[*postgres.Server]time.Time{}}
	defer o.close()
	ticks := time.NewTicker(s.config.Every)
	defer ticks.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticks.C:
		}
		pairs := s.pairings()
		for _, pair := range pairs {
			o.look(s.ctx, pair)
		}
		o.forgetServers(pairs)
		s.rejoinLost()
	}
}

func (s *Service) pairings() []pairing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var pairs []pairing
	for _, name := range sortedKeys(s.globals) {
		g := s.globals[name]
		if g.writer == nil || g.writer.server == nil {
			continue
		}
		pair := pairing{key: g.writer.server, source: g.writer.region.name}
		if !g.writer.region.down && g.writer.server.Running() {
			pair.writer = g.writer.server
		}
		for _, secondary := range g.secondaries() {
			if secondary.server != nil && !secondary.region.down && secondary.server.Running() {
				pair.secondaries = append(pair.secondaries, follower{secondary, secondary.server})
			}
		}
		pairs = append(pairs, pair)
	}
	return pairs
}

// look measures one global database and reports it.
func (o *observer) look(ctx context.Context, pair pairing) {
	o.delay = map[string]time.Duration{}
	if pair.writer != nil {
		o.lookAtWriter(ctx, pair.writer)
	}
	lowest := int64(-1)
	for _, one := range pair.secondaries {
		replayed, lag, silent, err := o.lookAtSecondary(ctx, pair, one)
		if err != nil {
			continue // nothing was measured, so nothing is reported: silence is what alarms look for
		}
		if lowest < 0 || replayed < lowest {
			lowest = replayed
		}
		o.report(one.cluster, lag, max(lag, silent))
	}
	if lowest >= 0 {
		o.seen[pair.key] = forget(o.seen[pair.key], lowest, mostSightings)
	}
}

func (o *observer) lookAtWriter(ctx context.Context, server *postgres.Server) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	conn, err := o.conn(ctx, server)
	if err != nil {
		return
	}
	at := time.Now()
	var position int64
	if err := conn.QueryRow(ctx, writtenPosition).Scan(&position); err != nil {
		return
	}
	o.seen[server] = append(o.seen[server], sighting{at, position})
	rows, err := conn.Query(ctx, `SELECT application_name, coalesce(extract(epoch FROM replay_lag) * 1000000, 0)::bigint
		FROM pg_stat_replication WHERE state = 'streaming'`)
	if err != nil {
		return
	}
	var name string
	var microseconds int64
	// A failure leaves delays out, which only lessens the precision.
	_, _ = pgx.ForEachRow(rows, []any{&name, &microseconds}, func() error {
		o.delay[name] = time.Duration(microseconds) * time.Microsecond
		return nil
	})
}

// lookAtSecondary returns how far the secondary is and behind the writer, and how long its writer has been silent.
func (o *observer) lookAtSecondary(ctx context.Context, pair pairing, one follower) (replayed int64, lag, silent time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	conn, err := o.conn(ctx, one.server)
	if err != nil {
		return 0, 0, 0, err
	}
	var heard *time.Time
	err = conn.QueryRow(ctx, "SELECT ("+replayedPosition[len("SELECT "):]+
		"), (SELECT max(last_msg_receipt_time) FROM pg_stat_wal_receiver WHERE status = 'streaming')").Scan(&replayed, &heard)
	if err != nil {
		return 0, 0, 0, err
	}
	now := time.Now()
	lag = max(behind(o.seen[pair.key], replayed, now), o.delay[one.cluster.spec.Identifier])
	if heard != nil {
		o.heard[one.server] = *heard
	} else if _, ok := o.heard[one.server]; !ok {
		o.heard[one.server] = now
	}
	if silent = now.Sub(o.heard[one.server]); silent < silence {
		silent = 0
	}
	return replayed, lag, silent, nil
}

func (o *observer) report(c *cluster, rpo, replication time.Duration) {
	s := o.service
	s.mu.Lock()
	c.lag = rpo
	id, regionName := c.spec.Identifier, c.region.name
	s.mu.Unlock()
	at := s.config.Now()
	for name, value := range map[string]time.Duration{MetricReplicationLag: replication, MetricRPOLag: rpo} {
		s.config.Metric(Metric{Region: regionName, Name: name, Dimensions: map[string]string{"DBClusterIdentifier": id},
			At: at, Unit: "Milliseconds", Value: float64(value.Microseconds()) / 1000})
	}
}

// conn is a kept connection to a server, made anew when it broke.
func (o *observer) conn(ctx context.Context, server *postgres.Server) (*pgx.Conn, error) {
	if kept := o.conns[server]; kept != nil && !kept.IsClosed() {
		return kept, nil
	}
	made, err := control(ctx, server)
	if err != nil {
		return nil, err
	}
	o.conns[server] = made
	return made, nil
}

// forgetServers drops what is known of servers that are not observed any more.
func (o *observer) forgetServers(pairs []pairing) {
	current := map[*postgres.Server]bool{}
	for _, pair := range pairs {
		current[pair.key] = true
		for _, one := range pair.secondaries {
			current[one.server] = true
		}
	}
	for server, conn := range o.conns {
		if !current[server] {
			closeQuickly(conn)
			delete(o.conns, server)
		}
	}
	for server := range o.seen {
		if !current[server] {
			delete(o.seen, server)
		}
	}
	for server := range o.heard {
		if !current[server] {
			delete(o.heard, server)
		}
	}
}

func (o *observer) close() {
	for _, conn := range o.conns {
		closeQuickly(conn)
	}
}

// closeQuickly does not wait for a server that hangs.
func closeQuickly(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	conn.Close(ctx) // the server notices a closed socket by itself
}
