package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/authority"
	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/peerway"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
	"github.com/paymentdr/paymentdr/internal/localcloud/network"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/forward"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

// Supervisor is a running cloud. Its methods are safe for concurrent use.
type Supervisor struct {
	options Options
	log     *slog.Logger
	began   time.Time
	folder  *statefolder.Folder
	claim   net.Listener
	layout  layout.Layout

	authority *authority.Authority
	fabric    *network.Fabric
	ways      *peerway.Ways
	spawner   *process.Spawner
	places    map[string]*place
	databases *rds.Service
	names     writers
	dns       *route53.Service
	issuers   *issuers
	metrics   *metrics
	cloud     *resources.Cloud
	engine    *apply.Engine
	stock     *stock
	events    *events
	answers   answers
	probers   probers

	mutex    sync.Mutex // guards what several parts of the start add to
	servers  []*http.Server
	forwards []*forward.Forward
	running  sync.WaitGroup
	orders   sync.Mutex // one order at a time
	down     chan struct{}
	once     sync.Once
	ctx      context.Context
	cancel   context.CancelFunc
}

// Start starts a cloud and returns when it takes payments. After an error nothing of it is left.
func Start(ctx context.Context, options Options) (*Supervisor, error) {
	if options.Seed == 0 {
		options.Seed = rand.Uint64()
	}
	s := &Supervisor{options: options, log: slog.New(slog.DiscardHandler), began: time.Now(), places: map[string]*place{},
		events: newEvents(), stock: newStock(), down: make(chan struct{}), spawner: process.NewSpawner()}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.start(ctx); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("interrupted: %w", ctx.Err())
		}
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Supervisor) start(ctx context.Context) error {
	if err := s.options.machine().check(s.options.Folder); err != nil {
		return err
	}
	var err error
	if s.folder, err = statefolder.Take(s.options.Folder, s.options.Name); err != nil {
		return err
	}
	if s.options.OpenLog != nil {
		if s.log, err = s.options.OpenLog(filepath.Join(s.options.Folder, "supervisor.log")); err != nil {
			return err
		}
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.settle(); err != nil {
		return err
	}
	if err := s.build(); err != nil {
		return err
	}
	if err := s.populate(ctx); err != nil {
		return err
	}
	s.running.Go(func() { s.keepLeader(s.ctx) })
	if err := s.serveControl(); err != nil {
		return err
	}
	s.progress("applying the files in %s", s.options.Files)
	if err := s.apply(ctx); err != nil {
		var faults apply.Faults
		if errors.As(err, &faults) && len(s.engine.Resources()) == 0 {
			return refusedFiles{err}
		}
		return err
	}
	return s.awaitPayments(ctx)
}

// refusedFiles are files in which faults were found before anything was made.
type refusedFiles struct{ error }

// Refused makes the command line exit with its code for refusals.
func (refusedFiles) Refused() bool { return true }

// Unwrap implements errors.Unwrap.
func (r refusedFiles) Unwrap() error { return r.error }

func (s *Supervisor) progress(format string, arguments ...any) {
	if s.options.Progress != nil {
		s.options.Progress(fmt.Sprintf(format, arguments...))
	}
}

// prepare makes the files, if nobody has.
func (s *Supervisor) prepare(ctx context.Context) error {
	if s.options.Files != "" {
		roots, err := filepath.Glob(filepath.Join(s.options.Files, "*", "*.tf"))
		if err == nil && len(roots) == 0 {
			err = &statefolder.RefusedError{Reason: fmt.Sprintf("no folder with .tf files in %s: run paymentdr synth, which writes them, or leave --files out", s.options.Files)}
		}
		return err
	}
	s.options.Files = filepath.Join(s.options.Folder, "files")
	return s.options.Prepare(ctx, s.options.Files)
}

// settle finds a place on this machine that no other cloud has.
func (s *Supervisor) settle() error {
	var err error
	if s.layout, s.claim, err = settle(s.options.Primary, s.options.Secondary, s.options.Witness); err != nil {
		return err
	}
	s.authority, err = authority.Open(s.authorityFolder())
	return err
}

func (s *Supervisor) authorityFolder() string { return filepath.Join(s.options.Folder, "authority") }

// caFile is what clients of the cloud trust.
func (s *Supervisor) caFile() string {
	return filepath.Join(s.authorityFolder(), authority.CertificateFile)
}

// build makes what stands outside the Regions.
func (s *Supervisor) build() error {
	var err error
	if s.fabric, err = network.NewFabric(s.layout.Places(), s.options.Seed, s.firstState); err != nil {
		return err
	}
	advertised, actual := map[string]string{}, map[string]string{}
	for _, place := range []string{s.layout.Primary, s.layout.Secondary, s.layout.Witness} {
		advertised[place], actual[place] = s.layout.PeerWay(place).String(), s.layout.Peer(place).String()
		s.places[place] = s.newPlace(place)
	}
	if s.ways, err = peerway.Open(s.fabric, advertised, actual); err != nil {
		return err
	}
	s.metrics = newMetrics(s)
	if err := s.buildRoads(); err != nil {
		return err
	}
	return s.buildDNS()
}

// firstState is a link as it is when nobody has changed it.
func (s *Supervisor) firstState(a, b string) link.State {
	if s.options.Perfect {
		return link.State{}
	}
	return link.State{RoundTrip: network.DefaultRoundTrip(a, b)}
}

// populate starts the Regions' processes and the database service, side by side.
func (s *Supervisor) populate(ctx context.Context) error {
	s.progress("starting %s, %s, the witness %s and the databases", s.layout.Primary, s.layout.Secondary, s.layout.Witness)
	work := map[string]func(context.Context) error{
		"regions":   s.startRegions,
		"databases": s.startDatabases,
		"issuer":    func(context.Context) error { return s.startIssuers() },
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mutex sync.Mutex
	var first error
	var group sync.WaitGroup
	for _, each := range work {
		group.Go(func() {
			if err := each(ctx); err != nil {
				mutex.Lock()
				defer mutex.Unlock()
				if first == nil {
					first = err
				}
				cancel()
			}
		})
	}
	group.Wait()
	return first
}

// startRegions starts one member of the journal first and the others after it: members that start at once split their
// votes for seconds.
func (s *Supervisor) startRegions(ctx context.Context) error {
	if err := s.launch(ctx, s.places[s.layout.Primary]); err != nil {
		return err
	}
	rest := []string{s.layout.Secondary, s.layout.Witness}
	faults := make([]error, len(rest))
	var group sync.WaitGroup
	for i, name := range rest {
		group.Go(func() { faults[i] = s.launch(ctx, s.places[name]) })
	}
	group.Wait()
	if err := errors.Join(faults...); err != nil {
		return err
	}
	for _, name := range s.layout.Regions() {
		if err := s.places[name].ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Wait returns when the cloud was told to end, or ctx has ended.
func (s *Supervisor) Wait(ctx context.Context) {
	select {
	case <-s.down:
	case <-ctx.Done():
	}
}

// Down lets Wait return.
func (s *Supervisor) Down() { s.once.Do(func() { close(s.down) }) }

func (s *Supervisor) ending() bool { return s.ctx.Err() != nil }

// Close ends everything and removes the folder. It is safe to call twice.
func (s *Supervisor) Close() error {
	s.cancel()
	var faults []error
	for _, server := range s.servers {
		faults = append(faults, server.Close())
	}
	s.servers = nil
	if s.dns != nil {
		faults = append(faults, s.dns.Close())
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	add := func(err error) {
		mutex.Lock()
		defer mutex.Unlock()
		faults = append(faults, err)
	}
	for _, each := range s.places {
		group.Go(func() { add(each.end()) })
	}
	if s.databases != nil {
		group.Go(func() { add(s.databases.Close()) })
	}
	group.Wait()
	for _, each := range s.forwards {
		faults = append(faults, each.Close())
	}
	if s.ways != nil {
		faults = append(faults, s.ways.Close())
	}
	if s.fabric != nil {
		faults = append(faults, s.fabric.Close())
	}
	s.spawner.Close()
	s.running.Wait()
	if s.claim != nil {
		_ = s.claim.Close() // closed twice when Close is
	}
	if s.folder != nil {
		faults = append(faults, s.folder.Remove())
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("end local cloud: %w", err)
	}
	return nil
}

// serve answers HTTP on a listener until the end.
func (s *Supervisor) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: endTimeout, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	s.mutex.Lock()
	s.servers = append(s.servers, server)
	s.mutex.Unlock()
	s.running.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serve", "address", listener.Addr().String(), "error", err)
		}
	})
}

// serveControl takes orders.
func (s *Supervisor) serveControl() error {
	listener, err := listenUnix(statefolder.Control(s.options.Folder))
	if err != nil {
		return err
	}
	s.serve(listener, control.Handler(s))
	return nil
}

// listenUnix listens on a socket that only this user may use.
func listenUnix(path string) (net.Listener, error) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", path, err), listener.Close())
	}
	return listener, nil
}
