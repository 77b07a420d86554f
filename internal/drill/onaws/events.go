package onaws

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/event"
)

// merged asks every source.
func merged(sources []event.Source) event.Source {
	return func(ctx context.Context, from, to time.Time) ([]event.Event, error) {
		var all []event.Event
		var failed []error
		for _, source := range sources {
			found, err := source(ctx, from, to)
			all, failed = append(all, found...), append(failed, err)
		}
		return all, errors.Join(failed...)
	}
}

// answers notes where the failover name leads, whenever that changes.
type answers struct {
	system System

	mutex sync.Mutex
	last  string
	noted []event.Event
}

// resolveEvery is often enough for a timeline in seconds, resolveTimeout a resolver's patience.
const (
	resolveEvery   = time.Second
	resolveTimeout = 3 * time.Second
)

// follow runs until ctx ends.
func (a *answers) follow(ctx context.Context) {
	ticker := time.NewTicker(resolveEvery)
	defer ticker.Stop()
	for {
		a.look(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (a *answers) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	target, err := a.system.Observer.Names.LookupCNAME(ctx, a.system.Observer.Access.Domain)
	if err != nil {
		return // no answer is none of another Region
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, region := range a.system.Observer.Access.Regions {
		if !strings.Contains("."+target+".", "."+region.Name+".") || a.last == region.Name {
			continue
		}
		if a.last != "" {
			a.noted = append(a.noted, event.Event{At: time.Now(), Kind: event.DNSChanged, Region: region.Name, Detail: target})
		}
		a.last = region.Name
	}
}

// events is a source of events.
func (a *answers) events(_ context.Context, from, to time.Time) ([]event.Event, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return event.Between(a.noted, from, to), nil
}
