package supervisor

import (
	"context"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// A strongly consistent table answers a write when a second Region has it, whichever Region writes. Raft does so only
// where its leader is: elsewhere a write first goes there. So the member leads in whose Region most is written.
const (
	leaderEvery    = time.Second
	leaderPatience = 300 * time.Millisecond // of a question; a Region that is frozen does not answer
	leaderMove     = 3 * time.Second
	// leaderFactor is how much more the new leader's Region must write, and leaderFloor by how much, so that the lead
	// does not go to and fro.
	leaderFactor, leaderFloor = 2, 5
)

// writer is a Region that answered, with what it wrote since the last look.
type writer struct {
	name           string
	leads, witness bool
	writes         uint64
}

// nextLeader is the Region whose member should lead, empty if it leads already or nobody knows who does. Of two that
// write alike the first is taken.
func nextLeader(seen []writer) (from, to string) {
	var leader, best *writer
	for i := range seen {
		each := &seen[i]
		if each.leads {
			leader = each
		}
		if !each.witness && (best == nil || each.writes > best.writes) {
			best = each
		}
	}
	switch {
	case leader == nil || best == nil || leader.name == best.name:
		return "", ""
	case leader.witness, best.writes >= leaderFactor*leader.writes+leaderFloor:
		return leader.name, best.name
	}
	return "", ""
}

// keepLeader lets the right member lead until the cloud ends.
func (s *Supervisor) keepLeader(ctx context.Context) {
	ticker := time.NewTicker(leaderEvery)
	defer ticker.Stop()
	written := map[string]uint64{}
	for {
		from, to := nextLeader(s.lookAtWriters(ctx, written))
		if to != "" {
			s.moveLeader(ctx, from, to)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// lookAtWriters asks all Regions that run at once.
func (s *Supervisor) lookAtWriters(ctx context.Context, written map[string]uint64) []writer {
	ctx, cancel := context.WithTimeout(ctx, leaderPatience)
	defer cancel()
	names := append(s.layout.Regions(), s.layout.Witness)
	told := make([]*writer, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		p := s.places[name]
		if s.stateOf(p) != control.Running {
			continue
		}
		group.Go(func() {
			if journal, err := p.client.Journal(ctx); err == nil {
				told[i] = &writer{name, journal.Leads, name == s.layout.Witness, journal.Written}
			}
		})
	}
	group.Wait()
	var seen []writer
	for _, each := range told {
		if each == nil {
			continue
		}
		before := written[each.name]
		written[each.name] = each.writes
		if each.writes < before { // it was started anew
			before = 0
		}
		each.writes -= before
		seen = append(seen, *each)
	}
	return seen
}

func (s *Supervisor) moveLeader(ctx context.Context, from, to string) {
	ctx, cancel := context.WithTimeout(ctx, leaderMove)
	defer cancel()
	if err := s.places[from].client.HandOver(ctx, to); err != nil {
		s.log.Info("journal keeps its leader", "leader", from, "wanted", to, "error", err)
		return
	}
	s.log.Info("journal has another leader", "before", from, "now", to)
}
