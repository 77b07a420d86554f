package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// The errors that a caller tells apart.
var (
	ErrNoTable     = errors.New("table does not exist in this Region")
	ErrTableExists = errors.New("table exists")
	// ErrUnavailable: no quorum answered in time. A write may have been applied, or may yet be.
	ErrUnavailable = errors.New("no quorum answered in time")
	// ErrConflict: writers of other Regions kept winning the item; nothing was written.
	ErrConflict = errors.New("item is being written by another Region")
)

// Options of a Store; zero values mean the defaults.
type Options struct {
	// AttemptTimeout bounds one attempt at a quorum; default 250 ms. A proposal sent to a leader that died is lost, so
	// several short attempts survive what one long attempt does not.
	AttemptTimeout time.Duration
	// RequestTimeout bounds all attempts of one call; default 2 s.
	RequestTimeout time.Duration
	// Conflicts is how many times a write may lose its item to another Region before it is refused; default 3.
	Conflicts int
	// Written, if given, counts the writes that were made.
	Written *atomic.Uint64
}

func (o Options) withDefaults() Options {
	if o.AttemptTimeout <= 0 {
		o.AttemptTimeout = 250 * time.Millisecond
	}
	if o.RequestTimeout <= 0 {
		o.RequestTimeout = 2 * time.Second
	}
	if o.Conflicts <= 0 {
		o.Conflicts = 3
	}
	if o.Written == nil {
		o.Written = new(atomic.Uint64)
	}
	return o
}

// Raft is the part of the etcd client that is used.
type Raft interface {
	Do(ctx context.Context, op clientv3.Op) (clientv3.OpResponse, error)
	Grant(ctx context.Context, ttl int64) (*clientv3.LeaseGrantResponse, error)
}

// Store is the tables as seen from one Region. It is safe for concurrent use.
type Store struct {
	raft    Raft
	region  string
	options Options
	queues  [512]chan struct{}
	// decoded are definitions of tables (*schema.Table) by their key, each of the revision that it names.
	decoded sync.Map

	marks struct {
		sync.Mutex
		lease   clientv3.LeaseID
		granted time.Time
	}
}

// New is the store of the Region, over its member.
func New(raft Raft, region string, options Options) *Store {
	s := &Store{raft: raft, region: region, options: options.withDefaults()}
	for i := range s.queues {
		s.queues[i] = make(chan struct{}, 1)
	}
	return s
}

// Region is the Region whose member this is.
func (s *Store) Region() string { return s.region }

// errUndecided: an attempt had no answer, and since then others wrote the item, so nobody can tell what became of it.
var errUndecided = fmt.Errorf("item was written by others since an attempt without an answer: %w", ErrUnavailable)

var errTableChanged = fmt.Errorf("table was changed by others: %w", ErrUnavailable)

// permanent are the errors that no further attempt will change.
var permanent = []error{errUndecided, errTableChanged, ErrTableExists, rpctypes.ErrRequestTooLarge, rpctypes.ErrTooManyOps, rpctypes.ErrNoSpace, rpctypes.ErrDuplicateKey,
	rpctypes.ErrGRPCRequestTooLarge, rpctypes.ErrGRPCTooManyOps, rpctypes.ErrGRPCNoSpace, rpctypes.ErrGRPCDuplicateKey}

// retry attempts an operation until it is answered; n counts attempts from 0.
func (s *Store) retry(ctx context.Context, what string, attempt func(ctx context.Context, n int) error) error {
	for n := 0; ; n++ {
		err := s.attempt(ctx, n, attempt)
		if err == nil {
			return nil
		}
		for _, one := range permanent {
			if errors.Is(err, one) {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %d attempts, last: %w: %w", what, n+1, err, ErrUnavailable)
		case <-time.After(10 * time.Millisecond):
			// An answer such as "no leader" comes at once; do not spin on it.
		}
	}
}

func (s *Store) attempt(ctx context.Context, n int, attempt func(context.Context, int) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.AttemptTimeout)
	defer cancel()
	return attempt(ctx, n)
}

func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.options.RequestTimeout)
}

// get reads a key or range: through a quorum when strong, else from the local member.
func (s *Store) get(ctx context.Context, strong bool, key string, options ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	if !strong {
		options = append(options, clientv3.WithSerializable())
	}
	var response *clientv3.GetResponse
	err := s.retry(ctx, "read", func(ctx context.Context, _ int) error {
		answer, err := s.raft.Do(ctx, clientv3.OpGet(key, options...))
		response = answer.Get()
		return err
	})
	return response, err
}

const (
	markSeconds = 120
	// markRenewal is well before the marks' end, which must outlive any attempt.
	markRenewal = 60 * time.Second
)

// markLease is the lease under which marks of deletion disappear.
func (s *Store) markLease(ctx context.Context) (clientv3.LeaseID, error) {
	s.marks.Lock()
	defer s.marks.Unlock()
	if time.Since(s.marks.granted) < markRenewal {
		return s.marks.lease, nil
	}
	err := s.retry(ctx, "grant lease for marks of deletion", func(ctx context.Context, _ int) error {
		granted, err := s.raft.Grant(ctx, markSeconds)
		if err == nil {
			s.marks.lease, s.marks.granted = granted.ID, time.Now()
		}
		return err
	})
	return s.marks.lease, err
}
