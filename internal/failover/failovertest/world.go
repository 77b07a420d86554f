package failovertest

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// World is everything outside the controllers. Its zero value is not usable; New makes one.
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

	Records map[string]payment.Record
	Books   map[string]*Book
	// Global is the global cluster.
	Global Global

	// Unfenced: the ledgers take postings of any epoch, as they would without a fence.
	Unfenced bool

	// Before is called ahead of every call of a Region's actor, After behind a call that was carried out. An error is
	// the call's answer; a nil hook does nothing.
	Before, After func(call Call) error
	// Trace is told of everything that changed.
	Trace func(format string, arguments ...any)
}

// Call names one call.
type Call struct{ Region, Actor, Name string }

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
}

// Start is where every world's time begins.
var Start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// New is a world in which writer's cluster is the primary, and no lease was ever written.
func New(writer, replica string) *World {
	w := &World{
		Now: Start, Wall: map[string]time.Duration{}, Records: map[string]payment.Record{},
		Books:  map[string]*Book{writer: {Writable: true}, replica: {}},
		Global: Global{Writer: writer, Unusable: map[string]string{}},
	}
	return w
}

// WallTime is a Region's wall clock.
func (w *World) WallTime(region string) time.Time { return w.Now.Add(w.Wall[region]) }

// do carries a call out between its hooks.
func do[T any](w *World, region, actor, name string, carry func() (T, error)) (T, error) {
	var zero T
	call := Call{Region: region, Actor: actor, Name: name}
	if w.Before != nil {
		if err := w.Before(call); err != nil {
			return zero, err
		}
	}
	w.Settle()
	value, err := carry()
	if err != nil {
		return zero, err
	}
	if w.After != nil {
		if err := w.After(call); err != nil {
			return zero, err
		}
	}
	return value, nil
}

func (w *World) trace(format string, arguments ...any) {
	if w.Trace != nil {
		w.Trace(format, arguments...)
	}
}

// Settle lets what is due happen: a promotion ends.
func (w *World) Settle() {
	g := &w.Global
	if g.Target == "" || w.Now.Before(g.Ends) {
		return
	}
	former := g.Writer
	g.Writer, g.Target = g.Target, ""
	w.Books[g.Writer].Writable = true
	if former != g.Writer && !g.Severed {
		w.Rejoin(former)
	}
	w.trace("database: %s is the writer", g.Writer)
}

// Rejoin makes a Region's database a replica of the writer, on a new volume: what only it had is lost there.
func (w *World) Rejoin(region string) {
	book := w.Books[region]
	book.Writable = false
	book.reset(w.Books[w.Global.Writer].log)
	delete(w.Global.Unusable, region)
}

// Replicate carries up to count of the writer's commits to its replica, -1 all.
func (w *World) Replicate(count int) {
	writer := w.Books[w.Global.Writer]
	for region, book := range w.Books {
		if region == w.Global.Writer || book.Writable {
			continue
		}
		for ; count != 0 && len(book.log) < len(writer.log); count-- {
			book.apply(writer.log[len(book.log)])
		}
	}
}

// Check holds the ledgers to invariant I2 as far as it holds at every moment: what a ledger has agrees with the
// journal.
func (w *World) Check() error {
	for region, book := range w.Books {
		for id, posted := range book.payments {
			record, known := w.Records[id]
			if !known || record.TransactionID != posted.TransactionID || record.Money != posted.Money {
				return fmt.Errorf("ledger of %s has payment %s of transaction %s, the journal has %s", region, id, posted.TransactionID, record.TransactionID)
			}
		}
	}
	return nil
}

// Lost lists the acknowledged payments that the writer's ledger lacks.
func (w *World) Lost() []string {
	var lost []string
	for id := range w.Records {
		if _, posted := w.Books[w.Global.Writer].payments[id]; !posted {
			lost = append(lost, id)
		}
	}
	return lost
}
