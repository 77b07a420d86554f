package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Defaults of Config.
const (
	DefaultHedgeAfter = 500 * time.Millisecond
	DefaultTimeout    = 5 * time.Second
	DefaultDeadline   = 30 * time.Second
	DefaultProbeEvery = 10 * time.Second
	DefaultMaxTries   = 100
)

// Config is what a Client is made of. Only Endpoints is required.
type Config struct {
	// Endpoints are the Regions' base URLs, the preferred one first, for example
	// https://us-east-1.api.payment-dr-prod.pay.acme.com. They must be https; http is for a loopback address.
	Endpoints []string
	// FailoverEndpoint is the base URL that DNS moves. It is the last resort, when every one of Endpoints has failed.
	FailoverEndpoint string
	// Token gives the bearer token of one try; it should keep it until it expires, and be safe for concurrent use. nil
	// means that the API asks for none.
	Token func(ctx context.Context) (string, error)
	// Transport makes the connections; nil means HTTP/2 over verified TLS. An *http.Transport is cloned for each
	// endpoint; anything else is used as it is, and keeps its connections to itself.
	Transport http.RoundTripper
	// HedgeAfter is how long a try may go unanswered before the other Region is asked as well. A call with less than
	// three times as much left hedges after a third of what is left.
	HedgeAfter time.Duration
	// Timeout ends one try.
	Timeout time.Duration
	// Deadline bounds a call whose context has no deadline.
	Deadline time.Duration
	// MaxTries bounds the requests of one call.
	MaxTries int
	// ProbeEvery is how often a client that left the first endpoint asks whether it is well again.
	ProbeEvery time.Duration
	// WaitPosted makes Pay wait, within the deadline, until an accepted payment is in the ledger.
	WaitPosted bool
	// OnInconsistent is told of contradictions that are seen after Pay has returned; it must not block. Those seen
	// before are Pay's error.
	OnInconsistent func(*Error)
	// Logger gets warnings of failovers and errors of contradictions, and at debug level each failed try; nil means
	// slog.Default. Tokens and bodies are never logged.
	Logger *slog.Logger
	// Random is uniform in [0, 1), for jitter, and safe for concurrent use; nil means math/rand/v2.
	Random func() float64
}

func (c Config) withDefaults() Config {
	c.HedgeAfter = cmp.Or(c.HedgeAfter, DefaultHedgeAfter)
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Deadline = cmp.Or(c.Deadline, DefaultDeadline)
	c.MaxTries = cmp.Or(c.MaxTries, DefaultMaxTries)
	c.ProbeEvery = cmp.Or(c.ProbeEvery, DefaultProbeEvery)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return c
}

// validate reports every fault at once. It expects the defaults to be filled in.
func (c Config) validate() error {
	var faults []error
	if len(c.Endpoints) == 0 {
		faults = append(faults, errors.New("there are no Endpoints"))
	}
	for name, value := range map[string]time.Duration{
		"HedgeAfter": c.HedgeAfter, "Timeout": c.Timeout, "Deadline": c.Deadline, "ProbeEvery": c.ProbeEvery,
	} {
		if value < 0 {
			faults = append(faults, fmt.Errorf("%s is negative: %v", name, value))
		}
	}
	if c.MaxTries < 0 {
		faults = append(faults, fmt.Errorf("MaxTries is negative: %d", c.MaxTries))
	}
	if c.HedgeAfter >= c.Timeout {
		faults = append(faults, fmt.Errorf("HedgeAfter %v is not shorter than Timeout %v", c.HedgeAfter, c.Timeout))
	}
	return errors.Join(faults...)
}

// parseEndpoints checks the base URLs, without a slash at their ends; the failover endpoint is the last.
func (c Config) parseEndpoints() ([]string, error) {
	all := c.Endpoints
	if c.FailoverEndpoint != "" {
		all = append(all[:len(all):len(all)], c.FailoverEndpoint)
	}
	bases := make([]string, 0, len(all))
	seen := make(map[string]bool, len(all))
	for _, text := range all {
		base, err := parseEndpoint(text)
		if err != nil {
			return nil, err
		}
		if seen[base] {
			return nil, fmt.Errorf("endpoint %s is given twice", base)
		}
		seen[base] = true
		bases = append(bases, base)
	}
	return bases, nil
}

func parseEndpoint(text string) (string, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return "", fmt.Errorf("parse endpoint: %w", err)
	}
	switch {
	case parsed.User != nil:
		return "", fmt.Errorf("endpoint of host %q carries a user; use Token", parsed.Hostname())
	case parsed.Hostname() == "" || parsed.RawQuery != "" || parsed.Fragment != "":
		return "", fmt.Errorf("endpoint %q is not a base URL", text)
	case parsed.Scheme == "https", parsed.Scheme == "http" && isLoopback(parsed.Hostname()):
		return strings.TrimRight(parsed.String(), "/"), nil
	}
	return "", fmt.Errorf("endpoint %q is not https; http is for a loopback address only", text)
}

func isLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}
