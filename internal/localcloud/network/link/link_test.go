package link_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tick is long enough that what may happen has happened, on a machine with load; only absence is judged by it.
const tick = 150 * time.Millisecond

// backend is a server at the far end: it answers each line with "echo " and the line, and tells what it heard.
type backend struct {
	address string
	heard   chan string
}

func listen(t *testing.T) backend {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	made := backend{address: listener.Addr().String(), heard: make(chan string, 100)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer func() { _ = conn.Close() }() // the test is over, or the client
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					made.heard <- lines.Text()
					if _, err := fmt.Fprintf(conn, "echo %s\n", lines.Text()); err != nil {
						return
					}
				}
				made.heard <- "end"
			})
		}
	})
	t.Cleanup(func() { _ = listener.Close(); running.Wait() })
	return made
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wire is a link with a proxy to the backend. It closes before the backend does.
func wire(t *testing.T, state link.State, target string) (*link.Link, *link.Proxy) {
	t.Helper()
	made, err := link.New(link.Options{A: "us-east-1", B: "us-west-2", State: state, Seed: 1})
	must(t, err)
	t.Cleanup(func() { must(t, made.Close()) })
	proxy, err := made.Listen(link.AToB, netip.MustParseAddrPort("127.0.0.1:0"), target)
	must(t, err)
	return made, proxy
}

type client struct {
	net.Conn
	*bufio.Reader
}

func (c client) Read(data []byte) (int, error) { return c.Reader.Read(data) }

func connect(t *testing.T, proxy *link.Proxy) client {
	t.Helper()
	conn, err := net.Dial("tcp", proxy.Address().String())
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // most tests close it themselves
	return client{conn, bufio.NewReader(conn)}
}

func (c client) say(t *testing.T, line string) {
	t.Helper()
	_, err := io.WriteString(c, line+"\n")
	must(t, err)
}

func (c client) hear(t *testing.T, want string) {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
	line, err := c.ReadString('\n')
	if err != nil || strings.TrimSuffix(line, "\n") != want {
		t.Fatalf("heard %q, %v; want %q", line, err, want)
	}
}

func (c client) hearNothing(t *testing.T) {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(tick)))
	if line, err := c.ReadString('\n'); !isTimeout(err) {
		t.Fatalf("heard %q, %v; want nothing, with the connection open", line, err)
	}
}

func isTimeout(err error) bool {
	var fault net.Error
	return errors.As(err, &fault) && fault.Timeout()
}

func (b backend) hears(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-b.heard:
		if got != want {
			t.Fatalf("the far end heard %q, want %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the far end did not hear %q", want)
	}
}

func (b backend) hearsNothing(t *testing.T) {
	t.Helper()
	select {
	case got := <-b.heard:
		t.Fatalf("the far end heard %q through a cut", got)
	case <-time.After(tick):
	}
}

func TestDelay(t *testing.T) {
	far := listen(t)
	const roundTrip = 60 * time.Millisecond
	made, proxy := wire(t, link.State{RoundTrip: roundTrip}, far.address)
	begin := time.Now()
	conn := connect(t, proxy)
	conn.say(t, "first")
	conn.hear(t, "echo first")
	if took := time.Since(begin); took < 2*roundTrip {
		t.Errorf("connecting and one exchange took %s, want two round trips of %s at least", took, roundTrip)
	}
	for range 3 {
		begin = time.Now()
		conn.say(t, "again")
		conn.hear(t, "echo again")
		took := time.Since(begin)
		t.Logf("one exchange: %s, added beyond the round trip: %s", took, took-roundTrip)
		if took < roundTrip {
			t.Errorf("one exchange took %s, want %s at least", took, roundTrip)
		}
	}
	must(t, made.Set(link.State{}))
	conn.say(t, "fast")
	conn.hear(t, "echo fast")
	if s := made.Statistics(); s.Open != 1 || s.Total != 1 || s.Pending != 0 || s.AToB != int64(len("first\nagain\nagain\nagain\nfast\n")) || s.BToA != s.AToB+5*5 {
		t.Errorf("statistics: %+v", s)
	}
}

func TestOrderAndContentSurviveJitterAndLoss(t *testing.T) {
	far := listen(t)
	made, proxy := wire(t, link.State{RoundTrip: time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.02}, far.address)
	conn := connect(t, proxy)
	var sending sync.WaitGroup
	sending.Go(func() {
		for i := range 100 {
			_, err := fmt.Fprintf(conn, "%d\n", i)
			if err != nil {
				t.Error(err)
			}
			if i%10 == 9 {
				time.Sleep(time.Millisecond) // so that there are several pieces
			}
		}
	})
	for i := range 100 {
		far.hears(t, fmt.Sprint(i))
		conn.hear(t, fmt.Sprintf("echo %d", i))
	}
	sending.Wait()
	if s := made.Statistics(); s.AToB == 0 {
		t.Errorf("statistics: %+v", s)
	}
}

func TestBandwidth(t *testing.T) {
	far := listen(t)
	_, proxy := wire(t, link.State{Bandwidth: 100_000}, far.address)
	conn := connect(t, proxy)
	begin := time.Now()
	for range 20 {
		conn.say(t, strings.Repeat("x", 999))
	}
	for range 20 {
		conn.hear(t, "echo "+strings.Repeat("x", 999))
	}
	if took := time.Since(begin); took < 200*time.Millisecond {
		t.Errorf("20,000 bytes at 100,000 a second took %s", took)
	}
}

// A partition is silence: connections stay open, and what was under way arrives when it heals.
func TestFreezeAndHeal(t *testing.T) {
	far := listen(t)
	made, proxy := wire(t, link.State{RoundTrip: time.Millisecond}, far.address)
	conn := connect(t, proxy)
	conn.say(t, "before")
	conn.hear(t, "echo before")
	far.hears(t, "before")
	must(t, made.Set(link.State{RoundTrip: time.Millisecond, Cut: link.CutBoth}))
	conn.say(t, "during")
	conn.hearNothing(t)
	far.hearsNothing(t)
	must(t, made.Heal())
	conn.hear(t, "echo during")
	far.hears(t, "during")
	if s := made.Statistics(); s.Reset != 0 || s.Open != 1 {
		t.Errorf("statistics: %+v", s)
	}
}

func TestOneWayCut(t *testing.T) {
	tests := map[string]struct {
		cut     link.Cut
		arrives bool // the question; the answer never does
	}{
		"the way there": {link.CutAToB, false},
		"the way back":  {link.CutBToA, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			far := listen(t)
			made, proxy := wire(t, link.State{}, far.address)
			conn := connect(t, proxy)
			conn.say(t, "before")
			conn.hear(t, "echo before")
			far.hears(t, "before")
			must(t, made.Change(func(s *link.State) { s.Cut = test.cut }))
			conn.say(t, "during")
			if test.arrives {
				far.hears(t, "during")
			} else {
				far.hearsNothing(t)
			}
			conn.hearNothing(t)
			// A new connection needs both ways.
			fresh := connect(t, proxy)
			fresh.say(t, "new")
			far.hearsNothing(t)
			must(t, made.Heal())
			conn.hear(t, "echo during")
			fresh.hear(t, "echo new")
		})
	}
}

func TestReset(t *testing.T) {
	far := listen(t)
	made, proxy := wire(t, link.State{}, far.address)
	conn := connect(t, proxy)
	conn.say(t, "before")
	conn.hear(t, "echo before")
	must(t, made.Set(link.State{Cut: link.CutBoth, Reset: true}))
	must(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	if _, err := conn.ReadString('\n'); err == nil || isTimeout(err) {
		t.Errorf("the open connection: %v, want a reset", err)
	}
	fresh, err := net.Dial("tcp", proxy.Address().String())
	if err == nil { // else the reset was quicker than the dial
		must(t, fresh.SetReadDeadline(time.Now().Add(20*time.Second)))
		_, err = fresh.Read(make([]byte, 1))
		must(t, fresh.Close())
	}
	if err == nil || isTimeout(err) {
		t.Errorf("a new connection: %v, want a reset", err)
	}
	must(t, made.Heal())
	again := connect(t, proxy)
	again.say(t, "after")
	again.hear(t, "echo after")
}

// Nobody may hear, after the cut, what a client wrote that had never really connected and has given up.
func TestRequestOfAClientThatGaveUpIsNeverSent(t *testing.T) {
	far := listen(t)
	made, proxy := wire(t, link.State{Cut: link.CutBoth}, far.address)
	conn := connect(t, proxy)
	conn.say(t, "pay")
	must(t, conn.Close())
	for deadline := time.Now().Add(20 * time.Second); made.Statistics().Reset == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the abandoned connection is still there: %+v", made.Statistics())
		}
	}
	must(t, made.Heal())
	fresh := connect(t, proxy)
	fresh.say(t, "other")
	far.hears(t, "other")
}

func TestHalfCloseAndEnds(t *testing.T) {
	far := listen(t)
	made, proxy := wire(t, link.State{RoundTrip: 10 * time.Millisecond}, far.address)
	conn := connect(t, proxy)
	conn.say(t, "last")
	must(t, conn.Conn.(*net.TCPConn).CloseWrite())
	conn.hear(t, "echo last")
	if _, err := conn.ReadString('\n'); !errors.Is(err, io.EOF) {
		t.Errorf("after the last answer: %v, want EOF", err)
	}
	far.hears(t, "last")
	far.hears(t, "end")
	for deadline := time.Now().Add(20 * time.Second); made.Statistics().Open != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the connection is still open: %+v", made.Statistics())
		}
	}
	if s := made.Statistics(); s.Reset != 0 || s.Total != 1 {
		t.Errorf("statistics: %+v", s)
	}
}

func TestNobodyListensAtTheFarEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := listener.Addr().String()
	must(t, listener.Close())
	made, proxy := wire(t, link.State{RoundTrip: 50 * time.Millisecond}, address)
	begin := time.Now()
	conn := connect(t, proxy)
	must(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	if _, err := conn.ReadString('\n'); err == nil || isTimeout(err) || time.Since(begin) < 50*time.Millisecond {
		t.Errorf("%v after %s, want a reset after a round trip", err, time.Since(begin))
	}
	if _, err := made.DialContext(t.Context(), link.AToB, address); err == nil || !strings.Contains(err.Error(), "us-east-1-us-west-2") {
		t.Errorf("dial: %v", err)
	}
}

func TestDialContext(t *testing.T) {
	far := listen(t)
	made, _ := wire(t, link.State{RoundTrip: 40 * time.Millisecond}, far.address)
	begin := time.Now()
	conn, err := made.DialContext(t.Context(), link.BToA, far.address)
	must(t, err)
	if took := time.Since(begin); took < 40*time.Millisecond {
		t.Errorf("connected after %s, want a round trip", took)
	}
	talk := client{conn, bufio.NewReader(conn)}
	talk.say(t, "hello")
	talk.hear(t, "echo hello")
	if s := made.Statistics(); s.BToA != 6 || s.AToB != 11 {
		t.Errorf("directions: %+v", s)
	}
	must(t, conn.Close())
	far.hears(t, "hello")
	far.hears(t, "end")

	must(t, made.Set(link.State{Cut: link.CutBToA}))
	ctx, cancel := context.WithTimeout(t.Context(), tick)
	defer cancel()
	if _, err := made.DialContext(ctx, link.AToB, far.address); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("through a cut: %v, want silence until the deadline", err)
	}
	must(t, made.Set(link.State{Cut: link.CutBoth, Reset: true}))
	if _, err := made.DialContext(t.Context(), link.AToB, far.address); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("through a cut that resets: %v", err)
	}
}

// Closing ends whatever goes on: frozen data, handshakes, dials; goleak sees the rest.
func TestCloseInTheMiddle(t *testing.T) {
	far := listen(t)
	made, proxy := wire(t, link.State{}, far.address)
	conn := connect(t, proxy)
	conn.say(t, "before")
	conn.hear(t, "echo before")
	must(t, made.Set(link.State{Cut: link.CutBoth}))
	conn.say(t, "frozen")
	pending := connect(t, proxy)
	pending.say(t, "pending")
	dialled := make(chan error, 1)
	go func() {
		_, err := made.DialContext(context.Background(), link.AToB, far.address)
		dialled <- err
	}()
	must(t, made.Close())
	must(t, made.Close())
	proxy.Close()
	if err := <-dialled; err == nil {
		t.Error("dialled through a closed link")
	}
	if _, err := made.Listen(link.AToB, netip.MustParseAddrPort("127.0.0.1:0"), far.address); err == nil {
		t.Error("listened on a closed link")
	}
	if s := made.Statistics(); s.Open != 0 || s.Pending != 0 {
		t.Errorf("statistics after close: %+v", s)
	}
}

func TestEndsAndRefusedStates(t *testing.T) {
	made, _ := wire(t, link.State{RoundTrip: time.Millisecond}, "127.0.0.1:1")
	if err := made.Set(link.State{Loss: 2}); !errors.Is(err, link.ErrInvalid) || made.State().RoundTrip != time.Millisecond {
		t.Errorf("refused state: %v, then %+v", err, made.State())
	}
	east, err := made.From("us-east-1")
	must(t, err)
	west, err := made.From("us-west-2")
	must(t, err)
	if east != link.AToB || west != link.BToA {
		t.Errorf("directions %d and %d", east, west)
	}
	if _, err := made.From("eu-west-1"); err == nil || !strings.Contains(err.Error(), "eu-west-1") {
		t.Errorf("an unknown end: %v", err)
	}
}

func BenchmarkThroughput(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	made, err := link.New(link.Options{A: "a", B: "b"})
	if err != nil {
		b.Fatal(err)
	}
	proxy, err := made.Listen(link.AToB, netip.MustParseAddrPort("127.0.0.1:0"), listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	conn, err := net.Dial("tcp", proxy.Address().String())
	if err != nil {
		b.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		b.Fatal(err)
	}
	go func() { _, _ = io.Copy(server, server) }() // ends with the connection
	message := make([]byte, 400)
	for b.Loop() {
		if _, err := conn.Write(message); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(conn, message); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if err := errors.Join(conn.Close(), server.Close(), listener.Close(), made.Close()); err != nil {
		b.Fatal(err)
	}
}
