package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// operation is what a call asks, the same in every try.
type operation struct {
	pay    bool
	method string
	path   string
	body   []byte
	// payment is what an answer must agree with.
	payment Payment
}

// maxAnswer bounds the body of an answer in bytes; a real one has about 200.
const maxAnswer = 64 << 10

var errAnswerTooLarge = fmt.Errorf("answer is larger than %d bytes", maxAnswer)

// notSentError is a failure of the payer's own side, before a connection was used.
type notSentError struct {
	doing string
	cause error
}

func (n *notSentError) Error() string { return n.doing + ": " + n.cause.Error() }
func (n *notSentError) Unwrap() error { return n.cause }

// send makes one try. All of it, the token and the body of the answer included, ends with ctx.
func (c *Client) send(ctx context.Context, to *endpoint, asked operation) answer {
	request, err := c.newRequest(ctx, to, asked)
	if err != nil {
		return answer{err: err}
	}
	used := to.connections.take(time.Now())
	defer to.connections.release(used)
	// RoundTrip and not http.Client: a redirect is not an answer of this API, and would take the token elsewhere.
	response, err := used.transport.RoundTrip(request)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = response.Body.Close() }() // what was read is judged; there is nothing to do about the rest
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if len(body) > maxAnswer {
		err = errAnswerTooLarge
	}
	return answer{
		status: response.StatusCode, contentType: response.Header.Get("Content-Type"), body: body, err: err,
		region: clip(response.Header.Get(headerRegion)), requestID: clip(response.Header.Get(headerRequestID)),
		retryAfter: response.Header.Get(headerRetryAfter), replayed: response.Header.Get(headerReplayed) == "true",
	}
}

func (c *Client) newRequest(ctx context.Context, to *endpoint, asked operation) (*http.Request, error) {
	token := ""
	if c.config.Token != nil {
		var err error
		if token, err = c.config.Token(ctx); err != nil {
			return nil, &notSentError{doing: "get token", cause: err}
		}
	}
	request, err := http.NewRequestWithContext(ctx, asked.method, to.base+asked.path, nil)
	if err != nil {
		return nil, &notSentError{doing: "make request", cause: err}
	}
	if asked.pay {
		// Without GetBody the transport cannot send the request a second time behind our back: every try is counted.
		request.Body = io.NopCloser(bytes.NewReader(asked.body))
		request.ContentLength = int64(len(asked.body))
		request.Header.Set("Content-Type", contentJSON)
		request.Header.Set(headerKey, asked.payment.ID)
	}
	request.Header.Set("Accept", contentJSON+", "+contentProblem)
	request.Header.Set("User-Agent", "paymentdr-client")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, nil
}

// probeTimeout bounds the question whether home is well.
const probeTimeout = 3 * time.Second

// probe asks the first endpoint's health, and goes home if it is well.
func (c *Client) probe() {
	ctx, cancel := context.WithTimeout(c.base, probeTimeout)
	defer cancel()
	home := c.endpoints[0]
	used := home.connections.take(time.Now())
	defer home.connections.release(used)
	err := health(ctx, used.transport, home.base)
	c.preference.probeEnded(err == nil, time.Now())
	switch {
	case err == nil:
		c.config.Logger.Info("first endpoint is well again", "endpoint", home.base)
	case !errors.Is(err, context.Canceled):
		if isTimeout(err) {
			home.connections.drop(time.Now())
		}
		c.config.Logger.Debug("first endpoint is not well", "endpoint", home.base, "error", err)
	}
}

// health is nil when the Region says that it can take payments. It needs no token.
func health(ctx context.Context, transport http.RoundTripper, base string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health", nil)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("get health: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // only the status counts
	// A read body leaves the connection usable.
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer)); err != nil {
		return fmt.Errorf("read health: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("get health: status %d", response.StatusCode)
	}
	return nil
}
