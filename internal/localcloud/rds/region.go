package rds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// KillRegion ends all servers of a Region at once, with kill -9, and its API with them.
func (s *Service) KillRegion(name string) error {
	return s.killServers(name, func(at *region) { at.down, at.suspended = true, false })
}

// KillServers ends all servers of a Region at once, with kill -9, and leaves its API as it is: databases that fail in a
// Region that lives. StartRegion starts them again.
func (s *Service) KillServers(name string) error {
	return s.killServers(name, func(*region) {})
}

func (s *Service) killServers(name string, change func(*region)) error {
	servers, err := s.changeRegion(name, change)
	if err != nil {
		return err
	}
	var failures []error
	for _, server := range servers {
		failures = append(failures, server.Kill())
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("kill servers of region %s: %w", name, err)
	}
	return nil
}

// StallBackups lets the continuous backups of a Region's clusters stand still at a time, as LatestRestorableTime then says;
// the zero time lets them go on.
func (s *Service) StallBackups(name string, since time.Time) error {
	_, err := s.changeRegion(name, func(at *region) { at.stalled = since })
	return err
}

// SuspendRegion stops all servers of a Region from executing (SIGSTOP): it neither answers nor refuses. Its API hangs.
func (s *Service) SuspendRegion(name string) error {
	return s.signalRegion(name, true, (*postgres.Server).Suspend)
}

// ResumeRegion lets a suspended Region go on where it was. A writer that was replaced meanwhile writes again until the
// service finds it, as a real one does.
func (s *Service) ResumeRegion(name string) error {
	return s.signalRegion(name, false, (*postgres.Server).Resume)
}

func (s *Service) signalRegion(name string, suspended bool, signal func(*postgres.Server) error) error {
	servers, err := s.changeRegion(name, func(at *region) { at.suspended = suspended })
	if err != nil {
		return err
	}
	var failures []error
	for _, server := range servers {
		if server.Running() {
			failures = append(failures, signal(server))
		}
	}
	return errors.Join(failures...)
}

// StartRegion starts the servers of a killed Region again. A writer that was replaced meanwhile stays off until it is a
// secondary again if its Region reaches the new writer, and else comes back as what it knows itself to be.
func (s *Service) StartRegion(ctx context.Context, name string) error {
	s.mu.Lock()
	at, err := s.regionLocked(name)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	var starting []*cluster
	for _, c := range at.clusters {
		if c.server != nil && !c.server.Running() {
			starting = append(starting, c)
		}
	}
	s.mu.Unlock()
	var failures []error
	for _, c := range starting {
		s.mu.Lock()
		deposed, writer := c.deposed, c.source
		s.mu.Unlock()
		if deposed && writer != nil && s.reachable(ctx, name, writer, rejoinTimeout) == nil {
			continue
		}
		failures = append(failures, c.server.Start(ctx))
	}
	s.mu.Lock()
	at.down = false
	s.mu.Unlock()
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("start region %s: %w", name, err)
	}
	return nil
}

// changeRegion changes a Region and returns its servers.
func (s *Service) changeRegion(name string, change func(*region)) ([]*postgres.Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.regionLocked(name)
	if err != nil {
		return nil, err
	}
	change(at)
	var servers []*postgres.Server
	for _, c := range at.clusters {
		if c.server != nil {
			servers = append(servers, c.server)
		}
	}
	return servers, nil
}
