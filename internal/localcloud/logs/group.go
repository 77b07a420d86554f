package logs

import (
	"slices"
	"sync"
	"time"
)

// event is a log event; times are milliseconds since 1970.
type event struct {
	time, ingested int64
	serial         int64 // in the order of writing
	stream         *stream
	message        string
}

// place orders events by time, and those of one time as they were written.
type place struct{ time, serial int64 }

func (e event) place() place { return place{e.time, e.serial} }

func (p place) compare(other place) int {
	if p.time != other.time {
		return compare(p.time, other.time)
	}
	return compare(p.serial, other.serial)
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

type stream struct {
	name                  string
	created, lastIngested int64
	first, last           int64 // times of events
	bytes                 int
	events                int // in memory
}

// overhead is what AWS adds to every event's size ("PutLogEvents", Amazon CloudWatch Logs API Reference).
const overhead = 26

// Streams without events in memory are forgotten above this number: every execution environment of a function has one.
const manyStreams = 1000

// group is a log group. The newest events are in memory, in the order of writing.
type group struct {
	name     string
	mutex    sync.Mutex
	settings Group
	created  int64
	streams  map[string]*stream
	memory   int // bytes of messages to keep
	serial   int64
	events   []event // from head on
	head     int
	bytes    int

	toFile  bool
	pending []byte // not yet in the file
	dropped int    // lines, because pending is full
}

func (g *group) configure(settings Group) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.settings = settings
}

func (g *group) write(name string, at, now int64, message string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	s := g.streamLocked(name, now)
	g.serial++
	g.events = append(g.events, event{time: at, ingested: now, serial: g.serial, stream: s, message: message})
	if s.bytes == 0 {
		s.first, s.last = at, at
	}
	s.first, s.last, s.lastIngested = min(s.first, at), max(s.last, at), now
	s.bytes += len(message) + overhead
	s.events++
	g.bytes += len(message) + overhead
	for g.bytes > g.memory && len(g.events)-g.head > 1 {
		g.dropOldestLocked()
	}
	if g.head > 1000 && g.head > len(g.events)/2 {
		// The dropped half is overwritten and cleared, so that its messages are free.
		g.events = slices.Delete(g.events, 0, g.head)
		g.head = 0
	}
	if g.toFile {
		g.pendLocked(at, name, message)
	}
}

func (g *group) streamLocked(name string, now int64) *stream {
	s := g.streams[name]
	if s == nil {
		s = &stream{name: name, created: now}
		g.streams[name] = s
	}
	return s
}

func (g *group) dropOldestLocked() {
	oldest := &g.events[g.head]
	g.bytes -= len(oldest.message) + overhead
	if oldest.stream.events--; oldest.stream.events == 0 && len(g.streams) > manyStreams {
		delete(g.streams, oldest.stream.name)
	}
	*oldest = event{}
	g.head++
}

// find copies the events that are wanted and not older than the retention, in the order of time.
func (g *group) find(now int64, wanted func(*event) bool) []event {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	oldest := int64(0)
	if days := g.settings.RetentionInDays; days > 0 {
		oldest = now - int64(days)*24*time.Hour.Milliseconds()
	}
	var found []event
	for i := g.head; i < len(g.events); i++ {
		if e := &g.events[i]; e.time >= oldest && wanted(e) {
			found = append(found, *e)
		}
	}
	slices.SortStableFunc(found, func(a, b event) int { return a.place().compare(b.place()) })
	return found
}

// description is a group and what is known about it.
type description struct {
	Group
	created int64
	bytes   int
}

func (g *group) describe() description {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return description{g.settings, g.created, g.bytes}
}

// listStreams copies the streams.
func (g *group) listStreams() []stream {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	list := make([]stream, 0, len(g.streams))
	for _, s := range g.streams {
		list = append(list, *s)
	}
	return list
}

func (g *group) hasStream(name string) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.streams[name] != nil
}
