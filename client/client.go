package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Client pays. It is safe for concurrent use; make one and keep it, it holds the connections and knows which Region
// answers.
type Client struct {
	config     Config
	endpoints  []*endpoint
	regions    int // endpoints without the last resort
	preference *preference
	budget     *budget

	// base ends with Close; running counts calls and the goroutines they leave behind.
	base    context.Context
	stop    context.CancelFunc
	mutex   sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// endpoint is one base URL and its connections.
type endpoint struct {
	base        string
	connections *connections
}

// New checks the configuration and makes a Client. It does not connect. Close it when it is no longer needed.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	bases, err := config.parseEndpoints()
	if err != nil {
		return nil, fmt.Errorf("make client: %w", err)
	}
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("make client: %w", err)
	}
	now := time.Now()
	made := &Client{
		config: config, regions: len(config.Endpoints), budget: newBudget(),
		preference: &preference{probeWait: config.ProbeEvery},
	}
	for _, base := range bases {
		made.endpoints = append(made.endpoints, &endpoint{base: base, connections: newConnections(config.Transport, now)})
	}
	made.base, made.stop = context.WithCancel(context.Background())
	return made, nil
}

// Pay sends a payment until it is acknowledged or refused, or ctx ends. Every error is an *Error with the payment's id
// and what is known of its outcome; see the package comment for what a nil error promises. It is safe to call again, at
// any time and from anywhere, with the same Payment.
func (c *Client) Pay(ctx context.Context, payment Payment) (Receipt, error) {
	complete, err := payment.complete()
	if err != nil {
		return Receipt{}, newError(complete, complete.unsent(), 0, err)
	}
	body, err := complete.encode()
	if err != nil {
		return Receipt{}, newError(complete, complete.unsent(), 0, err)
	}
	// The deadline is one for paying and waiting.
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	receipt, err := c.run(ctx, operation{pay: true, method: http.MethodPost, path: "/payments", body: body, payment: complete})
	if err != nil || !c.config.WaitPosted {
		return receipt, err
	}
	return c.WaitPosted(ctx, receipt)
}

// Get reads a payment. errors.Is(err, ErrNotFound) tells that none is recorded under this id; a try of Pay that is still
// on its way may record it later.
func (c *Client) Get(ctx context.Context, id string) (Receipt, error) {
	return c.get(ctx, Payment{ID: id})
}

// get reads a payment, which must agree with known if that has an amount.
func (c *Client) get(ctx context.Context, known Payment) (Receipt, error) {
	if err := validateID(known.ID); err != nil {
		return Receipt{}, newError(known, OutcomeNothingAsked, 0, err)
	}
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	return c.run(ctx, operation{method: http.MethodGet, path: "/payments/" + url.PathEscape(known.ID), payment: known})
}

// Close ends what is under way, waits for it and closes the connections. Calls that it interrupts, and later ones, fail
// with ErrClosed. It is safe to call twice.
func (c *Client) Close() {
	c.mutex.Lock()
	c.closed = true
	c.mutex.Unlock()
	c.stop()
	c.running.Wait()
	for _, one := range c.endpoints {
		one.connections.close()
	}
}

// enter counts a call in; it is false after Close.
func (c *Client) enter() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.closed {
		return false
	}
	c.running.Add(1)
	return true
}

func (c *Client) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.config.Deadline)
}
