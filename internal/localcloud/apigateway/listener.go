package apigateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is a TLS port of a gateway.
type Server struct {
	listener net.Listener
	http     *http.Server
	done     chan struct{}
	once     sync.Once
	failure  error // read after done
}

// Listen serves the gateway on an address: host:port, port 0 for a free one.
func (g *Gateway) Listen(address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("start gateway: %w", err)
	}
	s := &Server{listener: listener, done: make(chan struct{}), http: &http.Server{
		Handler: g, TLSConfig: g.tlsConfig(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 75 * time.Second,
		MaxHeaderBytes: 2 * maximumHeader, // a little more than allowed gets the gateway's own answer
		ErrorLog:       slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}}
	go func() {
		defer close(s.done)
		if err := s.http.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			s.failure = err
		}
	}()
	return s, nil
}

// Address is host:port.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Shutdown lets requests in flight end until ctx does, then cuts them off. It is safe twice.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close() // the context's error is what counts
		<-s.done
		return fmt.Errorf("stop gateway: %w", err)
	}
	<-s.done
	return s.failure
}

// Close ends every connection at once. It is safe twice.
func (s *Server) Close() error {
	s.once.Do(func() { _ = s.http.Close() }) // its listener's error says nothing anybody could act on
	<-s.done
	return s.failure
}

// tlsConfig gives a name that is served its certificate, and any other the one of the default hosts, as AWS does.
func (g *Gateway) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := strings.ToLower(hello.ServerName)
			if _, custom := g.state.Load().mappings[name]; custom {
				return g.options.Authority.Certificate(name)
			}
			return g.options.Authority.Certificate("*" + g.defaultHost())
		},
	}
}
