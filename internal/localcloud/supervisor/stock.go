package supervisor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// stock is what each Region was given, in the order in which it came: a Region that starts again gets it again.
type stock struct {
	mutex sync.Mutex
	items map[string][]item
}

type item struct {
	kind, address string
	attributes    json.RawMessage
}

func newStock() *stock { return &stock{items: map[string][]item{}} }

func (t *stock) keep(region string, new item) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for i, old := range t.items[region] {
		if old.address == new.address {
			t.items[region][i] = new
			return
		}
	}
	t.items[region] = append(t.items[region], new)
}

func (t *stock) drop(region, address string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.items[region] = slices.DeleteFunc(t.items[region], func(each item) bool { return each.address == address })
}

func (t *stock) of(region string) []item {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return slices.Clone(t.items[region])
}

// of lists what the Region's process was given of one type.
func (t *stock) ofType(region, kind string) []item {
	return slices.DeleteFunc(t.of(region), func(each item) bool { return each.kind != kind })
}

// regions gives resources to the Regions' processes; it implements resources.Regions.
type regions struct{ s *Supervisor }

// Put implements resources.Regions.
func (r regions) Put(ctx context.Context, region, kind, address string, attributes json.RawMessage) error {
	p, err := r.s.place(region)
	if err != nil {
		return fmt.Errorf("make %s: %w", address, err)
	}
	if err := p.client.Put(ctx, kind, address, attributes); err != nil {
		return err
	}
	r.s.stock.keep(region, item{kind, address, attributes})
	return nil
}

// Delete implements resources.Regions.
func (r regions) Delete(ctx context.Context, region, kind, address string) error {
	p, err := r.s.place(region)
	if err != nil {
		return fmt.Errorf("delete %s: %w", address, err)
	}
	if err := p.client.Delete(ctx, kind, address); err != nil {
		return err
	}
	r.s.stock.drop(region, address)
	return nil
}

// Invoke implements resources.Regions. What the function reaches is told to the Region first: the files may have said
// more since it was made.
func (r regions) Invoke(ctx context.Context, region, function string, payload []byte) (answer []byte, functionError string, err error) {
	p, err := r.s.place(region)
	if err != nil {
		return nil, "", fmt.Errorf("invoke %s: %w", function, err)
	}
	if err := r.s.tellNetwork(ctx, region); err != nil {
		return nil, "", err
	}
	return p.client.Invoke(ctx, function, payload)
}

// place is one of the two Regions.
func (s *Supervisor) place(region string) (*place, error) {
	if !slices.Contains(s.layout.Regions(), region) {
		return nil, fmt.Errorf("region %q is neither %s nor %s", region, s.layout.Primary, s.layout.Secondary)
	}
	return s.places[region], nil
}

// restock gives a Region that has started again all that it had.
func (s *Supervisor) restock(ctx context.Context, p *place) error {
	if err := s.tellNetwork(ctx, p.config.Name); err != nil {
		return err
	}
	for _, each := range s.stock.of(p.config.Name) {
		if err := p.client.Put(ctx, each.kind, each.address, each.attributes); err != nil {
			return fmt.Errorf("make %s again: %w", each.address, err)
		}
	}
	return p.client.Settled(ctx)
}
