package simulation

import (
	"fmt"
	"iter"
	"runtime/debug"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
)

// crashed unwinds an actor that is ended in the middle of a call.
type crashed struct{}

// actor is somebody who does things one after the other, and gives way whenever that takes time.
type actor struct {
	id     uint32
	kind   kind
	region int
	name   string
	random source
	body   func()

	thread *thread
	turn   int // of its newest event; older ones are void
	ended  bool
	// crashing: it must unwind at its next step.
	crashing bool

	// The call under way: its number, the bits of chance that it was given, what befalls it, and when its caller stops
	// waiting.
	calls uint32
	bits  uint64
	fate  surprise
	limit time.Duration
}

// nowhere is the Region of who is in none.
const nowhere = -1

type kind uint32

const (
	other kind = iota
	run
	payer
	kinds
)

// thread is a coroutine that actors run on, one after the other.
type thread struct {
	next  func() (time.Duration, bool)
	stop  func()
	yield func(time.Duration) bool
	actor *actor
}

// finished is what a thread gives way with when its actor has ended.
const finished = time.Duration(-1)

// event is an actor's turn, or something that happens.
type event struct {
	at    time.Duration
	order int
	actor *actor
	turn  int
	do    func()
}

// schedule runs everything on one goroutine in the order of time. Whoever waits while nothing else is due just goes
// on: only time passes then.
type schedule struct {
	luck    uint64
	world   *failovertest.World
	now     time.Duration
	until   time.Duration
	queue   []event
	count   int // orders events of the same time
	steps   int
	current *actor
	stopped bool
	// paniced is told of an actor's panic.
	paniced func(string)

	actors  []*actor // the first used are this seed's, the others are memory
	used    int
	idle    []*thread
	threads []*thread
}

func (s *schedule) reset(luck uint64) {
	clear(s.queue)
	s.luck, s.now, s.queue, s.count, s.steps, s.current, s.stopped, s.used = luck, 0, s.queue[:0], 0, 0, nil, false, 0
}

// start makes an actor whose first turn comes after delay. Kind and number are its own, as its luck depends on them.
func (s *schedule) start(kind kind, number uint32, name string, delay time.Duration, body func()) *actor {
	if s.used == len(s.actors) {
		s.actors = append(s.actors, &actor{})
	}
	a := s.actors[s.used]
	s.used++
	turn := a.turn
	*a = actor{id: uint32(kind)<<28 | number, kind: kind, region: nowhere, name: name, body: body, turn: turn}
	a.random.seed(s.luck, uint64(a.id)+2)
	s.push(delay, a)
	return a
}

// push gives an actor its next turn.
func (s *schedule) push(delay time.Duration, a *actor) {
	a.turn++
	s.insert(event{at: s.now + delay, actor: a, turn: a.turn})
}

// after does something when the time has passed.
func (s *schedule) after(delay time.Duration, do func()) {
	s.insert(event{at: s.now + delay, do: do})
}

func (e *event) before(other *event) bool {
	return e.at < other.at || e.at == other.at && e.order < other.order
}

func (s *schedule) insert(e event) {
	s.count++
	e.order = s.count
	s.queue = append(s.queue, e)
	q, i := s.queue, len(s.queue)-1
	for i > 0 {
		parent := (i - 1) / 2
		if !q[i].before(&q[parent]) {
			break
		}
		q[i], q[parent] = q[parent], q[i]
		i = parent
	}
}

func (s *schedule) pop() event {
	q := s.queue
	first, last := q[0], len(q)-1
	q[0], q[last] = q[last], event{}
	q = q[:last]
	s.queue = q
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && q[child+1].before(&q[child]) {
			child++
		}
		if !q[child].before(&q[i]) {
			break
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
	return first
}

// run goes on until nothing is due before until, or somebody has stopped it.
func (s *schedule) run(until time.Duration) {
	s.until = until
	for !s.stopped && len(s.queue) > 0 && s.queue[0].at <= until {
		e := s.pop()
		if e.actor != nil && (e.actor.ended || e.turn != e.actor.turn) {
			continue
		}
		s.advance(e.at)
		if e.do != nil {
			e.do()
			continue
		}
		s.resume(e.actor)
	}
}

func (s *schedule) advance(to time.Duration) {
	s.steps++
	s.now = to
	s.world.Now = failovertest.Start.Add(to)
}

// resume lets an actor go on until it gives way.
func (s *schedule) resume(a *actor) {
	if a.thread == nil {
		a.thread = s.thread()
		a.thread.actor = a
	}
	before := s.current
	s.current = a
	delay, _ := a.thread.next()
	s.current = before
	if delay != finished {
		s.push(delay, a)
		return
	}
	a.ended = true
	s.idle = append(s.idle, a.thread)
	a.thread = nil
}

// wait lets time pass for the running actor.
func (s *schedule) wait(duration time.Duration) {
	a := s.current
	if a.crashing {
		panic(crashed{})
	}
	at := s.now + duration
	if at <= s.until && !s.stopped && (len(s.queue) == 0 || s.queue[0].at > at) {
		s.advance(at)
		return
	}
	if !a.thread.yield(duration) || a.crashing {
		panic(crashed{})
	}
}

// interrupt ends an actor where it is, or what it is doing if it minds. It must not be the one that runs.
func (s *schedule) interrupt(a *actor) {
	if a.ended || a == s.current {
		return
	}
	if a.thread == nil {
		a.ended = true
		return
	}
	a.crashing = true
	s.resume(a)
}

// interruptAll interrupts the actors of a kind in a Region.
func (s *schedule) interruptAll(kind kind, region int) {
	for _, a := range s.actors[:s.used] {
		if a.kind == kind && a.region == region {
			s.interrupt(a)
		}
	}
}

// thread takes an idle thread, or makes one.
func (s *schedule) thread() *thread {
	if last := len(s.idle) - 1; last >= 0 {
		t := s.idle[last]
		s.idle = s.idle[:last]
		return t
	}
	t := &thread{}
	t.next, t.stop = iter.Pull(func(yield func(time.Duration) bool) {
		t.yield = yield
		for {
			s.perform(t.actor)
			if !yield(finished) {
				return
			}
		}
	})
	s.threads = append(s.threads, t)
	return t
}

// perform runs an actor to its end.
func (s *schedule) perform(a *actor) {
	defer func() {
		thrown := recover()
		if _, expected := thrown.(crashed); thrown != nil && !expected {
			s.paniced(fmt.Sprintf("%s: %v\n%s", a.name, thrown, debug.Stack()))
		}
	}()
	a.body()
}

// end ends whoever still lives, and keeps the threads.
func (s *schedule) end() {
	for _, a := range s.actors[:s.used] {
		for tries := 0; !a.ended && tries < 2; tries++ {
			s.interrupt(a)
		}
		a.body = nil
	}
}

// close ends the threads.
func (s *schedule) close() {
	for _, t := range s.threads {
		t.stop()
	}
}
