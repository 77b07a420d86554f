// Package both is a payer's program that uses package client, as payers are told to: it knows both Regions by their own
// names and does not wait for DNS.
package both

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/failure"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// Options are what a Payer is made of. Config.Endpoints and Dialer are required.
type Options struct {
	// Config is the client's own; its Transport is made here.
	Config client.Config
	Dialer dialing.Dialer
	// Roots verify the servers; nil means the system's.
	Roots *x509.CertPool
}

// Payer sends payments. It is safe for concurrent use.
type Payer struct {
	client *client.Client

	mutex sync.Mutex
	late  []payer.Late
}

// New makes the client with its default transport, over the payer's own dialer.
func New(options Options) (*Payer, error) {
	if options.Dialer.Resolver == nil {
		return nil, errors.New("make payer: it has no resolver")
	}
	transport := client.DefaultTransport()
	transport.Proxy, transport.DialContext = nil, options.Dialer.DialContext
	transport.TLSClientConfig = &tls.Config{RootCAs: options.Roots, MinVersion: tls.VersionTLS12}
	config := options.Config
	config.Transport = transport
	if config.Logger == nil {
		// A drill's payers fail by the thousand, and every failure is a receipt.
		config.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Payer{}
	config.OnInconsistent = p.contradicted
	made, err := client.New(config)
	if err != nil {
		return nil, fmt.Errorf("make payer: %w", err)
	}
	p.client = made
	return p, nil
}

// contradicted keeps what the client learned after Send had returned.
func (p *Payer) contradicted(contradiction *client.Error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.late = append(p.late, payer.Late{PaymentID: contradiction.Payment.ID, At: time.Now(), Answer: failed(contradiction)})
}

// Late implements payer.Later.
func (p *Payer) Late() []payer.Late {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	late := p.late
	p.late = nil
	return late
}

// Send is one call of the client, which may make several requests.
func (p *Payer) Send(ctx context.Context, asked receipt.Payment) receipt.Answer {
	got, err := p.client.Pay(ctx, client.Payment{ID: asked.ID, Amount: asked.Amount, Currency: asked.Currency})
	if err != nil {
		return failed(err)
	}
	answer := receipt.Answer{
		Outcome: receipt.Success, Status: 200, Region: got.AnsweredBy, AcceptedBy: got.Region,
		TransactionID: got.TransactionID, Replayed: got.Replayed, Requests: got.Tries,
	}
	if got.Status == client.StatusProcessing {
		answer.Outcome, answer.Status = receipt.Processing, 202
	}
	return answer
}

// failed is the receipt of a call without an acknowledgement.
func failed(err error) receipt.Answer {
	answer := receipt.Answer{Outcome: receipt.Unknown, Class: failure.Classify(err), Detail: err.Error()}
	var problem *client.Problem
	if errors.As(err, &problem) {
		answer.Status, answer.Class = problem.Status, failure.Status(problem.Status)
	}
	var call *client.Error
	if !errors.As(err, &call) {
		return answer
	}
	answer.Requests = call.Tries
	switch {
	case call.Retryable(), errors.Is(err, client.ErrClosed), errors.Is(err, context.Canceled):
	case errors.Is(err, client.ErrInconsistent):
		answer.Outcome, answer.Class = receipt.Contradicted, failure.Inconsistent
	case call.Outcome == client.OutcomeNotRecorded:
		answer.Outcome = receipt.Refused
	}
	return answer
}

// Close ends the client.
func (p *Payer) Close() { p.client.Close() }
