package route53

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/api"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/dnsserver"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

// Options are what a Service needs.
type Options struct {
	// Address is where DNS is answered; port 0 picks a free one.
	Address netip.AddrPort
	// Health has the dialer, phases, aggregation time and callbacks of all health checks. Its dialer gets the address
	// that the endpoint's name resolves to in the service's own zones, not the name.
	Health health.Options
}

// Service is Route 53. All methods may be called at any time from any goroutine.
type Service struct {
	options Options
	server  *dnsserver.Server

	// changing is held over changes, which may wait for probes; mutex only over reading and replacing the maps.
	changing sync.Mutex
	mutex    sync.RWMutex
	closed   bool
	zones    map[string]*zone.Zone
	monitors map[string]*health.Monitor
	targets  map[string]zone.Target
}

// Start answers DNS at once, with no zones. The caller closes the service.
func Start(options Options) (*Service, error) {
	if options.Health.Dial == nil {
		return nil, errors.New("start Route 53: no dialer for probes")
	}
	service := &Service{options: options, zones: map[string]*zone.Zone{}, monitors: map[string]*health.Monitor{}, targets: map[string]zone.Target{}}
	server, err := dnsserver.Listen(options.Address, service)
	if err != nil {
		return nil, fmt.Errorf("start Route 53: %w", err)
	}
	service.server = server
	return service, nil
}

// Address is where DNS is answered, over UDP and TCP.
func (s *Service) Address() netip.AddrPort { return s.server.Address() }

// Handler is the service's HTTP API.
func (s *Service) Handler() http.Handler { return api.Handler(s) }

// PutZone makes the zone, or replaces all its record sets at once. The next question sees them: Route 53 takes up to
// 60 s. The error is zone.ErrInvalid for impossible record sets, and then nothing changed.
func (s *Service) PutZone(id, name string, sets []zone.RecordSet) error {
	made, err := zone.New(id, name, sets)
	if err != nil {
		return err
	}
	return s.change(func() { s.zones[id] = made })
}

// DeleteZone removes a zone; one that does not exist is no error.
func (s *Service) DeleteZone(id string) error { return s.change(func() { delete(s.zones, id) }) }

// PutTarget makes AWS's own name known, for aliases, for CNAMEs and for DNS itself.
func (s *Service) PutTarget(name string, target zone.Target) error {
	return s.change(func() {
		s.targets = maps.Clone(s.targets) // snapshots keep the old one
		s.targets[dns.CanonicalName(name)] = target
	})
}

// DeleteTarget removes AWS's own name; one that does not exist is no error.
func (s *Service) DeleteTarget(name string) error {
	return s.change(func() {
		s.targets = maps.Clone(s.targets)
		delete(s.targets, dns.CanonicalName(name))
	})
}

// PutHealthCheck starts the health check, or starts it anew if its configuration changed; the same one goes on with what
// its checkers know. The error is health.ErrInvalid for an impossible one, and then the old one goes on.
func (s *Service) PutHealthCheck(config health.Config) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	options := s.options.Health
	options.Dial = s.dial
	s.mutex.RLock()
	old, closed := s.monitors[config.ID], s.closed
	s.mutex.RUnlock()
	if closed {
		return errClosed
	}
	if old != nil && reflect.DeepEqual(old.Config(), config.WithDefaults()) {
		return nil
	}
	made, err := health.Start(config, options)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	s.monitors[config.ID] = made
	s.mutex.Unlock()
	if old != nil {
		old.Close()
	}
	return nil
}

// DeleteHealthCheck stops it; record sets that name it count as healthy from now on.
func (s *Service) DeleteHealthCheck(id string) {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mutex.Lock()
	old := s.monitors[id]
	delete(s.monitors, id)
	s.mutex.Unlock()
	if old != nil {
		old.Close()
	}
}

// Zones lists the zones by id.
func (s *Service) Zones() []*zone.Zone {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return slices.SortedFunc(maps.Values(s.zones), func(a, b *zone.Zone) int { return strings.Compare(a.ID, b.ID) })
}

// HealthChecks lists the health checks by id.
func (s *Service) HealthChecks() []*health.Monitor {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return slices.SortedFunc(maps.Values(s.monitors), func(a, b *health.Monitor) int { return strings.Compare(a.Config().ID, b.Config().ID) })
}

// Snapshot is what DNS answers from now.
func (s *Service) Snapshot() dnsserver.Snapshot {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	status := make(map[string]bool, len(s.monitors))
	for id, monitor := range s.monitors {
		status[id] = monitor.Healthy()
	}
	return dnsserver.Snapshot{Zones: slices.Collect(maps.Values(s.zones)), View: zone.View{Health: status, Targets: s.targets}}
}

// Close stops DNS and all probes and waits for them. It is safe to call twice.
func (s *Service) Close() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mutex.Lock()
	s.closed = true
	monitors := s.monitors
	s.monitors = map[string]*health.Monitor{}
	s.mutex.Unlock()
	var waiting sync.WaitGroup
	for _, monitor := range monitors {
		waiting.Go(monitor.Close)
	}
	waiting.Wait()
	return s.server.Close()
}

var errClosed = errors.New("route 53 is closed")

func (s *Service) change(apply func()) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return errClosed
	}
	apply()
	return nil
}

// dial resolves as a checker does, by the A record at the time of the probe, and connects by the caller's dialer.
func (s *Service) dial(ctx context.Context, place, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	if net.ParseIP(host) == nil {
		resolved, found := s.resolve(host)
		if !found {
			return nil, fmt.Errorf("DNS resolution failed: %s has no A record", host)
		}
		host = resolved
	}
	return s.options.Health.Dial(ctx, place, net.JoinHostPort(host, port))
}

func (s *Service) resolve(host string) (string, bool) {
	request := new(dns.Msg).SetQuestion(dns.Fqdn(host), dns.TypeA)
	const stream = true
	for _, record := range dnsserver.Respond(s.Snapshot(), request, stream).Answer {
		if found, is := record.(*dns.A); is {
			return found.A.String(), true
		}
	}
	return "", false
}

// DefaultTargetTTL is assumed for AWS's own names: the TTL of an API's regional name is not documented, 60 s is what
// Route 53 documents for aliases of load balancers.
const DefaultTargetTTL = 60 * time.Second
