package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Client gives orders to a Region's process.
type Client struct {
	region string
	http   *http.Client
}

// NewClient makes a client of the Region that listens on the Unix socket. It does not connect yet.
func NewClient(region, socket string) *Client {
	return &Client{region: region, http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
		MaxIdleConnsPerHost: 32,
	}}}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Put gives the Region a resource.
func (c *Client) Put(ctx context.Context, kind, address string, attributes json.RawMessage) error {
	_, err := c.send(ctx, http.MethodPut, resource(kind, address), attributes)
	return err
}

// Delete takes a resource from the Region.
func (c *Client) Delete(ctx context.Context, kind, address string) error {
	_, err := c.send(ctx, http.MethodDelete, resource(kind, address), nil)
	return err
}

func resource(kind, address string) string {
	return "/resources/" + url.PathEscape(kind) + "?" + url.Values{"address": {address}}.Encode()
}

// Invoke runs a function and waits for its answer.
func (c *Client) Invoke(ctx context.Context, function string, payload []byte) (result []byte, functionError string, err error) {
	response, err := c.do(ctx, http.MethodPost, "/functions/"+url.PathEscape(function), payload)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	if err := errorOf(response); err != nil {
		return nil, "", fmt.Errorf("%s: invoke %s: %w", c.region, function, err)
	}
	result, err = io.ReadAll(io.LimitReader(response.Body, requestLimit))
	if err != nil {
		return nil, "", fmt.Errorf("%s: invoke %s: %w", c.region, function, err)
	}
	return result, response.Header.Get(headerFunctionError), nil
}

// SetNetwork says what each function is given to reach others.
func (c *Client) SetNetwork(ctx context.Context, variables map[string]map[string]string) error {
	return c.sendJSON(ctx, http.MethodPut, "/network", variables)
}

// Settled says that everything was put.
func (c *Client) Settled(ctx context.Context) error {
	_, err := c.send(ctx, http.MethodPost, "/settled", nil)
	return err
}

// Record hands over metrics.
func (c *Client) Record(ctx context.Context, metrics []Metric) error {
	return c.sendJSON(ctx, http.MethodPost, "/metrics", metrics)
}

// Delay makes the next run of a schedule late.
func (c *Client) Delay(ctx context.Context, rule string, by time.Duration) error {
	_, err := c.send(ctx, http.MethodPost, "/delays/"+url.PathEscape(rule)+"?"+url.Values{"by": {by.String()}}.Encode(), nil)
	return err
}

// KillFunction ends the processes that run for a function now, with kill -9, and says how many there were.
func (c *Client) KillFunction(ctx context.Context, function string) (int, error) {
	body, err := c.send(ctx, http.MethodDelete, "/processes/"+url.PathEscape(function), nil)
	if err != nil {
		return 0, err
	}
	var killed int
	if err := json.Unmarshal(body, &killed); err != nil {
		return 0, fmt.Errorf("%s: kill function %s: %w", c.region, function, err)
	}
	return killed, nil
}

// Journal asks how the Region's member of the journal does.
func (c *Client) Journal(ctx context.Context) (Journal, error) {
	body, err := c.send(ctx, http.MethodGet, "/journal", nil)
	if err != nil {
		return Journal{}, err
	}
	var told Journal
	if err := json.Unmarshal(body, &told); err != nil {
		return Journal{}, fmt.Errorf("%s: ask for the journal: %w", c.region, err)
	}
	return told, nil
}

// HandOver lets another Region's member of the journal lead, if this Region's does.
func (c *Client) HandOver(ctx context.Context, region string) error {
	_, err := c.send(ctx, http.MethodPost, "/journal/leader?to="+url.QueryEscape(region), nil)
	return err
}

// Ready waits until the Region's journal takes writes.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.send(ctx, http.MethodGet, "/ready", nil)
	return err
}

// Status asks the Region what goes on.
func (c *Client) Status(ctx context.Context) (Status, error) {
	body, err := c.send(ctx, http.MethodGet, "/status", nil)
	if err != nil {
		return Status{}, err
	}
	var status Status
	if err := json.Unmarshal(body, &status); err != nil {
		return Status{}, fmt.Errorf("%s: read status: %w", c.region, err)
	}
	return status, nil
}

func (c *Client) sendJSON(ctx context.Context, method, path string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %s %s: %w", c.region, method, path, err)
	}
	_, err = c.send(ctx, method, path, body)
	return err
}

// send makes a request whose answer is short.
func (c *Client) send(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	response, err := c.do(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if err := errorOf(response); err != nil {
		return nil, fmt.Errorf("%s: %w", c.region, err)
	}
	return io.ReadAll(io.LimitReader(response.Body, requestLimit))
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://region"+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %s %s: %w", c.region, method, path, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %s %s: %w", c.region, method, path, err)
	}
	return response, nil
}
