package supervisor

import (
	"context"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// eventLimit bounds what is kept; a drill makes some dozens.
const eventLimit = 10000

// events is what happened, in order, for any number of readers.
type events struct {
	mutex   sync.Mutex
	kept    []control.Event
	next    int64
	changed chan struct{} // closed and replaced by every event
}

func newEvents() *events { return &events{changed: make(chan struct{}), next: 1} }

func (e *events) add(kind, region string, detail map[string]string) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.kept = append(e.kept, control.Event{Number: e.next, At: time.Now(), Kind: kind, Region: region, Detail: detail})
	e.next++
	if over := len(e.kept) - eventLimit; over > 0 {
		e.kept = append([]control.Event(nil), e.kept[over:]...)
	}
	close(e.changed)
	e.changed = make(chan struct{})
}

// after is what has happened since the number, and a channel that closes when there is more.
func (e *events) after(number int64) ([]control.Event, <-chan struct{}) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for i, event := range e.kept {
		if event.Number > number {
			return append([]control.Event(nil), e.kept[i:]...), e.changed
		}
	}
	return nil, e.changed
}

// follow yields events until ctx ends or yield says false.
func (e *events) follow(ctx context.Context, after int64, yield func(control.Event) bool) {
	for {
		found, changed := e.after(after)
		for _, event := range found {
			if !yield(event) {
				return
			}
			after = event.Number
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
