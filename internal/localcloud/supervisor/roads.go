package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/network"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/forward"
)

// buildRoads opens the addresses that lead from one place to another.
func (s *Supervisor) buildRoads() error {
	for _, region := range s.layout.Regions() {
		other := s.layout.Other(region)
		for _, way := range []struct {
			from, to   string
			at, target netip.AddrPort
		}{
			{network.Internet, region, s.layout.Public(region), s.layout.Gateway(region)},
			{network.Internet, region, s.layout.PublicAPI(region), s.layout.API(region)},
			{region, network.Internet, s.layout.FarIssuer(region), s.layout.Issuer()},
			{region, other, s.layout.FarInternal(region), s.layout.Internal(other)},
		} {
			if err := s.open(way.from, way.to, way.at, way.target); err != nil {
				return err
			}
		}
	}
	return nil
}

// open makes an address of a place that leads to an address of another one, through their link.
func (s *Supervisor) open(from, to string, at, target netip.AddrPort) error {
	_, err := s.road(from, to, at, target)
	return err
}

func (s *Supervisor) road(from, to string, at, target netip.AddrPort) (netip.AddrPort, error) {
	found, err := s.fabric.Link(from, to)
	if err != nil {
		return netip.AddrPort{}, err
	}
	direction, err := found.From(from)
	if err != nil {
		return netip.AddrPort{}, err
	}
	proxy, err := found.Listen(direction, at, target.String())
	if err != nil {
		return netip.AddrPort{}, err
	}
	return proxy.Address(), nil
}

// silence opens an address that accepts and never answers: what a packet meets that a security group drops.
func (s *Supervisor) silence(at netip.AddrPort) error {
	silent, err := forward.Listen(at.String(), func(ctx context.Context, _ net.Conn) (net.Conn, []byte, error) {
		<-ctx.Done()
		return nil, nil, ctx.Err()
	})
	if err != nil {
		return err
	}
	s.keep(silent)
	return nil
}

// keep closes a forward with the cloud.
func (s *Supervisor) keep(each *forward.Forward) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.forwards = append(s.forwards, each)
}

// writers is where the names of databases lead now.
type writers struct {
	mutex sync.Mutex
	table map[string]netip.AddrPort
}

// set notes where a name leads; an invalid address is nowhere. It returns where it led before.
func (w *writers) set(name string, address netip.AddrPort) netip.AddrPort {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.table == nil {
		w.table = map[string]netip.AddrPort{}
	}
	before := w.table[name]
	if address.IsValid() {
		w.table[name] = address
	} else {
		delete(w.table, name)
	}
	return before
}

func (w *writers) get(name string) (netip.AddrPort, bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	address, found := w.table[name]
	return address, found
}

// global is the name of the writer of the global database, and where it leads.
func (w *writers) global() (string, netip.AddrPort) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for name, address := range w.table {
		if isGlobal(name) {
			return name, address
		}
	}
	return "", netip.AddrPort{}
}

// isGlobal knows RDS's form of global writer names.
func isGlobal(name string) bool { return strings.Contains(name, ".global-") }

// register is told by the database service where a name leads from now on.
func (s *Supervisor) register(name string, address netip.AddrPort) {
	before := s.names.set(name, address)
	if !isGlobal(name) || before == address || !address.IsValid() {
		return
	}
	from, _ := s.layout.Region(before.Addr())
	to, _ := s.layout.Region(address.Addr())
	s.events.add(control.WriterChanged, to, map[string]string{"from": from, "to": to, "name": name})
}

// followWriter opens, in each Region, what the global writer's name means there: the writer, wherever it is now.
func (s *Supervisor) followWriter(port uint16) error {
	for _, region := range s.layout.Regions() {
		for at, near := range map[netip.AddrPort]bool{s.layout.GlobalWriter(region, port): false, s.layout.NearWriter(region, port): true} {
			opened, err := forward.Listen(at.String(), func(ctx context.Context, _ net.Conn) (net.Conn, []byte, error) {
				conn, err := s.dialWriter(ctx, region, near)
				return conn, nil, err
			})
			if err != nil {
				return err
			}
			s.keep(opened)
		}
	}
	return nil
}

// dialWriter connects from a Region to the writer. Who only sees near databases hears nothing of one that is far.
func (s *Supervisor) dialWriter(ctx context.Context, region string, near bool) (net.Conn, error) {
	name, address := s.names.global()
	if name == "" {
		return nil, errors.New("no database writes")
	}
	there, known := s.layout.Region(address.Addr())
	if !known {
		return nil, fmt.Errorf("writer %s at %s is in no Region", name, address)
	}
	if near && there != region {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.fabric.DialContext(ctx, region, there, address.String())
}

// certificateNames are the addresses by which functions know databases, as a function has no resolver of its own here.
func (s *Supervisor) certificateNames(hosts []string) []string {
	return append(slices.Clone(hosts), s.layout.Databases()...)
}
