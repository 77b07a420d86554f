package health

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// What Route 53 documents of one probe.
const (
	// ConnectTimeout bounds connecting for HTTP and HTTPS.
	ConnectTimeout = 4 * time.Second
	// ConnectTimeoutTCP bounds connecting for TCP.
	ConnectTimeoutTCP = 10 * time.Second
	// ResponseTimeout bounds the status after connecting. That the TLS handshake is within it is our reading.
	ResponseTimeout = 2 * time.Second
	// BodyTimeout bounds the body after the status, for string matching.
	BodyTimeout = 2 * time.Second
	// SearchBytes is how much of the body is searched.
	SearchBytes = 5120
)

// Dial connects to address ("host:port") from a checker's place, a Region name. It answers as soon as ctx ends.
type Dial func(ctx context.Context, place, address string) (net.Conn, error)

// Probe asks the endpoint once. It ends within 4 s + 2 s (string matching + 2 s, TCP 10 s) or when ctx ends.
func Probe(ctx context.Context, dial Dial, place string, config Config) Result {
	start := time.Now()
	timeout := ConnectTimeout
	if config.Type == TCP {
		timeout = ConnectTimeoutTCP
	}
	connecting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := dial(connecting, place, net.JoinHostPort(config.host(), strconv.Itoa(config.Port)))
	if err != nil {
		return Result{Reason: "Failure: " + connectReason(err, timeout), Total: time.Since(start)}
	}
	defer func() { _ = conn.Close() }() // the probe has its result; there is nothing to lose
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	connected := time.Since(start)
	reason, err := exchange(conn, config)
	result := Result{Healthy: err == nil, Reason: "Success: " + reason, Connect: connected, Total: time.Since(start)}
	if err != nil {
		result.Reason = "Failure: " + err.Error()
	}
	return result
}

// exchange does what the type asks after connecting, and words what it found.
func exchange(conn net.Conn, config Config) (string, error) {
	if config.Type == TCP {
		return "TCP connection established", nil
	}
	if err := conn.SetDeadline(time.Now().Add(ResponseTimeout)); err != nil {
		return "", fmt.Errorf("set the response's deadline: %w", err)
	}
	stream := conn
	if config.secure() {
		// Checkers do not validate certificates and do not offer TLS 1.3: an endpoint with 1.3 only is unhealthy.
		settings := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12}
		if config.EnableSNI {
			settings.ServerName = config.FQDN
		}
		stream = tls.Client(conn, settings)
	}
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Amazon-Route53-Health-Check-Service (ref %s; local)\r\n"+
		"Accept: */*\r\nConnection: close\r\n\r\n", config.Path, config.hostHeader(), config.ID)
	if _, err := io.WriteString(stream, request); err != nil {
		return "", responseReason(err)
	}
	reader := bufio.NewReader(stream)
	response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodGet})
	if err != nil {
		return "", responseReason(err)
	}
	status := "HTTP Status Code " + response.Status
	if response.StatusCode < 200 || response.StatusCode > 399 {
		return "", errors.New(status)
	}
	if config.matches() {
		return status, search(conn, response.Body, config.SearchString)
	}
	return status, nil
}

// search reads up to 5,120 bytes within 2 s after the status. A body that ends early or too late is searched as far as
// it came: what is there is there.
func search(conn net.Conn, body io.Reader, wanted string) error {
	if err := conn.SetDeadline(time.Now().Add(BodyTimeout)); err != nil {
		return fmt.Errorf("set the body's deadline: %w", err)
	}
	var read bytes.Buffer
	_, err := io.Copy(&read, io.LimitReader(body, SearchBytes))
	switch {
	case bytes.Contains(read.Bytes(), []byte(wanted)):
		return nil
	case err != nil:
		return fmt.Errorf("the string is not in the %d bytes read: %w", read.Len(), err)
	}
	return fmt.Errorf("the string is not in the first %d bytes of the response", SearchBytes)
}

func connectReason(err error, timeout time.Duration) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Sprintf("no connection within %s", timeout)
	}
	return err.Error()
}

func responseReason(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("no response within %s after connecting", ResponseTimeout)
	}
	return fmt.Errorf("read the response: %w", err)
}
