// Package failure sorts why a payer got no answer, so that a report can count the reasons.
package failure

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
)

// The classes; an HTTP status is a class of its own (Status).
const (
	Timeout    = "timeout"
	Refused    = "connection refused"
	Reset      = "connection reset"
	Closed     = "connection closed"
	Name       = "name not resolved"
	TLS        = "TLS"
	Token      = "no token"
	Unreadable = "unreadable answer"
	Other      = "other"
	// GivenUp: the drill ended before there was an answer.
	GivenUp = "given up"
	// Inconsistent: an acknowledgement of something else.
	Inconsistent = "inconsistent answer"
)

// Status is the class of an HTTP status.
func Status(code int) string { return fmt.Sprintf("HTTP %d", code) }

// Classify names the class of a failed request. What cannot be told apart is Other.
func Classify(err error) string {
	var network net.Error
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.Is(err, stub.ErrLookup):
		return Name
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &record), errors.As(err, &alert):
		return TLS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return Timeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Reset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), lostHTTP2(err):
		return Closed
	}
	return Other
}

// lostHTTP2 knows the ends of an HTTP/2 connection by their texts, as net/http exports no errors for them.
func lostHTTP2(err error) bool {
	text := err.Error()
	for _, known := range []string{"http2: client connection", "http2: server sent GOAWAY", "http2: Transport", "stream error", "server closed idle connection"} {
		if strings.Contains(text, known) {
			return true
		}
	}
	return false
}
