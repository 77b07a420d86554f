package health_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

// server is an endpoint on a loopback port; probes for any name are led to it, as the local network's names do.
func server(t *testing.T, secure bool, versions *tls.Config, handler http.HandlerFunc) health.Dial {
	t.Helper()
	made := httptest.NewUnstartedServer(handler)
	made.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are wanted here
	if secure {
		made.TLS = versions
		made.StartTLS()
	} else {
		made.Start()
	}
	t.Cleanup(made.Close)
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", made.Listener.Addr().String())
	}
}

func probe(t *testing.T, dial health.Dial, config health.Config) health.Result {
	t.Helper()
	config.ID = "check"
	config = config.WithDefaults()
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	return health.Probe(context.Background(), dial, "us-east-1", config)
}

func TestProbeStatus(t *testing.T) {
	for status, healthy := range map[int]bool{200: true, 204: true, 301: true, 399: true, 400: false, 404: false, 500: false, 503: false} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			dial := server(t, false, nil, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere") // a redirect is healthy and is not followed
				w.WriteHeader(status)
			})
			result := probe(t, dial, health.Config{Type: health.HTTP, FQDN: "a.example.net"})
			if result.Healthy != healthy || !strings.Contains(result.Reason, fmt.Sprint(status)) {
				t.Errorf("%+v, want healthy %v", result, healthy)
			}
		})
	}
}

// The certificate of httptest is for example.com and 127.0.0.1, signed by nobody: checkers do not care.
func TestProbeTLS(t *testing.T) {
	tests := map[string]struct {
		versions *tls.Config
		sni      bool
		healthy  bool
		name     string // what the endpoint must see
	}{
		"name sent":       {&tls.Config{}, true, true, "us-east-1.api.example.net"},
		"name not sent":   {&tls.Config{}, false, true, ""},
		"TLS 1.3 only":    {&tls.Config{MinVersion: tls.VersionTLS13}, true, false, ""},
		"TLS 1.2 at most": {&tls.Config{MaxVersion: tls.VersionTLS12}, true, true, "us-east-1.api.example.net"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var seen *http.Request
			dial := server(t, true, test.versions, func(_ http.ResponseWriter, r *http.Request) { seen = r })
			result := probe(t, dial, health.Config{Type: health.HTTPS, FQDN: "us-east-1.api.example.net", Path: "/health?deep=1", EnableSNI: test.sni})
			if result.Healthy != test.healthy {
				t.Fatalf("%+v, want healthy %v", result, test.healthy)
			}
			if !test.healthy {
				return
			}
			if seen.TLS.ServerName != test.name || seen.Host != "us-east-1.api.example.net" || seen.RequestURI != "/health?deep=1" {
				t.Errorf("server name %q, Host %q, URI %q", seen.TLS.ServerName, seen.Host, seen.RequestURI)
			}
			if !strings.HasPrefix(seen.UserAgent(), "Amazon-Route53-Health-Check-Service (ref check") {
				t.Errorf("User-Agent %q", seen.UserAgent())
			}
		})
	}
}

func TestProbeHostHeader(t *testing.T) {
	address := netip.MustParseAddr("192.0.2.1")
	tests := map[string]struct {
		config health.Config
		want   string
	}{
		"own port":            {health.Config{FQDN: "a.example.net"}, "a.example.net"},
		"other port":          {health.Config{FQDN: "a.example.net", Port: 8080}, "a.example.net:8080"},
		"name with address":   {health.Config{FQDN: "a.example.net", Address: address}, "a.example.net"},
		"address alone":       {health.Config{Address: address}, "192.0.2.1"},
		"address, other port": {health.Config{Address: address, Port: 443}, "192.0.2.1:443"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var host, dialled string
			dial := server(t, false, nil, func(_ http.ResponseWriter, r *http.Request) { host = r.Host })
			test.config.Type = health.HTTP
			probe(t, func(ctx context.Context, place, address string) (net.Conn, error) {
				dialled = address
				return dial(ctx, place, address)
			}, test.config)
			if host != test.want {
				t.Errorf("Host %q, want %q", host, test.want)
			}
			if test.config.Address.IsValid() != strings.HasPrefix(dialled, "192.0.2.1:") {
				t.Errorf("dialled %q", dialled)
			}
		})
	}
}

func TestProbeStringMatching(t *testing.T) {
	tests := map[string]struct {
		status  int
		body    string
		healthy bool
	}{
		"at the start":          {200, "ready", true},
		"missing":               {200, "not yet", false},
		"ends at byte 5,120":    {200, strings.Repeat("x", 5115) + "ready" + strings.Repeat("x", 9000), true},
		"ends at byte 5,121":    {200, strings.Repeat("x", 5116) + "ready", false},
		"right text, bad state": {503, "ready", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dial := server(t, false, nil, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body) // the prober hangs up after 5,120 bytes
			})
			result := probe(t, dial, health.Config{Type: health.HTTPStringMatching, FQDN: "a.example.net", SearchString: "ready"})
			if result.Healthy != test.healthy {
				t.Errorf("%+v, want healthy %v", result, test.healthy)
			}
		})
	}
}

func TestProbeTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
	}
	config := health.Config{Type: health.TCP, FQDN: "db.example.net", Port: 5432}
	if result := probe(t, dial, config); !result.Healthy {
		t.Errorf("listening: %+v", result)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if result := probe(t, dial, config); result.Healthy || !strings.HasPrefix(result.Reason, "Failure: ") {
		t.Errorf("closed: %+v", result)
	}
}

// The caller's end reaches a probe that waits for an answer.
func TestProbeEndsWithItsContext(t *testing.T) {
	far := make(chan net.Conn, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	result := health.Probe(ctx, func(context.Context, string, string) (net.Conn, error) {
		near, other := net.Pipe()
		far <- other
		return near, nil
	}, "us-east-1", health.Config{ID: "check", Type: health.HTTP, FQDN: "a.example.net"}.WithDefaults())
	if result.Healthy || result.Total >= health.ResponseTimeout {
		t.Errorf("%+v, want a failure before the response's own time-out", result)
	}
	if err := (<-far).Close(); err != nil {
		t.Error(err)
	}
}
