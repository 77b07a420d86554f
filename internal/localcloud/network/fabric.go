package network

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
)

// Internet is the end of a link where payers and health checkers are.
const Internet = "internet"

// roundTrips are typical times between Regions, to size delays realistically; AWS promises none of them. Each pair is
// in alphabetical order.
var roundTrips = map[[2]string]time.Duration{
	{"us-east-1", "us-east-2"}: 13 * time.Millisecond,
	{"us-east-1", "us-west-2"}: 62 * time.Millisecond,
	{"us-east-2", "us-west-2"}: 50 * time.Millisecond,
}

// otherRoundTrip is for pairs that are not in the table, and for the way from the internet.
const (
	otherRoundTrip    = 80 * time.Millisecond
	internetRoundTrip = 20 * time.Millisecond
)

// DefaultRoundTrip is the assumed time there and back between two places; 0 inside one.
func DefaultRoundTrip(a, b string) time.Duration {
	switch {
	case a == b:
		return 0
	case a == Internet || b == Internet:
		return internetRoundTrip
	}
	if known, found := roundTrips[pair(a, b)]; found {
		return known
	}
	return otherRoundTrip
}

func pair(a, b string) [2]string {
	if b < a {
		a, b = b, a
	}
	return [2]string{a, b}
}

// Fabric is the links between all pairs of places.
type Fabric struct {
	links map[[2]string]*link.Link
	close sync.Once
	fault error
}

// NewFabric makes a link for every pair of the places, as state says for the pair in alphabetical order; nil for the
// default round trips. The seed gives jitter and loss. The caller closes it.
func NewFabric(places []string, seed uint64, state func(a, b string) link.State) (*Fabric, error) {
	if state == nil {
		state = func(a, b string) link.State { return link.State{RoundTrip: DefaultRoundTrip(a, b)} }
	}
	fabric := &Fabric{links: map[[2]string]*link.Link{}}
	for i, a := range places {
		for _, b := range places[:i] {
			ends := pair(a, b)
			if a == b || fabric.links[ends] != nil {
				return nil, errors.Join(fmt.Errorf("make network: %q is there twice", a), fabric.Close())
			}
			seed++
			made, err := link.New(link.Options{A: ends[0], B: ends[1], State: state(ends[0], ends[1]), Seed: seed})
			if err != nil {
				return nil, errors.Join(err, fabric.Close())
			}
			fabric.links[ends] = made
		}
	}
	return fabric, nil
}

// Link is the link between two places, whichever is named first.
func (f *Fabric) Link(a, b string) (*link.Link, error) {
	found := f.links[pair(a, b)]
	if found == nil {
		return nil, fmt.Errorf("no link between %q and %q", a, b)
	}
	return found, nil
}

// Of lists the links that begin or end at the place, in alphabetical order.
func (f *Fabric) Of(place string) []*link.Link {
	var result []*link.Link
	for _, ends := range slices.SortedFunc(maps.Keys(f.links), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if ends[0] == place || ends[1] == place {
			result = append(result, f.links[ends])
		}
	}
	return result
}

// Cut stops the way between two places, in both directions: a partition.
func (f *Fabric) Cut(a, b string) error {
	return f.change(a, b, func(state *link.State) { state.Cut, state.Reset = link.CutBoth, false })
}

// CutOneWay stops what goes from one place to the other; the way back stays open.
func (f *Fabric) CutOneWay(from, to string) error {
	cut := link.CutAToB
	if pair(from, to)[0] != from {
		cut = link.CutBToA
	}
	return f.change(from, to, func(state *link.State) { state.Cut, state.Reset = cut, false })
}

// Heal opens the way between two places again, in both directions.
func (f *Fabric) Heal(a, b string) error {
	return f.change(a, b, func(state *link.State) { state.Cut, state.Reset = link.Open, false })
}

func (f *Fabric) change(a, b string, change func(*link.State)) error {
	found, err := f.Link(a, b)
	if err != nil {
		return err
	}
	return found.Change(change)
}

// DialContext connects from one place to a loopback address of another, through their link.
func (f *Fabric) DialContext(ctx context.Context, from, to, address string) (net.Conn, error) {
	if from == to {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	found, err := f.Link(from, to)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	direction, err := found.From(from)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	return found.DialContext(ctx, direction, address)
}

// Close closes all links and waits for what goes on in them. It is safe to call twice.
func (f *Fabric) Close() error {
	f.close.Do(func() {
		var closing sync.WaitGroup
		var mutex sync.Mutex
		for _, each := range f.links {
			closing.Go(func() {
				err := each.Close()
				mutex.Lock()
				defer mutex.Unlock()
				f.fault = errors.Join(f.fault, err)
			})
		}
		closing.Wait()
	})
	return f.fault
}
