package simulation

import (
	"container/heap"
	"iter"
	"time"
)

// crashed unwinds an actor that is ended in the middle of a call.
type crashed struct{}

// actor is a coroutine that gives way for a time.
type actor struct {
	name  string
	next  func() (time.Duration, bool)
	stop  func()
	yield func(time.Duration) bool
	ended bool
}

// event is an actor's turn.
type event struct {
	at    time.Duration
	order int
	actor *actor
}

type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].order < q[j].order
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(event)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// schedule runs actors in the order of their time.
type schedule struct {
	now     time.Duration
	queue   queue
	count   int
	current *actor
	live    map[*actor]bool
}

// start makes an actor whose first turn comes after delay.
func (s *schedule) start(name string, delay time.Duration, body func()) *actor {
	a := &actor{name: name}
	a.next, a.stop = iter.Pull(func(yield func(time.Duration) bool) {
		a.yield = yield
		defer func() {
			if thrown := recover(); thrown != nil {
				if _, ok := thrown.(crashed); !ok {
					panic(thrown)
				}
			}
		}()
		body()
	})
	s.live[a] = true
	s.push(a, delay)
	return a
}

func (s *schedule) push(a *actor, delay time.Duration) {
	s.count++
	heap.Push(&s.queue, event{at: s.now + delay, order: s.count, actor: a})
}

// pass gives way; the running actor goes on after duration, or never.
func (s *schedule) pass(duration time.Duration) {
	if !s.current.yield(duration) {
		panic(crashed{})
	}
}

// crash ends an actor where it is. It must not be the one that runs.
func (s *schedule) crash(a *actor) {
	if a.ended || a == s.current {
		return
	}
	s.finish(a)
	before := s.current
	s.current = a
	a.stop()
	s.current = before
}

func (s *schedule) finish(a *actor) {
	a.ended = true
	delete(s.live, a)
}

// step runs the next turn; false means that it would be after until.
func (s *schedule) step(until time.Duration) bool {
	for len(s.queue) > 0 && s.queue[0].actor.ended {
		heap.Pop(&s.queue)
	}
	if len(s.queue) == 0 || s.queue[0].at > until {
		return false
	}
	turn := heap.Pop(&s.queue).(event)
	s.now, s.current = turn.at, turn.actor
	delay, more := turn.actor.next()
	if more {
		s.push(turn.actor, delay)
	} else {
		s.finish(turn.actor)
	}
	s.current = nil
	return true
}
