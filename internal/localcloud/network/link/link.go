package link

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Options name a link's ends, its first state, and the seed of jitter and loss.
type Options struct {
	A, B  string
	State State
	Seed  uint64
}

// Statistics count since the link was made.
type Statistics struct {
	// Open connections now, and all there were; Pending wait for their handshake and are in neither.
	Open, Total, Pending int64
	// Reset connections and failed dials, by a cut or by an end that died.
	Reset int64
	// AToB and BToA are bytes handed to the far end.
	AToB, BToA int64
	// Lost packets, each way together.
	Lost int64
}

// Link is the wire between two Regions, for any number of connections either way.
type Link struct {
	a, b    string
	running sync.WaitGroup

	mutex       sync.Mutex
	closed      bool
	state       State
	changed     chan struct{} // closed and replaced by every change of state
	random      *rand.Rand
	wires       [2]Wire
	statistics  Statistics
	connections map[*connection]bool
	proxies     map[*Proxy]bool
}

// New makes a link. The caller closes it.
func New(options Options) (*Link, error) {
	if err := options.State.Validate(); err != nil {
		return nil, fmt.Errorf("make link %s-%s: %w", options.A, options.B, err)
	}
	return &Link{a: options.A, b: options.B, state: options.State, changed: make(chan struct{}),
		random:      rand.New(rand.NewPCG(options.Seed, 0)),
		connections: map[*connection]bool{}, proxies: map[*Proxy]bool{}}, nil
}

// Ends are the names of A and B.
func (l *Link) Ends() (a, b string) { return l.a, l.b }

// From is the direction of what begins at the end of that name.
func (l *Link) From(end string) (Direction, error) {
	switch end {
	case l.a:
		return AToB, nil
	case l.b:
		return BToA, nil
	}
	return 0, fmt.Errorf("link %s-%s has no end %q", l.a, l.b, end)
}

// State is how the link behaves now.
func (l *Link) State() State {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.state
}

// Set changes the behaviour at once. Data whose arrival is fixed already keeps it, unless a cut holds it.
func (l *Link) Set(state State) error {
	return l.Change(func(current *State) { *current = state })
}

// Change changes parts of the state; no other change comes between. An impossible state changes nothing.
func (l *Link) Change(change func(*State)) error {
	l.mutex.Lock()
	state := l.state
	change(&state)
	if err := state.Validate(); err != nil {
		l.mutex.Unlock()
		return fmt.Errorf("set link %s-%s: %w", l.a, l.b, err)
	}
	l.state = state
	close(l.changed)
	l.changed = make(chan struct{})
	var ended []*connection
	if state.Reset {
		ended = slices.Collect(maps.Keys(l.connections))
	}
	l.mutex.Unlock()
	for _, each := range ended {
		each.end(true)
	}
	return nil
}

// Heal removes a cut and leaves the rest.
func (l *Link) Heal() error {
	return l.Change(func(state *State) { state.Cut, state.Reset = Open, false })
}

// Statistics are the counts now.
func (l *Link) Statistics() Statistics {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.statistics
}

// Close stops listening, ends all connections and waits for them. It is safe to call twice.
func (l *Link) Close() error {
	l.mutex.Lock()
	if !l.closed {
		l.closed = true
		close(l.changed) // wakes who waits for a handshake
		l.changed = make(chan struct{})
	}
	proxies := slices.Collect(maps.Keys(l.proxies))
	connections := slices.Collect(maps.Keys(l.connections))
	l.mutex.Unlock()
	for _, each := range proxies {
		each.Close()
	}
	for _, each := range connections {
		each.end(true)
	}
	l.running.Wait()
	return nil
}

func (l *Link) isClosed() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.closed
}

// now is the state with the channel that says when it is over.
func (l *Link) now() (State, <-chan struct{}) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.state, l.changed
}

// arrival schedules a piece of data that was sent at the time.
func (l *Link) arrival(direction Direction, path Path, size int, sent time.Time) (time.Time, Path) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	sent, l.wires[direction] = l.wires[direction].Send(l.state, size, sent)
	at, lost, path := path.Arrival(l.state, size, sent, l.random.Float64)
	l.statistics.Lost += int64(lost)
	return at, path
}

func (l *Link) count(change func(*Statistics)) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	change(&l.statistics)
}
