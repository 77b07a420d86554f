package rds

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// rejoinTimeout bounds one look whether a lost member reaches the writer again.
const rejoinTimeout = 2 * time.Second

// rejoinLost begins to bring back every member that a failover left behind and whose Region is back.
func (s *Service) rejoinLost() {
	s.mu.Lock()
	var found []*cluster
	for _, g := range s.globals {
		if g.status != statusAvailable || g.writer == nil || !g.writer.serving() {
			continue
		}
		for _, member := range g.members {
			if member.deposed && !member.busy && !member.region.down && !member.region.suspended {
				member.busy = true
				found = append(found, member)
			}
		}
	}
	s.mu.Unlock()
	for _, member := range found {
		s.background("rejoin "+member.spec.Identifier, func(ctx context.Context) error {
			defer func() {
				s.mu.Lock()
				member.busy = false
				s.mu.Unlock()
			}()
			return s.rejoin(ctx, member)
		})
	}
}

// rejoin makes a member that was left behind a secondary with a new copy of the writer, and keeps the volume of an old
// writer as a snapshot. A Region that does not reach the writer is no error: it stays as it is.
func (s *Service) rejoin(ctx context.Context, c *cluster) error {
	s.mu.Lock()
	writer := c.source
	s.mu.Unlock()
	if writer == nil || s.reachable(ctx, c.region.name, writer, rejoinTimeout) != nil {
		return nil
	}
	if err := s.retireVolume(c); err != nil {
		return err
	}
	server, err := s.startStandby(ctx, c, writer)
	if err == nil {
		s.mu.Lock()
		leader := writer.server
		s.mu.Unlock()
		ctx, cancel := context.WithTimeout(ctx, followTimeout)
		defer cancel()
		err = waitStreaming(ctx, leader, c.spec.Identifier)
		if err != nil {
			err = errors.Join(err, server.Remove())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.paused = false
	if err != nil {
		return fmt.Errorf("rejoin cluster %s: %w", c.spec.Identifier, err)
	}
	c.server, c.deposed = server, false
	c.status = statusAvailable
	if c.region.down {
		return server.Kill()
	}
	s.config.Logger.Info("old member follows again", "cluster", c.spec.Identifier, "writer", writer.spec.Identifier)
	return nil
}

// retireVolume ends the old server of a member; its data becomes a snapshot or goes.
func (s *Service) retireVolume(c *cluster) error {
	s.mu.Lock()
	c.paused, c.status = true, statusResyncing
	old, front, keep := c.server, c.front, c.keep
	c.server, c.keep = nil, false
	s.mu.Unlock()
	if front != nil {
		front.Drop()
	}
	if old == nil {
		return nil
	}
	if !keep {
		return old.Remove()
	}
	if err := old.Kill(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fmt.Sprintf("rds:unplanned-global-failover-%s-%s", c.spec.Identifier, s.config.Now().UTC().Format("2006-01-02-15-04-05"))
	s.addSnapshotLocked(c, name, snapshotAutomated, old.DataDir(), statusAvailable)
	return nil
}
