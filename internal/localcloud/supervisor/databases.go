package supervisor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"sync"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/postgres"
)

// startDatabases starts the service that runs the Regions' database servers. It stands outside the Regions, as Aurora's
// replication does.
func (s *Supervisor) startDatabases(ctx context.Context) error {
	regions := map[string]string{}
	for _, region := range s.layout.Regions() {
		regions[region] = s.layout.Server(region).String()
	}
	service, err := rds.New(ctx, rds.Config{
		Dir: filepath.Join(s.options.Folder, "rds"), Regions: regions, Account: Account,
		Listen: s.listenDatabase, Register: s.register, Link: s.newReplication().link, Issue: s.issueDatabase,
		Metric: s.metrics.database, Logger: s.log,
	})
	if err != nil {
		return err
	}
	s.databases = service
	if err := s.followWriter(layout.PortPostgres); err != nil {
		return err
	}
	for _, region := range s.layout.Regions() {
		for _, port := range []uint16{layout.PortPostgres, s.layout.HTTPS} {
			if err := s.silence(s.layout.Silent(region, port)); err != nil {
				return err
			}
		}
	}
	listener, err := listenUnix(s.servicesSocket())
	if err != nil {
		return err
	}
	s.serve(listener, s.services())
	return nil
}

// listenDatabase gives a cluster the first address of its Region that is free, and the other Region a way to it.
func (s *Supervisor) listenDatabase(ctx context.Context, region, cluster string, port int) (net.Listener, error) {
	var last error
	for number := 0; ; number++ {
		address, err := s.layout.Database(region, number, uint16(port))
		if err != nil {
			return nil, fmt.Errorf("place cluster %s: %w (last address: %w)", cluster, err, last)
		}
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address.String())
		if err != nil {
			last = err
			continue
		}
		other := s.layout.Other(region)
		// A way that is there already leads to the same address.
		if err := s.open(other, region, s.layout.FarDatabase(other, address), address); err != nil {
			s.log.Debug("open way to database", "cluster", cluster, "error", err)
		}
		return listener, nil
	}
}

// issueDatabase makes a cluster's certificate.
func (s *Supervisor) issueDatabase(hosts ...string) (*postgres.TLS, error) {
	made, err := s.authority.Issue(s.certificateNames(hosts)...)
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	return &postgres.TLS{
		CertificatePEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}),
		KeyPEM:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	}, nil
}

// replication is the ways between database servers, one for each address that a Region asked for.
type replication struct {
	s     *Supervisor
	mutex sync.Mutex
	ways  map[[2]string]string
}

func (s *Supervisor) newReplication() *replication {
	return &replication{s: s, ways: map[[2]string]string{}}
}

func (r *replication) link(from, to, address string) (string, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	key := [2]string{from, address}
	if known, found := r.ways[key]; found {
		return known, nil
	}
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return "", fmt.Errorf("open way to server %s: %w", address, err)
	}
	opened, err := r.s.road(from, to, r.s.layout.FarServer(from), target)
	if err != nil {
		return "", err
	}
	r.ways[key] = opened.String()
	return opened.String(), nil
}

// killDatabase ends a Region's database servers alone.
func (s *Supervisor) killDatabase(region string) error {
	if err := s.databases.KillServers(region); err != nil {
		return err
	}
	s.events.add(control.DatabaseKilled, region, nil)
	return nil
}

func (s *Supervisor) startDatabase(ctx context.Context, region string) error {
	if err := s.databases.StartRegion(ctx, region); err != nil {
		return err
	}
	s.events.add(control.DatabaseStarted, region, nil)
	return nil
}
