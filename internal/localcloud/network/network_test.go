package network_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/network"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var regions = []string{"us-east-1", "us-west-2", "us-east-2"}

func TestPlan(t *testing.T) {
	plan, err := network.NewPlan(7, regions)
	must(t, err)
	seen := map[netip.Addr]bool{}
	for i, region := range regions {
		address, err := plan.Address(region, 1)
		must(t, err)
		if want := netip.AddrFrom4([4]byte{127, 7, byte(i + 1), 1}); address != want || seen[address] {
			t.Errorf("%s: %s, want %s, once", region, address, want)
		}
		seen[address] = true
		if back, known := plan.Region(address); !known || back != region {
			t.Errorf("%s belongs to %q, want %s", address, back, region)
		}
	}
	for _, other := range []string{"127.0.0.1", "127.7.0.1", "127.7.4.1", "127.8.1.1", "10.7.1.1", "::1"} {
		if region, known := plan.Region(netip.MustParseAddr(other)); known {
			t.Errorf("%s belongs to %s, want none", other, region)
		}
	}
	must(t, plan.Check())
}

func TestPlanRefuses(t *testing.T) {
	plan, err := network.NewPlan(1, regions)
	must(t, err)
	address := func(region string, host int) error { _, err := plan.Address(region, host); return err }
	made := func(cloud int, regions ...string) error { _, err := network.NewPlan(cloud, regions); return err }
	for name, err := range map[string]error{
		"cloud 0": made(0, "a"), "cloud 255": made(255, "a"), "no Region": made(1), "a Region twice": made(1, "a", "a"), "a Region without a name": made(1, ""),
		"host 0": address("us-east-1", 0), "host 255": address("us-east-1", 255), "an unknown Region": address("eu-west-1", 1),
	} {
		if !errors.Is(err, network.ErrPlan) {
			t.Errorf("%s: %v, want ErrPlan", name, err)
		}
	}
}

func TestNames(t *testing.T) {
	var names network.Names
	names.Set("db.example.net", 5432, netip.MustParseAddrPort("127.7.1.2:40123"))
	names.Set("api.example.net", 0, netip.MustParseAddrPort("127.7.1.1:0"))
	names.Set("api.example.net", 443, netip.MustParseAddrPort("127.7.1.1:8443"))
	names.Set("127.7.1.9", 443, netip.MustParseAddrPort("127.7.1.9:8443"))
	for address, want := range map[string]string{
		"db.example.net:5432": "127.7.1.2:40123", "DB.Example.Net.:5432": "127.7.1.2:40123", "api.example.net:443": "127.7.1.1:8443",
		"api.example.net:80": "127.7.1.1:80", "127.7.1.9:443": "127.7.1.9:8443", "127.7.1.9:80": "127.7.1.9:80", "[::1]:80": "[::1]:80",
	} {
		if got, err := names.Resolve(address); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v; want %s", address, got, err, want)
		}
	}
	for _, address := range []string{"db.example.net:80", "example.org:443", "192.0.2.1:443"} {
		_, err := names.Resolve(address)
		var fault *net.DNSError
		if !errors.As(err, &fault) || !fault.IsNotFound {
			t.Errorf("%s: %v, want not found", address, err)
		}
	}
	for _, address := range []string{"db.example.net", "db.example.net:http", "db.example.net:65536"} {
		if got, err := names.Resolve(address); err == nil {
			t.Errorf("%s: %s, want an error", address, got)
		}
	}
	names.Delete("db.example.net", 5432)
	if where, known := names.Lookup("db.example.net", 5432); known {
		t.Errorf("deleted, and still at %s", where)
	}
}

// answering is a server that sends one byte to whoever connects.
func answering(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte{'!'}) // the test sees what does not arrive
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener
}

func TestDialerKnowsNamesOnly(t *testing.T) {
	listener := answering(t, "127.0.0.1:0")
	var names network.Names
	names.Set("api.example.net", 443, netip.MustParseAddrPort(listener.Addr().String()))
	conn, err := names.Dialer()(t.Context(), "tcp", "api.example.net:443")
	must(t, err)
	must(t, conn.Close())
	if _, err := names.Dialer()(t.Context(), "tcp", "example.com:443"); err == nil || !strings.Contains(err.Error(), "no such host in the local cloud") {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestFabric(t *testing.T) {
	plan, err := network.NewPlan(9, regions)
	must(t, err)
	address, err := plan.Address("us-west-2", 1)
	must(t, err)
	listener := answering(t, netip.AddrPortFrom(address, 0).String())
	fabric, err := network.NewFabric(append([]string{network.Internet}, regions...), 1, func(a, b string) link.State {
		return link.State{RoundTrip: network.DefaultRoundTrip(a, b) / 4}
	})
	must(t, err)
	defer func() {
		must(t, fabric.Close())
		must(t, fabric.Close())
	}()
	// Patience is for what may be slow on a machine with load; silence is only looked at briefly.
	const patience, silence = 20 * time.Second, 200 * time.Millisecond
	reach := func(from string, wait time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		conn, err := fabric.DialContext(ctx, from, "us-west-2", listener.Addr().String())
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }() // one byte was all
		must(t, conn.SetReadDeadline(time.Now().Add(wait)))
		_, err = io.ReadFull(conn, make([]byte, 1))
		return err
	}
	reachable := func(when string, want map[string]bool) {
		t.Helper()
		for from, may := range want {
			wait := silence
			if may {
				wait = patience
			}
			if err := reach(from, wait); (err == nil) != may {
				t.Errorf("%s: us-west-2 from %s: %v, want reachable %v", when, from, err, may)
			}
		}
	}
	everybody := map[string]bool{"us-west-2": true, "us-east-1": true, "us-east-2": true, network.Internet: true}
	reachable("at first", everybody)
	must(t, fabric.Cut("us-west-2", "us-east-1"))
	reachable("cut", map[string]bool{"us-west-2": true, "us-east-1": false, "us-east-2": true, network.Internet: true})
	must(t, fabric.Heal("us-east-1", "us-west-2"))
	must(t, fabric.CutOneWay("us-west-2", "us-east-2"))
	reachable("one way", map[string]bool{"us-west-2": true, "us-east-1": true, "us-east-2": false, network.Internet: true})
	one, err := fabric.Link("us-west-2", "us-east-2")
	must(t, err)
	if state := one.State(); state.Cut != link.CutBToA { // us-east-2 is A, by the alphabet
		t.Errorf("one-way cut: %+v", state)
	}
	must(t, fabric.Heal("us-west-2", "us-east-2"))
	for _, each := range fabric.Of("us-west-2") {
		must(t, each.Change(func(s *link.State) { s.Cut = link.CutBoth }))
	}
	reachable("dark", map[string]bool{"us-west-2": true, "us-east-1": false, "us-east-2": false, network.Internet: false})
	if _, err := fabric.Link("us-west-2", "eu-west-1"); err == nil {
		t.Error("a link to an unknown place")
	}
}

func TestFabricRefuses(t *testing.T) {
	if _, err := network.NewFabric([]string{"a", "b", "a"}, 1, nil); err == nil {
		t.Error("a place twice")
	}
	if _, err := network.NewFabric([]string{"a", "b", "c"}, 1, func(string, string) link.State { return link.State{Loss: 7} }); !errors.Is(err, link.ErrInvalid) {
		t.Errorf("an impossible state: %v", err)
	}
}

func TestDefaultRoundTrip(t *testing.T) {
	for _, a := range append([]string{network.Internet, "eu-west-1"}, regions...) {
		for _, b := range append([]string{network.Internet, "eu-west-1"}, regions...) {
			there, back := network.DefaultRoundTrip(a, b), network.DefaultRoundTrip(b, a)
			if there != back || (there == 0) != (a == b) {
				t.Errorf("%s-%s: %s there, %s back", a, b, there, back)
			}
		}
	}
}
