package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"testing"
)

// instant is a transport that acknowledges without a network.
type instant struct{}

func (instant) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {contentJSON}, "X-Region": {"us-east-1"}},
		Body: io.NopCloser(bytes.NewReader([]byte(wholeBody))), Request: request,
	}, nil
}

// BenchmarkPayOverhead is this package's own time for a payment, without any network.
func BenchmarkPayOverhead(b *testing.B) {
	client, err := New(Config{Endpoints: []string{east, west}, Transport: instant{}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Pay(context.Background(), Payment{ID: "order-1", Amount: "12.50", Currency: "USD"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPayLoopback is a payment over HTTP/2, TLS and loopback; BenchmarkPlainLoopback the same by net/http alone.
func BenchmarkPayLoopback(b *testing.B) {
	endpoint, transport := loopback(b)
	client, err := New(Config{Endpoints: []string{endpoint}, Transport: transport, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Pay(context.Background(), Payment{ID: "order-1", Amount: "1.00", Currency: "USD"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlainLoopback(b *testing.B) {
	endpoint, transport := loopback(b)
	plain := &http.Client{Transport: transport}
	defer plain.CloseIdleConnections()
	b.ReportAllocs()
	for b.Loop() {
		request, err := http.NewRequest(http.MethodPost, endpoint+"/payments", bytes.NewReader([]byte(`{"paymentId":"order-1","amount":"1.00","currency":"USD"}`)))
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set(headerKey, "order-1")
		response, err := plain.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			b.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func loopback(b *testing.B) (endpoint string, transport *http.Transport) {
	b.Helper()
	server := realRegion(b, echo)
	b.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	transport = DefaultTransport()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	return server.URL, transport
}
