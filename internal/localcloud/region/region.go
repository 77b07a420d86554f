package region

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/authority"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/control"
)

// Listening is what the process prints, as a line, when it listens at all its addresses.
const Listening = "listening"

// headerTimeout bounds how long a client may take to send the head of a request.
const headerTimeout = 10 * time.Second

// Region is one Region's process.
type Region struct {
	config    Config
	log       *slog.Logger
	authority *authority.Authority
	member    *dynamodb.Running
	services  *services
	closers   []func() error

	mutex     sync.Mutex
	variables map[string]map[string]string
	settle    sync.Once
	settled   chan struct{} // closed when everything was put
}

// Run runs a Region, or the witness, until ctx ends. It writes Listening to out once, and logs in JSON to log.
func Run(ctx context.Context, config Config, out, log io.Writer) (err error) {
	r := &Region{config: config, settled: make(chan struct{}), log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelInfo}))}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.start(); err != nil {
		return fmt.Errorf("run region %s: %w", config.Name, err)
	}
	if _, err := io.WriteString(out, Listening+"\n"); err != nil {
		return fmt.Errorf("run region %s: %w", config.Name, err)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.member.Err():
		return fmt.Errorf("run region %s: journal: %w", config.Name, err)
	}
}

func (r *Region) start() error {
	if err := r.startMember(); err != nil {
		return err
	}
	if !r.config.witness() {
		var err error
		if r.authority, err = authority.Open(r.config.Authority); err != nil {
			return err
		}
		if err := r.startServices(); err != nil {
			return err
		}
	}
	listener, err := listenUnix(r.config.Control)
	if err != nil {
		return err
	}
	r.serve(listener, control.Handler(r))
	return nil
}

// startMember starts the Region's member of the journal.
func (r *Region) startMember() error {
	member, err := dynamodb.Member{
		Name: r.config.Name, Dir: filepath.Join(r.config.Folder, "journal"), PeerAddr: r.config.Layout.Peer(r.config.Name).String(),
		Peers: r.config.peers(), Heartbeat: r.config.Heartbeat, Election: r.config.Election, Logger: r.log,
	}.Start()
	if err != nil {
		return err
	}
	r.member = member
	r.closers = append(r.closers, member.Close)
	return nil
}

// close ends everything in the reverse order of its start.
func (r *Region) close() error {
	var faults []error
	for i := len(r.closers) - 1; i >= 0; i-- {
		faults = append(faults, r.closers[i]())
	}
	r.closers = nil
	return errors.Join(faults...)
}

// serve answers HTTP on the listener until close.
func (r *Region) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ErrorLog: slog.NewLogLogger(r.log.Handler(), slog.LevelDebug)}
	var served sync.WaitGroup
	served.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			r.log.Error("serve", "address", listener.Addr().String(), "error", err)
		}
	})
	r.closers = append(r.closers, func() error {
		err := server.Close()
		served.Wait()
		return err
	})
}

// secure is a listener with certificates of the cloud's authority, by name or, where clients name none, by address.
func (r *Region) secure(listener net.Listener) net.Listener {
	return tls.NewListener(listener, &tls.Config{
		// No HTTP/2, as at AWS's own endpoints of these services; it costs both ends more besides.
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName != "" {
				return r.authority.Certificate(hello.ServerName)
			}
			// Whoever comes through the link knows another address of the same Region: the certificate has both.
			name := r.config.Name
			return r.authority.CertificateFor("api of "+name, r.config.Layout.API(name).Addr().String(), r.config.Layout.PublicAPI(name).Addr().String())
		},
	})
}

func listenUnix(path string) (net.Listener, error) {
	// A process that was killed leaves its socket.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", path, err), listener.Close())
	}
	return listener, nil
}

// errWitness is the answer of the witness to everything but its readiness.
var errWitness = errors.New("this is the witness: it has no resources")

// Put implements control.Region.
func (r *Region) Put(ctx context.Context, kind, address string, attributes json.RawMessage) error {
	if r.services == nil {
		return errWitness
	}
	return r.services.installer.Put(ctx, kind, address, attributes)
}

// Delete implements control.Region.
func (r *Region) Delete(ctx context.Context, kind, address string) error {
	if r.services == nil {
		return errWitness
	}
	return r.services.installer.Delete(ctx, kind, address)
}

// SetNetwork implements control.Region. Processes of functions that start from now on have the variables.
func (r *Region) SetNetwork(variables map[string]map[string]string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.variables = variables
}

// Settled implements control.Region.
func (r *Region) Settled() error {
	if r.services != nil {
		if waiting := r.services.installer.Waiting(); len(waiting) > 0 {
			return fmt.Errorf("these resources wait for what nothing made:\n  %s", strings.Join(waiting, "\n  "))
		}
	}
	r.settle.Do(func() { close(r.settled) })
	return nil
}

// Ready implements control.Region.
func (r *Region) Ready(ctx context.Context) error { return r.member.Ready(ctx) }

// Journal implements control.Region.
func (r *Region) Journal() control.Journal {
	return control.Journal{Leads: r.member.Leads(), Written: r.member.Written()}
}

// HandOver implements control.Region.
func (r *Region) HandOver(ctx context.Context, region string) error {
	return r.member.HandOver(ctx, region)
}

// Delay implements control.Region.
func (r *Region) Delay(rule string, by time.Duration) error {
	if r.services == nil {
		return errWitness
	}
	return r.services.schedules.Delay(rule, by)
}

// KillFunction implements control.Region.
func (r *Region) KillFunction(function string) (int, error) {
	if r.services == nil {
		return 0, errWitness
	}
	return r.services.functions.Kill(function)
}
