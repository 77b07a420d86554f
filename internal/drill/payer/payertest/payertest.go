// Package payertest is the world outside for tests of payers: two Regions with real HTTPS servers on loopback, and a real
// DNS server whose answer a test changes.
package payertest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/authority"
)

// The names of the world. Name is the one that DNS moves.
const (
	East = "us-east-1"
	West = "us-west-2"
	Name = "api.pay.example.net"
)

// Endpoint is the base URL that DNS moves, or the Region's own.
func Endpoint(region string) string {
	if region == "" {
		return "https://" + Name
	}
	return "https://" + region + "." + Name
}

// addresses are what DNS says; nothing listens there, the dialer's port map knows where the servers are.
var addresses = map[string]string{East: "127.71.1.1", West: "127.71.2.1"}

// TTL is that of every record.
const TTL = time.Second

// World is two Regions and a DNS server.
type World struct {
	Roots   *x509.CertPool
	servers map[string]*httptest.Server
	gates   map[string]*gate
	dns     string

	mutex  sync.Mutex
	points string
	lost   bool
}

// Start serves each Region by handler and lets DNS point at the East. It ends with the test.
func Start(t testing.TB, handler func(region string) http.Handler) *World {
	t.Helper()
	issuer, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Roots: issuer.Pool(), servers: map[string]*httptest.Server{}, gates: map[string]*gate{}, points: East}
	for region := range addresses {
		w.gates[region] = &gate{}
		server := httptest.NewUnstartedServer(w.gates[region].guard(handler(region)))
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return issuer.Certificate(hello.ServerName)
		}}
		server.EnableHTTP2 = true
		// Broken handshakes are what tests do on purpose.
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		w.servers[region] = server
		t.Cleanup(server.Close)
		t.Cleanup(w.gates[region].open)
	}
	w.listen(t)
	return w
}

// Dialer is a payer's own, with an empty cache.
func (w *World) Dialer() dialing.Dialer {
	return dialing.Dialer{Resolver: stub.New(stub.Server(w.dns), nil), Ports: func(host string, port int) string {
		for region, address := range addresses {
			if address == host && port == 443 {
				return w.servers[region].Listener.Addr().String()
			}
		}
		return net.JoinHostPort(host, "1")
	}}
}

// Point makes DNS answer with another Region.
func (w *World) Point(region string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.points = region
}

// LoseDNS makes the DNS server fail every question.
func (w *World) LoseDNS() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.lost = true
}

// Kill ends a Region: its connections break and new ones are refused.
func (w *World) Kill(region string) {
	_ = w.servers[region].Listener.Close() // a second kill closes it again
	w.servers[region].CloseClientConnections()
}

// Freeze makes a Region accept everything and answer nothing.
func (w *World) Freeze(region string) { w.gates[region].close() }

func (w *World) listen(t testing.TB) {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.dns = packets.LocalAddr().String()
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(w.answer)}
	started, ended := make(chan struct{}), make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() {
		defer close(ended)
		_ = server.ActivateAndServe() // it ends with Shutdown
	}()
	<-started
	t.Cleanup(func() {
		_ = server.Shutdown() // it runs, so it can be shut down
		<-ended
	})
}

// answer follows a CNAME from the shared name to the Region's own, as Route 53's failover records do.
func (w *World) answer(to dns.ResponseWriter, question *dns.Msg) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	reply := new(dns.Msg).SetReply(question)
	region, own := strings.CutSuffix(question.Question[0].Name, "."+Name+".")
	header := func(name string, kind uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: uint32(TTL / time.Second)}
	}
	if w.lost {
		reply.Rcode = dns.RcodeServerFailure
	}
	if !own {
		region = w.points
		reply.Answer = append(reply.Answer, &dns.CNAME{Hdr: header(question.Question[0].Name, dns.TypeCNAME), Target: region + "." + Name + "."})
	}
	reply.Answer = append(reply.Answer, &dns.A{Hdr: header(region+"."+Name+".", dns.TypeA), A: net.ParseIP(addresses[region])})
	_ = to.WriteMsg(reply) // the payer's error says it
}

// gate lets requests through, or holds them until it opens.
type gate struct {
	mutex  sync.Mutex
	closed chan struct{}
}

func (g *gate) close() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed == nil {
		g.closed = make(chan struct{})
	}
}

func (g *gate) open() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed != nil {
		close(g.closed)
		g.closed = nil
	}
}

func (g *gate) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		g.mutex.Lock()
		closed := g.closed
		g.mutex.Unlock()
		if closed != nil {
			select {
			case <-closed:
			case <-request.Context().Done():
			}
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(writer, request)
	})
}
