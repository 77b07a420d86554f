package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
)

// ErrNotRunning: nobody answers at the cloud's socket.
var ErrNotRunning = errors.New("the local cloud does not run")

// Client speaks to a supervisor.
type Client struct{ http *http.Client }

// NewClient makes a client of the supervisor at the Unix socket. It does not connect yet.
func NewClient(socket string) *Client {
	return &Client{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Status is the cloud now.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var status Status
	return status, c.call(ctx, http.MethodGet, "/status", nil, &status)
}

// Order asks for a change and waits until it is done.
func (c *Client) Order(ctx context.Context, order Order) error {
	return c.call(ctx, http.MethodPost, "/orders", order, &struct{}{})
}

// Environment is what a program needs to speak to a Region.
func (c *Client) Environment(ctx context.Context, region string) (map[string]string, error) {
	var variables map[string]string
	return variables, c.call(ctx, http.MethodGet, "/environment/"+url.PathEscape(region), nil, &variables)
}

// Token is a bearer token for the payment API.
func (c *Client) Token(ctx context.Context, subject string) (string, error) {
	var token string
	return token, c.call(ctx, http.MethodGet, "/token?"+url.Values{"subject": {subject}}.Encode(), nil, &token)
}

// Down begins to end the cloud.
func (c *Client) Down(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/down", nil, &struct{}{})
}

// Events calls yield with what has happened since the number, and with more as it happens, until yield says false or
// ctx ends. The end of the cloud is an error.
func (c *Client) Events(ctx context.Context, after int64, yield func(Event) bool) error {
	response, err := c.send(ctx, http.MethodGet, "/events?after="+strconv.FormatInt(after, 10), nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for decoder := json.NewDecoder(response.Body); ; {
		var event Event
		if err := decoder.Decode(&event); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("follow events: %w", err)
		}
		if !yield(event) {
			return nil
		}
	}
}

func (c *Client) call(ctx context.Context, method, path string, input, output any) error {
	response, err := c.send(ctx, method, path, input)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return errorOf(response)
	}
	if err := json.NewDecoder(response.Body).Decode(output); err != nil {
		return fmt.Errorf("%s %s: read answer: %w", method, path, err)
	}
	return nil
}

func errorOf(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("status %d, and its reason could not be read: %w", response.StatusCode, err)
	}
	var told fault
	if json.Unmarshal(body, &told) != nil || told.Error == "" {
		return fmt.Errorf("status %d: %s", response.StatusCode, body)
	}
	if told.Refused {
		return Refusal{Reason: told.Error}
	}
	return errors.New(told.Error)
}

func (c *Client) send(ctx context.Context, method, path string, input any) (*http.Response, error) {
	var body io.Reader
	if input != nil {
		content, err := json.Marshal(input)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://cloud"+path, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	response, err := c.http.Do(request)
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT) {
		return nil, fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return response, nil
}
