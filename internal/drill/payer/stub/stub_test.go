package stub_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
)

const api = "api.pay.example.net"

// server answers from records in zone file form, by question; it counts the questions.
type server struct {
	mutex sync.Mutex
	zone  map[string][]string
	rcode int
	err   error
	delay time.Duration
	asked atomic.Int64
}

func (s *server) set(name string, records ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.zone == nil {
		s.zone = map[string][]string{}
	}
	s.zone[dns.Fqdn(name)] = records
}

func (s *server) Exchange(ctx context.Context, question *dns.Msg) (*dns.Msg, error) {
	s.asked.Add(1)
	select {
	case <-time.After(s.delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	reply := new(dns.Msg).SetRcode(question, s.rcode)
	for _, text := range s.zone[question.Question[0].Name] {
		record, err := dns.NewRR(text)
		if err != nil {
			return nil, err
		}
		if record.Header().Rrtype == dns.TypeSOA {
			reply.Ns = append(reply.Ns, record)
		} else {
			reply.Answer = append(reply.Answer, record)
		}
	}
	return reply, nil
}

func lookup(t *testing.T, resolver *stub.Resolver) string {
	t.Helper()
	addresses, err := resolver.Lookup(t.Context(), api)
	if err != nil {
		return "error"
	}
	var texts []string
	for _, one := range addresses {
		texts = append(texts, one.String())
	}
	return strings.Join(texts, " ")
}

func TestAnAnswerLivesExactlyAsLongAsItsShortestTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &server{}
		from.set(api, api+". 10 IN CNAME east.example.net.", "east.example.net. 60 IN A 127.0.1.1")
		resolver := stub.New(from, nil)
		expect := func(want string, asked int64) {
			t.Helper()
			if got := lookup(t, resolver); got != want || from.asked.Load() != asked {
				t.Errorf("resolved to %s after %d questions, want %s after %d", got, from.asked.Load(), want, asked)
			}
		}
		expect("127.0.1.1", 1)
		from.set(api, api+". 10 IN CNAME west.example.net.", "west.example.net. 3 IN A 127.0.2.1")
		time.Sleep(10*time.Second - time.Nanosecond)
		expect("127.0.1.1", 1)
		time.Sleep(time.Nanosecond)
		expect("127.0.2.1", 2)
		time.Sleep(3 * time.Second)
		expect("127.0.2.1", 3)
	})
}

func TestTheTimeOfTheQuestionIsNotAddedToTheTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &server{delay: 2 * time.Second}
		from.set(api, api+". 5 IN A 127.0.1.1")
		resolver := stub.New(from, nil)
		lookup(t, resolver)
		time.Sleep(3 * time.Second)
		if lookup(t, resolver); from.asked.Load() != 2 {
			t.Errorf("an answer to a question of 5 s ago with a TTL of 5 s was used")
		}
	})
}

func TestAnExpiredAnswerIsNotUsedWhenTheServerIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &server{}
		from.set(api, api+". 5 IN A 127.0.1.1")
		resolver := stub.New(from, nil)
		lookup(t, resolver)
		from.err = errors.New("timeout")
		time.Sleep(5 * time.Second)
		if got := lookup(t, resolver); got != "error" {
			t.Errorf("resolved to %s from an expired answer", got)
		}
		from.err = nil
		if got := lookup(t, resolver); got != "127.0.1.1" {
			t.Errorf("resolved to %s after the server came back; a failure was kept", got)
		}
	})
}

func TestChains(t *testing.T) {
	tests := map[string]struct {
		zone      map[string][]string
		rcode     int
		want      string
		questions int64
		// kept is how long the result is kept.
		kept time.Duration
	}{
		"several addresses": {zone: map[string][]string{api: {api + ". 5 IN A 127.0.1.1", api + ". 5 IN A 127.0.1.2"}},
			want: "127.0.1.1 127.0.1.2", questions: 1, kept: 5 * time.Second},
		"a target of another zone is asked for": {zone: map[string][]string{
			api:                {api + ". 30 IN CNAME east.example.net."},
			"east.example.net": {"east.example.net. 20 IN A 127.0.1.1"}}, want: "127.0.1.1", questions: 2, kept: 20 * time.Second},
		"records in any order and case": {zone: map[string][]string{api: {
			"EAST.example.net. 9 IN A 127.0.1.1", "API.pay.example.net. 7 IN CNAME East.Example.Net."}},
			want: "127.0.1.1", questions: 1, kept: 7 * time.Second},
		"another name's address is not taken": {zone: map[string][]string{api: {"other.example.net. 5 IN A 127.0.9.9"}},
			want: "error", questions: 1},
		"a loop": {zone: map[string][]string{api: {api + ". 5 IN CNAME b.example.net."},
			"b.example.net": {"b.example.net. 5 IN CNAME " + api + "."}}, want: "error", questions: 8},
		"no such name, for the SOA's minimum": {rcode: dns.RcodeNameError, zone: map[string][]string{
			api: {"example.net. 900 IN SOA ns.example.net. h.example.net. 1 2 3 4 60"}}, want: "error", questions: 1, kept: time.Minute},
		"a target that does not exist, for no longer than the CNAME": {zone: map[string][]string{
			api:                {api + ". 7 IN CNAME east.example.net."},
			"east.example.net": {"example.net. 900 IN SOA ns.example.net. h.example.net. 1 2 3 4 60"}}, want: "error", questions: 2, kept: 7 * time.Second},
		"nothing, without an SOA":                       {want: "error", questions: 1},
		"a server failure is asked again, and not kept": {rcode: dns.RcodeServerFailure, want: "error", questions: 2},
		"TTL 0 is for this lookup only":                 {zone: map[string][]string{api: {api + ". 0 IN A 127.0.1.1"}}, want: "127.0.1.1", questions: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := &server{rcode: test.rcode}
				for name, records := range test.zone {
					from.set(name, records...)
				}
				resolver := stub.New(from, nil)
				if got := lookup(t, resolver); got != test.want || from.asked.Load() != test.questions {
					t.Errorf("resolved to %s after %d questions, want %s after %d", got, from.asked.Load(), test.want, test.questions)
				}
				if test.kept > 0 {
					time.Sleep(test.kept - time.Nanosecond)
					if lookup(t, resolver); from.asked.Load() != test.questions {
						t.Error("asked again before its time")
					}
					time.Sleep(time.Nanosecond)
				}
				if lookup(t, resolver); from.asked.Load() == test.questions {
					t.Error("not asked again when its time was over")
				}
			})
		})
	}
}

func TestLookupsOfOneNameShareAQuestionAndKeepTheirDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := &server{delay: time.Second}
		from.set(api, api+". 5 IN A 127.0.1.1")
		resolver := stub.New(from, nil)
		var found, gaveUp atomic.Int64
		for n := range 20 {
			go func() {
				limit := 2 * time.Second
				if n >= 10 {
					limit = 100 * time.Millisecond
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				if _, err := resolver.Lookup(ctx, api); errors.Is(err, context.DeadlineExceeded) {
					gaveUp.Add(1)
				} else if err == nil {
					found.Add(1)
				}
			}()
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if found.Load() != 10 || gaveUp.Load() != 10 || from.asked.Load() > 2 {
			t.Errorf("%d found, %d gave up, %d questions", found.Load(), gaveUp.Load(), from.asked.Load())
		}
	})
}

func TestARealServerOverUDPAndTCP(t *testing.T) {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stream, err := net.Listen("tcp", packets.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	handler := dns.HandlerFunc(func(to dns.ResponseWriter, question *dns.Msg) {
		reply := new(dns.Msg).SetReply(question)
		for n := range 60 {
			record, _ := dns.NewRR(fmt.Sprintf("%s 5 IN A 127.0.1.%d", question.Question[0].Name, n+1))
			reply.Answer = append(reply.Answer, record)
		}
		if to.RemoteAddr().Network() == "udp" {
			reply.Truncate(dns.MinMsgSize)
		}
		_ = to.WriteMsg(reply) // the client's error says it
	})
	for _, one := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: stream, Handler: handler}} {
		started := make(chan struct{})
		one.NotifyStartedFunc = func() { close(started) }
		go func() { _ = one.ActivateAndServe() }() // it ends with Shutdown
		<-started
		t.Cleanup(func() { _ = one.Shutdown() })
	}
	addresses, err := stub.New(stub.Server(packets.LocalAddr().String()), nil).Lookup(t.Context(), api)
	if err != nil || len(addresses) != 60 || !slices.Contains(addresses, netip.MustParseAddr("127.0.1.60")) {
		t.Errorf("%d addresses, error %v", len(addresses), err)
	}
	for _, one := range []interface{ Close() error }{packets, stream} {
		_ = one.Close() // the servers may have closed them
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := stub.New(stub.Server(packets.LocalAddr().String()), nil).Lookup(ctx, api); err == nil {
		t.Error("a server that is gone has answered")
	}
}
