package rds

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds/endpoint"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds/iamtoken"
	"github.com/paymentdr/paymentdr/internal/postgres"
)

// startTimeout bounds the start of a server, recovery included.
const startTimeout = 2 * time.Minute

// volume says what a new server begins with; the zero value is nothing.
type volume struct {
	data    string // a folder with data
	take    bool   // the folder may be moved
	standby *postgres.Standby
}

// startServer makes a server for the cluster and starts it.
func (s *Service) startServer(ctx context.Context, c *cluster, from volume) (*postgres.Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	s.mu.Lock()
	settings, _, err := s.settingsLocked(c.region, c.spec)
	folder, address, master := s.nextFolderLocked(), c.region.address, c.spec.MasterUsername
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	certificate, err := s.config.Issue(address, "localhost")
	if err != nil {
		return nil, fmt.Errorf("certify server: %w", err)
	}
	server, err := postgres.Create(ctx, s.config.Programs, postgres.Options{
		Dir: folder, Address: address, TLS: certificate, Standby: from.standby, Data: from.data, TakeData: from.take,
		HostAccess: access(master), Settings: settings,
	})
	if err != nil {
		return nil, err
	}
	if server.SocketDir() == "" {
		return nil, errors.Join(fmt.Errorf("make server in %s: the path is too long for a socket", folder), server.Remove())
	}
	if err := server.Start(ctx); err != nil {
		return nil, errors.Join(err, server.Remove())
	}
	return server, nil
}

// prepare makes the roles of RDS and the master user, who is no superuser, and the first database.
func (s *Service) prepare(ctx context.Context, server *postgres.Server, spec ClusterSpec) error {
	conn, err := pgx.Connect(ctx, server.SocketURL("postgres"))
	if err != nil {
		return fmt.Errorf("prepare server: %w", err)
	}
	defer conn.Close(ctx)
	master := pgx.Identifier{spec.MasterUsername}.Sanitize()
	statements := []string{
		"CREATE ROLE rds_iam NOLOGIN",
		"CREATE ROLE rds_superuser NOLOGIN",
		"GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION",
		fmt.Sprintf("CREATE ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD %s", master, literal(spec.MasterPassword)),
		fmt.Sprintf("GRANT rds_superuser TO %s", master),
	}
	if s.config.Programs.Major() >= 16 { // CREATEROLE alone does not let one hand out a role any more
		statements = append(statements, fmt.Sprintf("GRANT rds_iam TO %s WITH ADMIN TRUE, INHERIT FALSE, SET FALSE", master))
	}
	if spec.Database != "" {
		statements = append(statements, fmt.Sprintf("CREATE DATABASE %s OWNER %s", pgx.Identifier{spec.Database}.Sanitize(), master))
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("prepare server for user %s, database %s: %w", spec.MasterUsername, spec.Database, err)
		}
	}
	return nil
}

// literal quotes a value for SQL.
func literal(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" }

// linkTo is the connection string by which a Region's standby follows a server of another Region.
func (s *Service) linkTo(from string, c *cluster, server *postgres.Server, application string) (string, error) {
	address, err := s.config.Link(from, c.region.name, net.JoinHostPort(server.Address(), strconv.Itoa(server.Port())))
	if err != nil {
		return "", fmt.Errorf("link %s to %s: %w", from, c.region.name, err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("link %s to %s: %w", from, c.region.name, err)
	}
	return fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=postgres sslmode=require application_name='%s' "+
		"connect_timeout=2 tcp_user_timeout=5000", host, port, postgres.Superuser, server.Password(), application), nil
}

// reachable tells whether the Region from can use the server of cluster c over the link, within timeout.
func (s *Service) reachable(ctx context.Context, from string, c *cluster, timeout time.Duration) error {
	s.mu.Lock()
	server := c.server
	s.mu.Unlock()
	if server == nil || !server.Running() {
		return fmt.Errorf("reach cluster %s: no server runs", c.spec.Identifier)
	}
	link, err := s.linkTo(from, c, server, "probe")
	if err != nil {
		return err
	}
	config, err := pgx.ParseConfig(strings.Replace(link, " tcp_user_timeout=5000", "", 1)) // known to libpq alone
	if err != nil {
		return fmt.Errorf("reach cluster %s: %w", c.spec.Identifier, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("reach cluster %s: %w", c.spec.Identifier, err)
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

// openFront opens the cluster's endpoint.
func (s *Service) openFront(ctx context.Context, c *cluster) error {
	listener, err := s.config.Listen(ctx, c.region.name, c.spec.Identifier, c.spec.Port)
	if err != nil {
		return fmt.Errorf("listen for cluster %s: %w", c.spec.Identifier, err)
	}
	address, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return errors.Join(fmt.Errorf("listen for cluster %s: %w", c.spec.Identifier, err), listener.Close())
	}
	certificate, err := s.certificate(c)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, forceTLS, err := s.settingsLocked(c.region, c.spec)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	c.address = address
	c.front = endpoint.Serve(endpoint.Options{
		Listener: listener, RequireTLS: forceTLS, Reserved: []string{postgres.Superuser}, Logger: s.config.Logger,
		TLS:     &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		Backend: func() string { return s.socketOf(c) },
		CheckToken: func(ctx context.Context, user, token string) error {
			return s.checkToken(ctx, c, user, token)
		},
	})
	s.registerLocked(c)
	return nil
}

// certificate has all names that the cluster may ever have.
func (s *Service) certificate(c *cluster) (tls.Certificate, error) {
	issued, err := s.config.Issue(
		s.endpointName("cluster", c.region.name, c.spec.Identifier), s.endpointName("cluster-ro", c.region.name, c.spec.Identifier),
		s.instanceName(c.region.name, "*"), s.globalName("*"))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certify cluster %s: %w", c.spec.Identifier, err)
	}
	certificate, err := tls.X509KeyPair(issued.CertificatePEM, issued.KeyPEM)
	if err != nil {
		return certificate, fmt.Errorf("certify cluster %s: %w", c.spec.Identifier, err)
	}
	return certificate, nil
}

func (s *Service) socketOf(c *cluster) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.serving() {
		return ""
	}
	return c.server.Socket()
}

func (s *Service) checkToken(ctx context.Context, c *cluster, user, token string) error {
	s.mu.Lock()
	enabled, hosts := c.spec.IAMAuthentication, s.hostsLocked(c)
	s.mu.Unlock()
	if !enabled || s.config.Keys == nil {
		return errors.New("IAM authentication is off")
	}
	return iamtoken.Verify(ctx, token, iamtoken.Expected{User: user, Region: c.region.name, Hosts: hosts}, s.config.Keys, s.config.Now())
}

// copyTags returns tags that nobody else changes, never nil.
func copyTags(tags map[string]string) map[string]string {
	made := map[string]string{}
	maps.Copy(made, tags)
	return made
}
