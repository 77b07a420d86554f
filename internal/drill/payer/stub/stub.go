// Package stub is the resolver inside an ordinary program: it asks one DNS server, follows CNAMEs, and keeps an answer
// exactly as long as its TTLs allow.
//
// It never serves an answer that has expired, it asks nobody else when its server is silent, and it asks for IPv4
// addresses only. Each payer has one of its own, so that answers expire at different times, as they do in the world.
package stub

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Exchanger asks a DNS server one question.
type Exchanger interface {
	Exchange(ctx context.Context, question *dns.Msg) (*dns.Msg, error)
}

// The bounds of a lookup; timeout and tries are those of glibc's resolver.
const (
	maxChain   = 8
	askTimeout = 5 * time.Second
	askTries   = 2
)

// ErrLookup is every failure of a lookup, ErrNoAddress that the name has no IPv4 address or does not exist.
var (
	ErrLookup    = errors.New("name was not resolved")
	ErrNoAddress = errors.New("name has no address")
)

func failed(host string, cause error) error {
	return fmt.Errorf("look up %s: %w: %w", host, ErrLookup, cause)
}

// Resolver resolves names. It is safe for concurrent use.
type Resolver struct {
	exchanger Exchanger
	now       func() time.Time

	mutex sync.Mutex
	names map[string]*name
}

// name is what is known of one name. Who holds its turn asks; the others wait for what it learns.
type name struct {
	turn   chan struct{}
	answer answer
}

// answer is kept until expires; failed is set for a name without an address.
type answer struct {
	addresses []netip.Addr
	expires   time.Time
	failed    error
}

// New is a resolver that asks exchanger. now nil means time.Now.
func New(exchanger Exchanger, now func() time.Time) *Resolver {
	if now == nil {
		now = time.Now
	}
	return &Resolver{exchanger: exchanger, now: now, names: map[string]*name{}}
}

// Lookup gives the addresses of a host, from the cache while that is fresh. Concurrent lookups of a name share one
// question.
func (r *Resolver) Lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	known := r.name(dns.CanonicalName(host))
	select {
	case known.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, failed(host, ctx.Err())
	}
	defer func() { <-known.turn }()
	if r.now().Before(known.answer.expires) {
		return known.answer.addresses, known.answer.failed
	}
	found, err := r.resolve(ctx, dns.CanonicalName(host))
	if err != nil {
		// Nothing is kept: the next lookup asks again.
		return nil, failed(host, err)
	}
	if found.failed != nil {
		found.failed = failed(host, found.failed)
	}
	known.answer = found
	return found.addresses, found.failed
}

func (r *Resolver) name(canonical string) *name {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.names[canonical] == nil {
		r.names[canonical] = &name{turn: make(chan struct{}, 1)}
	}
	return r.names[canonical]
}

// resolve asks for a name, and for what its CNAMEs lead to when the server leaves that out. The whole chain expires
// with its shortest TTL, counted from before the question, so that an answer never lives longer than it may.
func (r *Resolver) resolve(ctx context.Context, canonical string) (answer, error) {
	asked := r.now()
	ttl := ^uint32(0)
	target := canonical
	for range maxChain {
		reply, err := r.ask(ctx, target)
		if err != nil {
			return answer{}, err
		}
		found := read(reply, target)
		ttl = min(ttl, found.ttl)
		result := answer{addresses: found.addresses, expires: asked.Add(time.Duration(ttl) * time.Second)}
		switch {
		case len(found.addresses) > 0:
			return result, nil
		case found.end != target && reply.Rcode == dns.RcodeSuccess:
			target = found.end
			continue
		}
		result.failed = fmt.Errorf("%w: %s answered %s", ErrNoAddress, target, dns.RcodeToString[reply.Rcode])
		result.expires = asked.Add(time.Duration(min(ttl, negativeTTL(reply))) * time.Second)
		return result, nil
	}
	return answer{}, fmt.Errorf("chain of CNAMEs is longer than %d", maxChain)
}

// ask puts one question, again after silence.
func (r *Resolver) ask(ctx context.Context, target string) (*dns.Msg, error) {
	var last error
	for range askTries {
		question := new(dns.Msg).SetQuestion(target, dns.TypeA)
		limited, cancel := context.WithTimeout(ctx, askTimeout)
		reply, err := r.exchanger.Exchange(limited, question)
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			last = err
		case reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError:
			last = fmt.Errorf("server answered %s", dns.RcodeToString[reply.Rcode])
		default:
			return reply, nil
		}
	}
	return nil, last
}
