package secretsmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options are what a Service stands on. Region and Account are needed; the zero value of the rest works.
type Options struct {
	// Region and Account of every secret.
	Region, Account string
	// Folder holds a folder "secrets" with a file for each secret, readable by this user only, so that a Region that was
	// killed finds its secrets; "" keeps them in memory.
	Folder string
	// Replicate carries a secret's state to its replica in another Region, where ApplyReplica takes it; PostReplica and
	// ReplicaHandler do it over HTTP. It is called for one state at a time and Region, the newest, again until it succeeds or
	// answers an *Error with CodeExists or CodePromoted. Without it secrets have no replicas.
	Replicate func(ctx context.Context, region string, state ReplicaState) error
	// Rotate invokes a rotation function with an event, and returns the function's error or that of the invocation. Without
	// it secrets are not rotated.
	Rotate func(ctx context.Context, functionARN string, event []byte) error
	// Now is the clock of schedules and deletions; nil is time.Now. A clock that jumps is noticed within 10 seconds.
	Now func() time.Time
	// RetryDelay is the wait after the nth failure of a rotation in a row; nil is RotationRetryDelay.
	RetryDelay func(failures int) time.Duration
	// Logger gets what goes wrong in the background, never a value; nil logs nothing.
	Logger *slog.Logger
}

// Service is the Secrets Manager of one Region. Its methods are safe for concurrent use.
type Service struct {
	options    Options
	folder     string
	background sync.WaitGroup
	stop       context.CancelFunc
	stopped    context.Context
	tendWake   chan struct{}

	mutex    sync.Mutex
	closed   bool
	records  map[string]*record       // by ARN
	links    map[string]chan struct{} // by Region: wakes what sends to its replicas
	rotating map[string]bool          // by ARN: a run of the function is under way
}

// New starts a service with the secrets of its folder.
func New(options Options) (*Service, error) {
	if options.Region == "" || options.Account == "" {
		return nil, errors.New("start secrets manager: Region and Account are needed")
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.RetryDelay == nil {
		options.RetryDelay = RotationRetryDelay
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		options: options, records: map[string]*record{}, links: map[string]chan struct{}{}, rotating: map[string]bool{},
		tendWake: make(chan struct{}, 1),
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("start secrets manager: %w", err)
	}
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.background.Go(s.tend)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, one := range s.records {
		s.linkLocked(one)
	}
	return s, nil
}

// Close ends rotations and replication under way and waits for them; both go on when a service with the same folder is
// started. It is safe twice.
func (s *Service) Close() error {
	s.mutex.Lock()
	s.closed = true
	s.mutex.Unlock()
	s.stop()
	s.background.Wait()
	return nil
}

func (s *Service) now() time.Time { return s.options.Now().UTC() }

// errUnchanged is returned by a change that found nothing to do.
var errUnchanged = errors.New("nothing to change")

// change applies what to a copy of a secret, and makes the copy count once it is stored.
func (s *Service) change(id string, what func(*record) error) (*record, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(id)
	if err != nil {
		return nil, err
	}
	return s.changeLocked(found, what)
}

func (s *Service) changeLocked(found *record, what func(*record) error) (*record, error) {
	next := found.clone()
	switch err := what(next); {
	case errors.Is(err, errUnchanged):
		return found, nil
	case err != nil:
		return nil, err
	}
	return next, s.commitLocked(next)
}

// commitLocked stores a changed secret and sends it to its replicas. A replica counts its primary's changes only.
func (s *Service) commitLocked(next *record) error {
	if next.isReplica() {
		return s.storeLocked(next)
	}
	next.Sequence++
	next.want()
	next.Changed = s.now()
	next.Versions = next.Versions.Prune(next.Changed)
	return s.storeLocked(next)
}

// storeLocked stores what is not a change of the secret itself: it is not sent to replicas for its own sake.
func (s *Service) storeLocked(next *record) error {
	if s.closed {
		return errors.New("the service is closed")
	}
	if next.Gone && len(next.Replicas) == 0 {
		if err := s.unlink(next); err != nil {
			return err
		}
		delete(s.records, next.ARN)
		return nil
	}
	if err := s.save(next); err != nil {
		return err
	}
	s.records[next.ARN] = next
	s.linkLocked(next)
	wake(s.tendWake)
	return nil
}

// find returns the secret that a name, ARN or partial ARN means.
func (s *Service) find(id string) (*record, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.findLocked(id)
}

// wake tells a goroutine to look again; it may already have been told.
func wake(sleeper chan<- struct{}) {
	select {
	case sleeper <- struct{}{}:
	default:
	}
}

func newID() string { return uuid.NewString() }
