package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// resource is one resource, decoded.
type resource interface {
	// id is what the service knows it by: a resource with another id is another one.
	id() string
	// install makes it real, or changes it to what it says now. The error is a missing if it needs another one first.
	install(ctx context.Context) error
	// remove takes it away; what is gone already is no error.
	remove(ctx context.Context) error
}

// simple is a resource that stands on nothing that the installer must know of.
type simple struct {
	name        string
	put, delete func(ctx context.Context) error
}

func (s simple) id() string                        { return s.name }
func (s simple) install(ctx context.Context) error { return s.put(ctx) }
func (s simple) remove(ctx context.Context) error  { return s.delete(ctx) }

// dependent is a resource that goes when what it stands on goes: a permission with its function.
type dependent interface {
	// lost is a missing when what it stands on is gone.
	lost() error
}

// missing is what a resource waits for.
type missing struct{ what string }

func (m missing) Error() string { return "there is no " + m.what }

func needs(format string, values ...any) error { return missing{fmt.Sprintf(format, values...)} }

// Installer installs the resources of one Region. It is safe for concurrent use.
type Installer struct {
	decoders map[string]func(raw []byte) (resource, error)

	mutex   sync.Mutex
	entries map[string]*entry // by address: one has the same type for ever
}

// entry is a resource that was put.
type entry struct {
	address string
	raw     []byte
	wanted  resource
	// there is what is installed, nil for nothing: an older state while wanted waits.
	there resource
	// waits is why wanted is not there.
	waits error
}

// New makes an installer over services without resources.
func New(services Services) *Installer {
	return &Installer{decoders: services.decoders(), entries: map[string]*entry{}}
}

// Types are those that Put takes, sorted.
func (i *Installer) Types() []string { return slices.Sorted(maps.Keys(i.decoders)) }

// Put creates or replaces a resource. One that needs another that is not there yet waits for it, see Waiting; that is no
// error. The attributes are not kept in errors: they may be secret.
func (i *Installer) Put(ctx context.Context, typeName, address string, attributes []byte) error {
	decode, known := i.decoders[typeName]
	if !known {
		return fmt.Errorf("put %s: a Region has no resources of type %s", address, typeName)
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	e, exists := i.entries[address]
	if exists && e.waits == nil && bytes.Equal(e.raw, attributes) {
		return nil
	}
	wanted, err := decode(attributes)
	if err != nil {
		return fmt.Errorf("put %s: %w", address, err)
	}
	if !exists {
		e = &entry{address: address}
	}
	e.raw, e.wanted = bytes.Clone(attributes), wanted
	err = e.install(ctx)
	i.entries[address] = e
	if err != nil {
		return fmt.Errorf("put %s: %w", address, err)
	}
	return i.settleLocked(ctx)
}

// install makes the wanted state the one that is there.
func (e *entry) install(ctx context.Context) error {
	if e.there != nil && e.there.id() != e.wanted.id() {
		if err := e.there.remove(ctx); err != nil {
			e.waits = err
			return fmt.Errorf("replace: %w", err)
		}
		e.there = nil
	}
	e.waits = e.wanted.install(ctx)
	switch {
	case e.waits == nil:
		e.there = e.wanted
	case errors.As(e.waits, &missing{}):
		return nil
	}
	return e.waits
}

// settleLocked lets what lost its ground wait, and tries what waits again, for as long as that helps. What fails then is
// the fault of the entry that waited.
func (i *Installer) settleLocked(ctx context.Context) error {
	var failures []error
	for again := true; again; {
		again = false
		for _, address := range slices.Sorted(maps.Keys(i.entries)) {
			e := i.entries[address]
			if on, ok := e.there.(dependent); ok {
				if err := on.lost(); err != nil {
					failures = append(failures, e.there.remove(ctx))
					e.there, e.waits = nil, err
				}
			}
			if !errors.As(e.waits, &missing{}) {
				continue
			}
			if err := e.install(ctx); err != nil {
				failures = append(failures, fmt.Errorf("put %s: %w", address, err))
			}
			again = again || e.waits == nil
		}
	}
	return errors.Join(failures...)
}

// Delete removes a resource; one that was not put is no error.
func (i *Installer) Delete(ctx context.Context, typeName, address string) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	e, exists := i.entries[address]
	if !exists {
		return nil
	}
	if e.there != nil {
		if err := e.there.remove(ctx); err != nil {
			return fmt.Errorf("delete %s: %w", address, err)
		}
	}
	delete(i.entries, address)
	return i.settleLocked(ctx)
}

// Waiting lists what was put and is not there, with the reason: after everything was put it must be empty.
func (i *Installer) Waiting() []string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	var found []string
	for _, address := range slices.Sorted(maps.Keys(i.entries)) {
		if e := i.entries[address]; e.waits != nil {
			found = append(found, address+": "+e.waits.Error())
		}
	}
	return found
}
