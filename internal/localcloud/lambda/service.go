package lambda

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/bundle"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
	"github.com/paymentdr/paymentdr/internal/scratch"
)

// Options are what a Service stands on. Region and Account are needed; the zero value of the rest works.
type Options struct {
	// Region and Account of every function.
	Region, Account string
	// Folder below which a folder "functions" is emptied at the start and holds the unpacked functions; "" is a temporary one
	// that is removed at the end, or by the next start after a kill.
	Folder  string
	Logs    Logs
	Metrics Metrics
	// Variables decides, whenever an environment starts, what the function is given besides its configuration: endpoints
	// (AWS_ENDPOINT_URL...), addresses, credentials. It wins over the configuration. An error fails the start.
	Variables func(Function) (map[string]string, error)
	// OnFailure delivers the record of an event that was given up to its function's destination.
	OnFailure func(ctx context.Context, destination string, record []byte) error
	// AccountConcurrency limits all functions together, default 1,000 as a full AWS account. Each takes a process.
	AccountConcurrency int
	// Processes limits the environments of each function; an invocation beyond waits for one that becomes free. 0 is no limit,
	// as in AWS, where each runs on hardware of its own: here thousands that start at once would only delay each other.
	Processes int
	// IdleTimeout ends an environment that was not used for so long; default 5 minutes. AWS documents no figure.
	IdleTimeout time.Duration
	// InitTimeout limits the first phase of an environment; default 10 s, AWS's.
	InitTimeout time.Duration
	// RetryDelay is the wait before an asynchronous event's next attempt; nil is AWS's (RetryDelay).
	RetryDelay func(attempt int, throttled bool) time.Duration
}

// Service is the Lambda of one Region. Its methods are safe for concurrent use.
type Service struct {
	options    Options
	folder     string
	scratch    *scratch.Folder
	spawner    *process.Spawner
	now        func() time.Time
	background sync.WaitGroup
	stop       context.CancelFunc
	stopped    context.Context

	mutex     sync.Mutex
	closed    bool
	functions map[string]*deployment
	running   map[string]int // invocations per function, by name: they outlive a deployment
	frozen    map[string]bool
	live      map[*environment]bool
	serial    int
}

// deployment is one state of a function: an update makes a new one.
type deployment struct {
	function     Function
	folder       string
	hash         string
	size         int
	lastModified time.Time
	permissions  []Permission
	idle         []*environment // the last one used is the next one to use
	inUse        int            // invocations
	retired      bool           // replaced or deleted
	processes    int            // that run or are about to
	waiting      []chan *environment
}

var errClosed = errors.New("the service is closed")

// New starts a service without functions.
func New(options Options) (*Service, error) {
	if options.Region == "" || options.Account == "" {
		return nil, errors.New("start lambda: Region and Account are needed")
	}
	if options.Logs == nil {
		options.Logs = noLogs{}
	}
	if options.Metrics == nil {
		options.Metrics = noMetrics{}
	}
	if options.AccountConcurrency == 0 {
		options.AccountConcurrency = 1000
	}
	if options.IdleTimeout == 0 {
		options.IdleTimeout = 5 * time.Minute
	}
	if options.InitTimeout == 0 {
		options.InitTimeout = 10 * time.Second
	}
	if options.RetryDelay == nil {
		options.RetryDelay = RetryDelay
	}
	s := &Service{
		options: options, folder: options.Folder, now: time.Now, functions: map[string]*deployment{}, running: map[string]int{},
		frozen: map[string]bool{}, live: map[*environment]bool{},
	}
	if err := s.prepareFolder(); err != nil {
		return nil, fmt.Errorf("start lambda: %w", err)
	}
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.spawner = process.NewSpawner()
	s.background.Go(s.reap)
	return s, nil
}

func (s *Service) prepareFolder() error {
	if s.folder != "" {
		s.folder = filepath.Join(s.folder, "functions")
		if err := os.RemoveAll(s.folder); err != nil {
			return fmt.Errorf("empty folder: %w", err)
		}
		if err := os.MkdirAll(s.folder, 0o755); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		return nil
	}
	folder, err := scratch.Make("paymentdr-lambda-")
	if err != nil {
		return err
	}
	s.scratch, s.folder = folder, folder.Path
	return nil
}

// Close kills every environment, waits for every goroutine and removes the unpacked functions. Invocations in flight get
// an error; events that wait for an attempt are lost. It is safe twice.
func (s *Service) Close() error {
	s.mutex.Lock()
	first := !s.closed
	s.closed = true
	live := slices.Collect(maps.Keys(s.live))
	s.mutex.Unlock()
	s.stop()
	for _, e := range live {
		e.kill()
	}
	s.background.Wait()
	s.spawner.Close()
	if !first {
		return nil
	}
	if s.scratch != nil {
		return s.scratch.Remove()
	}
	if err := os.RemoveAll(s.folder); err != nil {
		return fmt.Errorf("close lambda: %w", err)
	}
	return nil
}

// Put creates a function, or replaces its configuration and code: environments of the old state take no further
// invocation. Its permissions stay.
func (s *Service) Put(function Function, archive []byte) error {
	function = function.withDefaults()
	if err := function.validate(); err != nil {
		return err
	}
	s.mutex.Lock()
	s.serial++
	folder := filepath.Join(s.folder, fmt.Sprintf("%s-%d", function.Name, s.serial))
	s.mutex.Unlock()
	if err := bundle.Unpack(archive, folder); err != nil {
		return errors.Join(fmt.Errorf("put function %s: %w", function.Name, err), os.RemoveAll(folder))
	}
	next := &deployment{function: function, folder: folder, hash: bundle.Hash(archive), size: len(archive), lastModified: s.now()}
	s.mutex.Lock()
	if s.closed {
		s.mutex.Unlock()
		return errors.Join(broken(errClosed), os.RemoveAll(folder))
	}
	previous := s.functions[function.Name]
	if err := s.reservableLocked(function); err != nil {
		s.mutex.Unlock()
		return errors.Join(err, os.RemoveAll(folder))
	}
	if previous != nil {
		next.permissions = previous.permissions
	}
	s.functions[function.Name] = next
	s.mutex.Unlock()
	s.retire(previous)
	return nil
}

// Delete removes a function. Invocations in flight end as they would.
func (s *Service) Delete(name string) error {
	s.mutex.Lock()
	d, err := s.findLocked(name)
	if err != nil {
		s.mutex.Unlock()
		return err
	}
	delete(s.functions, d.function.Name)
	delete(s.frozen, d.function.Name)
	s.mutex.Unlock()
	s.retire(d)
	return nil
}

// retire ends the environments of a deployment that are free; those in use follow when they are.
func (s *Service) retire(d *deployment) {
	if d == nil {
		return
	}
	s.mutex.Lock()
	d.retired = true
	idle, unused := d.idle, d.unusedLocked()
	d.idle = nil
	s.mutex.Unlock()
	s.dismiss(idle)
	if unused {
		d.removeCode()
	}
}

func (s *Service) dismiss(environments []*environment) {
	for _, e := range environments {
		e.kill()
	}
}

func (s *Service) findLocked(identifier string) (*deployment, error) {
	name, err := s.options.functionName(identifier)
	if err != nil {
		return nil, err
	}
	if d := s.functions[name]; d != nil {
		return d, nil
	}
	return nil, notFound(identifier, s.options)
}

// Functions lists the functions by name.
func (s *Service) Functions() []Function {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var list []Function
	for _, name := range slices.Sorted(maps.Keys(s.functions)) {
		list = append(list, s.functions[name].function.withDefaults())
	}
	return list
}

func newStream() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	return hex.EncodeToString(id[:])
}
