package rds

import (
	"context"
	"fmt"
	"time"
)

// handover is a change of writers under way.
type handover struct {
	global   *globalCluster
	from, to *cluster
}

// FailoverGlobalCluster promotes the secondary target (an ARN) of the Region that is called, whatever the writer's
// Region is doing: what the secondary has not received is lost to it. It returns when the new writer accepts writes.
//
// A writer that can be reached within FenceTimeout is stopped first. One that cannot goes on if it lives: two writers,
// until it is reached again. Then its volume is kept as the snapshot rds:unplanned-global-failover-... and it becomes a
// secondary with a new copy.
func (s *Service) FailoverGlobalCluster(ctx context.Context, region, global, target string) (GlobalCluster, error) {
	_, rest, err := s.beginFailover(region, global, target)
	return s.handedOver(ctx, global, rest, err)
}

// SwitchoverGlobalCluster, called in the writer's Region, makes the secondary target the writer without loss, and the
// writer its secondary. It fails, and nothing changes, when the secondary does not follow or cannot catch up in time.
func (s *Service) SwitchoverGlobalCluster(ctx context.Context, region, global, target string) (GlobalCluster, error) {
	_, rest, err := s.beginSwitchover(ctx, region, global, target)
	return s.handedOver(ctx, global, rest, err)
}

func (s *Service) handedOver(ctx context.Context, global string, rest work, err error) (GlobalCluster, error) {
	if err != nil {
		return GlobalCluster{}, err
	}
	if err := rest(ctx); err != nil {
		return GlobalCluster{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.globalNamedLocked(global)
	if err != nil {
		return GlobalCluster{}, err
	}
	return s.globalLocked(g), nil
}

// planLocked finds and checks who hands over to whom.
func (s *Service) planLocked(global, target string) (handover, error) {
	g, err := s.globalNamedLocked(global)
	if err != nil {
		return handover{}, err
	}
	to := s.memberLocked(g, target)
	switch {
	case to == nil:
		return handover{}, clusterMissing(target)
	case g.status != statusAvailable:
		return handover{}, invalidGlobal("Global cluster %s is %s", global, g.status)
	case to == g.writer:
		return handover{}, invalidCluster("Target cluster %s is already the primary", target)
	case to.deposed || to.status != statusAvailable:
		return handover{}, invalidCluster("Target cluster %s is %s", target, to.status)
	case !to.serving():
		return handover{}, invalidCluster("Target cluster %s has no available instance", target)
	}
	return handover{global: g, from: g.writer, to: to}, nil
}

// enterLocked shows that the handover is under way.
func (s *Service) enterLocked(h handover, status string, dataLoss bool) {
	h.global.status, h.from.status, h.to.status = status, status, statusPromoting
	h.global.failover = &FailoverState{Status: "failing-over", IsDataLossAllowed: dataLoss,
		FromDbClusterArn: s.clusterARN(h.from.region.name, h.from.spec.Identifier),
		ToDbClusterArn:   s.clusterARN(h.to.region.name, h.to.spec.Identifier)}
}

// leaveLocked shows that it is over, or given up.
func (s *Service) leaveLocked(h handover) {
	h.global.status, h.to.status, h.global.failover = statusAvailable, statusAvailable, nil
	if !h.from.deposed {
		h.from.status = statusAvailable
	}
}

// crownLocked makes h.to the writer and lets the global name lead to it. Members other than the two have followed the
// old writer and may have what the new one has not, so they are made anew.
func (s *Service) crownLocked(h handover) {
	h.global.writer, h.to.source, h.to.lag = h.to, nil, 0
	for _, member := range h.global.members {
		if member == h.to {
			continue
		}
		member.source = h.to
		if member != h.from {
			member.deposed, member.status = true, statusResyncing
		}
	}
	s.registerLocked(h.to)
}

func (s *Service) beginFailover(regionName, global, target string) (handover, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.planLocked(global, target)
	if err != nil {
		return h, nil, err
	}
	if h.to.region.name != regionName {
		return h, nil, invalidGlobal("A failover with data loss must be asked for in the Region of its target, %s, not in %s", h.to.region.name, regionName)
	}
	s.enterLocked(h, statusFailingOver, true)
	return h, func(ctx context.Context) error { return s.failOver(ctx, h) }, nil
}

func (s *Service) failOver(ctx context.Context, h handover) error {
	began := time.Now()
	fenced := s.fence(ctx, h)
	if fenced != nil {
		s.config.Logger.Warn("old writer is not fenced", "cluster", h.from.spec.Identifier, "error", fenced)
	}
	err := h.to.server.Promote(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		// A writer that was fenced stays so: clients have been told that writes fail, and a second try is open.
		s.leaveLocked(h)
		return fmt.Errorf("fail over %s to %s: %w", h.global.spec.Identifier, h.to.spec.Identifier, err)
	}
	h.from.deposed, h.from.keep = true, true
	s.crownLocked(h)
	s.leaveLocked(h)
	s.config.Logger.Info("failed over", "global", h.global.spec.Identifier, "writer", h.to.spec.Identifier,
		"took", time.Since(began), "fenced", fenced == nil)
	return nil
}

// fence stops the old writer if the Region of the new one reaches it.
func (s *Service) fence(ctx context.Context, h handover) error {
	s.mu.Lock()
	server, down := h.from.server, h.from.region.down
	s.mu.Unlock()
	if down || server == nil || !server.Running() {
		return nil // cannot write
	}
	if err := s.reachable(ctx, h.to.region.name, h.from, s.config.FenceTimeout); err != nil {
		return err
	}
	return server.Kill()
}
