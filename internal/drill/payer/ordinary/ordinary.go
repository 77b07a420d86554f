// Package ordinary is a payer's program that knows nothing of two Regions: it pays at one name, follows DNS, keeps its
// connections alive, verifies the server's certificate, and gives a request up after a while.
//
// Its connections are of one answer of DNS. They are dropped when a request on them fails, and when the name leads
// elsewhere. (Programs that keep a connection through a change of DNS wait for its failure as well; what that costs is
// their own time-out, which is a term of the RTO here, too.)
package ordinary

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/failure"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// DefaultTimeout is what an ordinary client gives a request.
const DefaultTimeout = 5 * time.Second

// Options are what a Payer is made of. Endpoint and Dialer are required.
type Options struct {
	// Endpoint is the base URL that DNS moves, https only.
	Endpoint string
	// Dialer has the payer's own resolver.
	Dialer dialing.Dialer
	// Roots verify the servers; nil means the system's.
	Roots *x509.CertPool
	// Token gives the bearer token of one request; nil means that none is sent.
	Token func(ctx context.Context) (string, error)
	// Timeout ends a request, its name's resolution included; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Payer sends payments. It is safe for concurrent use.
type Payer struct {
	options     Options
	host        string
	pay         string
	connections connections
}

// New checks the options.
func New(options Options) (*Payer, error) {
	options.Timeout = cmp.Or(options.Timeout, DefaultTimeout)
	parsed, err := url.Parse(options.Endpoint)
	switch {
	case err != nil:
		return nil, fmt.Errorf("make payer: %w", err)
	case parsed.Scheme != "https" || parsed.Hostname() == "":
		return nil, fmt.Errorf("make payer: endpoint %q is not an https URL", options.Endpoint)
	case options.Dialer.Resolver == nil:
		return nil, errors.New("make payer: it has no resolver")
	}
	p := &Payer{options: options, host: parsed.Hostname(), pay: strings.TrimRight(options.Endpoint, "/") + "/payments"}
	p.connections.open = p.transport
	return p, nil
}

// transport makes connections to addresses, whatever name a request has.
func (p *Payer) transport(addresses []netip.Addr) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, hostport string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(hostport)
			if err != nil {
				return nil, err
			}
			return p.options.Dialer.DialAddresses(ctx, network, addresses, port)
		},
		TLSClientConfig:   &tls.Config{RootCAs: p.options.Roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, MaxConnsPerHost: 6, MaxIdleConnsPerHost: 6, IdleConnTimeout: 90 * time.Second,
	}
}

// Send makes one request and says what came of it.
func (p *Payer) Send(ctx context.Context, asked receipt.Payment) receipt.Answer {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	addresses, err := p.options.Dialer.Resolve(ctx, p.host)
	if err != nil {
		return receipt.Answer{Outcome: receipt.Unknown, Class: failure.Classify(err), Detail: err.Error(), Requests: 1}
	}
	used := p.connections.take(addresses)
	defer p.connections.release(used)
	answer, err := p.request(ctx, used.transport, asked)
	if err != nil {
		p.connections.drop(used)
		answer = receipt.Answer{Outcome: receipt.Unknown, Class: failure.Classify(err), Detail: err.Error()}
	}
	answer.Requests, answer.Address = 1, addresses[0].String()
	return answer
}

// request is one exchange; an error means that there was no whole answer.
func (p *Payer) request(ctx context.Context, transport *http.Transport, asked receipt.Payment) (receipt.Answer, error) {
	token := ""
	if p.options.Token != nil {
		var err error
		if token, err = p.options.Token(ctx); err != nil {
			return receipt.Answer{Outcome: receipt.Unknown, Class: failure.Token, Detail: err.Error()}, nil
		}
	}
	body, err := json.Marshal(wirePayment{PaymentID: asked.ID, Amount: asked.Amount, Currency: asked.Currency})
	if err != nil {
		return receipt.Answer{}, fmt.Errorf("encode payment: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.pay, nil)
	if err != nil {
		return receipt.Answer{}, fmt.Errorf("make request: %w", err)
	}
	// Without GetBody the transport cannot send the request a second time behind our back: every try is a receipt.
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "paymentdr-drill")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return receipt.Answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // what was read is judged
	content, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return receipt.Answer{}, fmt.Errorf("read answer: %w", err)
	}
	return judge(asked, response.StatusCode, response.Header, content), nil
}

// Close ends the connections; call it when nothing is under way.
func (p *Payer) Close() { p.connections.close() }
