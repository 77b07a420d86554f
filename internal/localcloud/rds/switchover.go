package rds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// stopTimeout bounds the old writer's clean stop, in which it sends the last of its log; followTimeout its return.
const (
	stopTimeout   = 10 * time.Second
	followTimeout = 10 * time.Second
)

func (s *Service) beginSwitchover(ctx context.Context, regionName, global, target string) (handover, work, error) {
	s.mu.Lock()
	h, err := s.planLocked(global, target)
	switch {
	case err != nil:
	case h.from.region.name != regionName:
		err = invalidGlobal("A switchover must be asked for in the Region of the primary, %s, not in %s", h.from.region.name, regionName)
	case h.from.status != statusAvailable || !h.from.serving():
		err = invalidCluster("Primary cluster %s is %s", h.from.spec.Identifier, h.from.status)
	}
	if err != nil {
		s.mu.Unlock()
		return h, nil, err
	}
	s.enterLocked(h, statusSwitchingOver, false)
	writer := h.from.server
	s.mu.Unlock()
	following, err := streams(ctx, writer, h.to.spec.Identifier)
	if err == nil && !following {
		err = invalidCluster("Target cluster %s does not replicate from the primary now", target)
	}
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.leaveLocked(h)
		return h, nil, err
	}
	return h, func(ctx context.Context) error { return s.switchOver(ctx, h) }, nil
}

func (s *Service) switchOver(ctx context.Context, h handover) error {
	began := time.Now()
	if err := s.stopWrites(ctx, h); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.from.paused = false
		s.leaveLocked(h)
		return fmt.Errorf("switch over %s to %s: %w", h.global.spec.Identifier, h.to.spec.Identifier, err)
	}
	stopped := s.stopWriter(ctx, h)
	if err := h.to.server.Promote(ctx); err != nil {
		return errors.Join(fmt.Errorf("switch over %s to %s: %w", h.global.spec.Identifier, h.to.spec.Identifier, err), s.takeBack(ctx, h))
	}
	s.mu.Lock()
	s.crownLocked(h)
	s.mu.Unlock()
	wrote := time.Since(began)
	followed := stopped
	if followed == nil {
		followed = s.follow(ctx, h)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h.from.paused = false
	if followed != nil {
		s.config.Logger.Warn("old writer cannot follow on its own data and is copied anew", "cluster", h.from.spec.Identifier, "error", followed)
		h.from.deposed, h.from.status = true, statusResyncing
	}
	s.leaveLocked(h)
	s.config.Logger.Info("switched over", "global", h.global.spec.Identifier, "writer", h.to.spec.Identifier,
		"withoutWriter", wrote, "took", time.Since(began))
	return nil
}

// stopWrites ends the writer's sessions and waits until the secondary has all that they wrote.
func (s *Service) stopWrites(ctx context.Context, h handover) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.SyncTimeout)
	defer cancel()
	s.mu.Lock()
	h.from.paused = true
	front, writer := h.from.front, h.from.server
	s.mu.Unlock()
	front.Drop()
	if err := endSessions(ctx, writer); err != nil {
		return err
	}
	// A change of our own, so that the wait below proves that the link works now, even if nothing else was written.
	if _, err := query[string](ctx, writer, "SELECT pg_logical_emit_message(true, 'switchover', 'last')::text"); err != nil {
		return err
	}
	position, err := query[int64](ctx, writer, writtenPosition)
	if err != nil {
		return err
	}
	return waitReplayed(ctx, h.to.server, position)
}

// stopWriter stops the old writer cleanly, so that its log ends where the new one's begins.
func (s *Service) stopWriter(ctx context.Context, h handover) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return h.from.server.Stop(ctx)
}

// takeBack starts the old writer again after a promotion that failed.
func (s *Service) takeBack(ctx context.Context, h handover) error {
	err := h.from.server.Start(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	h.from.paused = false
	s.leaveLocked(h)
	return err
}

// follow starts the old writer as the new one's secondary and sees that it follows.
func (s *Service) follow(ctx context.Context, h handover) error {
	ctx, cancel := context.WithTimeout(ctx, followTimeout)
	defer cancel()
	link, err := s.linkTo(h.from.region.name, h.to, h.to.server, h.from.spec.Identifier)
	if err != nil {
		return err
	}
	if err := h.from.server.Follow(postgres.Standby{Primary: link}); err != nil {
		return err
	}
	if err := h.from.server.Start(ctx); err != nil {
		return err
	}
	return waitStreaming(ctx, h.to.server, h.from.spec.Identifier)
}
