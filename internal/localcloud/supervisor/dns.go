package supervisor

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/network"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/dnsserver"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/zone"
)

// buildDNS starts Route 53, whose checkers stand on the internet.
func (s *Supervisor) buildDNS() error {
	service, err := route53.Start(route53.Options{
		Address: s.layout.Resolver(),
		Health: health.Options{
			Dial: s.dialProbe, Seed: s.options.Seed, Aggregation: s.options.Aggregation,
			OnChange: s.healthChanged, OnMinute: s.metrics.health, OnDissent: s.checkersUnhealthy,
		},
	})
	if err != nil {
		return err
	}
	s.dns = service
	s.answers.changed = make(chan struct{}, 1)
	s.running.Go(s.watchAnswer)
	return nil
}

// dialProbe connects a checker to a Region's public address: through the link, but exactly as TCP would connect.
func (s *Supervisor) dialProbe(ctx context.Context, from, address string) (net.Conn, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	region, known := s.layout.Region(at.Addr())
	if !known || at.Addr() != s.layout.Public(region).Addr() {
		return nil, fmt.Errorf("dial %s: no Region has this public address", address)
	}
	if err := s.probers.wait(ctx, from); err != nil {
		return nil, err
	}
	return s.fabric.DialContext(ctx, network.Internet, region, s.layout.Gateway(region).String())
}

func (s *Supervisor) healthChanged(id string, healthy bool, _ time.Time) {
	name, region := s.endpointOf(id)
	s.events.add(control.HealthChanged, region, map[string]string{"healthCheck": id, "name": name, "healthy": strconv.FormatBool(healthy)})
	select {
	case s.answers.changed <- struct{}{}:
	default:
	}
}

// checkersUnhealthy notes that a place does not reach an endpoint that others do: nothing else shows it.
func (s *Supervisor) checkersUnhealthy(seen health.Dissent) {
	name, region := s.endpointOf(seen.HealthCheckID)
	s.events.add(control.CheckersUnhealthy, region, map[string]string{"healthCheck": seen.HealthCheckID, "name": name,
		"place": seen.Place, "well": strconv.Itoa(seen.Well), "checkers": strconv.Itoa(seen.Checkers)})
}

// endpointOf is the name that a health check looks at, and its Region; empty if the health check is gone.
func (s *Supervisor) endpointOf(id string) (name, region string) {
	for _, monitor := range s.dns.HealthChecks() {
		if config := monitor.Config(); config.ID == id {
			return config.FQDN, s.regionOf(config.FQDN)
		}
	}
	return "", ""
}

// answers remembers what DNS answered last.
type answers struct {
	changed chan struct{}

	mutex sync.Mutex
	last  control.Answer
}

// watchAnswer notes when the failover name's answer changes. It looks after every change of health, and now and then,
// as the time to aggregate lies between.
func (s *Supervisor) watchAnswer() {
	const now = 100 * time.Millisecond
	ticker := time.NewTicker(now)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.answers.changed:
		case <-ticker.C:
		}
		s.noteAnswer(s.failoverAnswer())
	}
}

func (s *Supervisor) noteAnswer(answer control.Answer) {
	s.answers.mutex.Lock()
	before := s.answers.last
	s.answers.last = answer
	s.answers.mutex.Unlock()
	if before.Region != "" && before.Region != answer.Region {
		s.events.add(control.AnswerChanged, answer.Region, map[string]string{"name": answer.Name, "from": before.Region, "to": answer.Region})
	}
}

// failoverAnswer is what DNS answers now for the first name that has failover records.
func (s *Supervisor) failoverAnswer() control.Answer {
	snapshot := s.dns.Snapshot()
	for _, each := range snapshot.Zones {
		for _, set := range each.RecordSets() {
			if set.Failover == zone.Primary {
				return s.answerFor(snapshot, set.Name)
			}
		}
	}
	return control.Answer{}
}

// answerFor asks for the name's address, as a resolver would.
func (s *Supervisor) answerFor(snapshot dnsserver.Snapshot, name string) control.Answer {
	const stream = true
	answer := control.Answer{Name: strings.TrimSuffix(name, ".")}
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeA)
	question.RecursionDesired = true
	for i, record := range dnsserver.Respond(snapshot, question, stream).Answer {
		ttl := time.Duration(record.Header().Ttl) * time.Second
		if i == 0 || ttl < answer.TTL {
			answer.TTL = ttl
		}
		if found, is := record.(*dns.A); is {
			answer.Address = found.A.String()
			if address, err := netip.ParseAddr(answer.Address); err == nil {
				answer.Region, _ = s.layout.Region(address)
			}
		}
	}
	return answer
}

// regionOf is the Region whose own name this is.
func (s *Supervisor) regionOf(name string) string {
	return s.answerFor(s.dns.Snapshot(), name).Region
}
