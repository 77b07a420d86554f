package failovertest

import (
	"context"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// World is everything outside the controllers. New makes one; Reset makes it new again and keeps its memory.
type World struct {
	// Now is the time that clocks measure by.
	Now time.Time
	// Wall moves a Region's wall clock away from Now.
	Wall map[string]time.Duration

	Lease *control.Lease
	// LeaseFault is what Load answers instead, such as control.ErrCorrupt.
	LeaseFault error
	// Intent is what an operator asks for; nil: nobody ever did.
	Intent *control.Intent
	Events []control.Event

	Books map[string]*Book
	// Global is the global cluster.
	Global Global

	// Unfenced: the ledgers take postings of any epoch, as they would without a fence.
	Unfenced bool
	// IndexLag is how long an index of the journal is behind a write; nil: not at all.
	IndexLag func() time.Duration

	// Before is the way of every call to its store, After the way back of a call that was carried out; nil: nothing
	// happens on the way.
	Before func(ctx context.Context, call Call) Way
	After  func(ctx context.Context, call Call) error
	// Later does something by itself when the time has passed; it is needed when Before answers with Way.Again.
	Later func(after time.Duration, do func())
	// Trace is told of everything that changed.
	Trace func(format string, arguments ...any)
	// Saved is told of every lease that was written, Posted of every payment that a ledger took, Wrong of what is at
	// odds with the journal.
	Saved  func()
	Posted func(book *Book, posted *ledger.Payment)
	Wrong  func(error)

	places   map[string]int // by payment id: where it stands in sessions
	sessions []session
	pending  int
	entries  []entry // what any ledger ever took; the books are lists of places in it
	wrong    error
}

// Call is one call of a Region's actor.
type Call struct {
	Region, Actor string
	Op            Op
}

// Way is what becomes of a call on its way to the store.
type Way struct {
	// Err: it is answered so, and not carried out.
	Err error
	// Again: it is (also) carried out so much later, when nobody waits for its answer. Reads ignore it.
	Again time.Duration
}

// Global is the state of the global cluster.
type Global struct {
	// Writer is the Region of the primary cluster.
	Writer string
	// Target is the Region that a promotion under way makes the writer at Ends.
	Target string
	Ends   time.Time
	// Takes is how long a promotion takes.
	Takes time.Duration
	// Severed: the Regions do not reach each other, so a former writer is not stopped and goes on by itself.
	Severed bool
	// Unusable are the Regions whose cluster cannot be promoted, with the reason.
	Unusable map[string]string
	// Calls counts the promotions that were asked for, Switches the switchovers.
	Calls, Switches int
	// Ending is told just before a promotion ends.
	Ending func()
}

// Start is where every world's time begins.
var Start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// New is a world in which writer's cluster is the primary, and no lease was ever written.
func New(writer, replica string) *World {
	w := &World{
		Wall: map[string]time.Duration{}, places: map[string]int{}, Global: Global{Unusable: map[string]string{}},
		Books: map[string]*Book{},
	}
	for _, region := range []string{writer, replica} {
		w.Books[region] = &Book{world: w, region: region}
	}
	w.Reset(writer)
	return w
}

// Reset is New in the same memory; the hooks stay.
func (w *World) Reset(writer string) {
	w.Now, w.Lease, w.LeaseFault, w.Intent, w.Unfenced, w.wrong = Start, nil, nil, nil, false, nil
	clear(w.Wall)
	clear(w.places)
	clear(w.Global.Unusable)
	w.Events, w.sessions, w.entries, w.pending = w.Events[:0], w.sessions[:0], w.entries[:0], 0
	w.Global = Global{Writer: writer, Unusable: w.Global.Unusable, Ending: w.Global.Ending}
	for region, book := range w.Books {
		book.clear()
		book.Down, book.Apart, book.Writable = false, false, region == writer
	}
}

// WallTime is a Region's wall clock.
func (w *World) WallTime(region string) time.Time { return w.Now.Add(w.Wall[region]) }

// arrive is the way of a call to its store.
func (w *World) arrive(ctx context.Context, call Call) Way {
	way := Way{}
	if w.Before != nil {
		way = w.Before(ctx, call)
	}
	w.Settle()
	return way
}

// answer is the way back.
func (w *World) answer(ctx context.Context, call Call) error {
	if w.After == nil {
		return nil
	}
	return w.After(ctx, call)
}

// Settle lets what is due happen: a promotion ends.
func (w *World) Settle() {
	g := &w.Global
	if g.Target == "" || w.Now.Before(g.Ends) {
		return
	}
	if g.Ending != nil {
		g.Ending()
	}
	former := g.Writer
	g.Writer, g.Target = g.Target, ""
	w.Books[g.Writer].Writable = true
	switch {
	case former == g.Writer:
	case g.Severed:
		// It goes on by itself, and is of no use before it has been rebuilt.
		g.Unusable[former] = "was replaced as the writer"
	default:
		w.Rejoin(former)
	}
	delete(g.Unusable, g.Writer)
	if w.Trace != nil {
		w.Trace("database: %s is the writer", g.Writer)
	}
}

// Switchover makes a Region the writer without loss, in a planned way: the former writer stops first, and becomes its
// replica. False means that it cannot be done now.
func (w *World) Switchover(region string) bool {
	g := &w.Global
	if g.Writer == region || !w.switchable(region) {
		return false
	}
	w.Replicate(0)
	w.Books[g.Writer].Writable, w.Books[region].Writable, g.Writer = false, true, region
	if w.Trace != nil {
		w.Trace("database: switched over to %s", region)
	}
	return true
}

// switchable tells whether a Region's replica can become the writer without loss.
func (w *World) switchable(region string) bool {
	g, to := &w.Global, w.Books[region]
	return g.Target == "" && !g.Severed && g.Unusable[region] == "" && !to.Apart && !to.Down && !w.Books[g.Writer].Down
}

// Rejoin makes a Region's database a replica of the writer, on a new volume: what only it had is lost there.
func (w *World) Rejoin(region string) {
	book := w.Books[region]
	book.Writable, book.Apart = false, false
	book.copy(w.Books[w.Global.Writer])
	delete(w.Global.Unusable, region)
}

// Replicate carries the writer's commits to its replica, those that are at least so old.
func (w *World) Replicate(age time.Duration) {
	writer := w.Books[w.Global.Writer]
	until := w.Now.Add(-age)
	for region, book := range w.Books {
		if region == w.Global.Writer || book.Writable || book.Apart {
			continue
		}
		for len(book.log) < len(writer.log) && !w.entries[writer.log[len(book.log)]].at.After(until) {
			book.apply(writer.log[len(book.log)])
		}
	}
}

// Lag is how many of the writer's commits its replica lacks.
func (w *World) Lag() int {
	lag := 0
	for region, book := range w.Books {
		if region != w.Global.Writer {
			lag = max(lag, len(w.Books[w.Global.Writer].log)-len(book.log))
		}
	}
	return lag
}

// Check holds the ledgers to what is true at every moment: what a ledger took agrees with the journal.
func (w *World) Check() error { return w.wrong }

func (w *World) isWrong(format string, arguments ...any) {
	err := fmt.Errorf(format, arguments...)
	if w.wrong == nil {
		w.wrong = err
	}
	if w.Wrong != nil {
		w.Wrong(err)
	}
}

// Lost lists the payments of the journal that the writer's ledger lacks.
func (w *World) Lost() []string {
	var lost []string
	writer := w.Books[w.Global.Writer]
	for place := range w.sessions {
		if s := &w.sessions[place]; s.known && !writer.has(place) {
			lost = append(lost, s.record.ID)
		}
	}
	return lost
}

// place is where a payment stands, from its first appearance on.
func (w *World) place(id string) int {
	place, known := w.places[id]
	if !known {
		place = len(w.sessions)
		w.places[id] = place
		w.sessions = append(w.sessions, session{})
	}
	return place
}

// Record is a payment as the journal has it.
func (w *World) Record(id string) (payment.Record, bool) {
	place, known := w.places[id]
	if !known || !w.sessions[place].known {
		return payment.Record{}, false
	}
	return w.sessions[place].record, true
}

// Recorded counts the journal's payments, and those that are not completed.
func (w *World) Recorded() (all, pending int) {
	for place := range w.sessions {
		if w.sessions[place].known {
			all++
		}
	}
	return all, w.pending
}
