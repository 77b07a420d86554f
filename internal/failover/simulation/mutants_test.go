package simulation_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover/simulation"
)

// Each planted bug is found, by the invariant that it breaks.
func TestSimulationFindsBugs(t *testing.T) {
	const most, patience = 20_000, time.Minute
	m := simulation.New()
	defer m.Close()
	table := fmt.Sprintf("%-36s %8s %9s %9s %12s\n", "bug", "seed", "found in", "breaks", "events told")
	for _, bug := range simulation.Bugs() {
		t.Run(string(bug), func(t *testing.T) {
			started := time.Now()
			_, failing := simulation.Play(1, most, bug, runtime.GOMAXPROCS(0))
			took := time.Since(started)
			if failing == nil {
				t.Fatalf("not found in %d seeds, %s", most, took)
			}
			if took > patience {
				t.Errorf("found in %s, want %s at most", took, patience)
			}
			story := m.Shrink(failing.Seed, bug)
			if story.Invariant != failing.Invariant {
				t.Errorf("seed %d breaks %s, its story %q", failing.Seed, failing.Invariant, story.Invariant)
			}
			table += fmt.Sprintf("%-36s %8d %9s %9s %12d\n", bug, failing.Seed, took.Round(time.Millisecond), failing.Invariant, len(story.Story))
		})
	}
	t.Log("\n" + strings.TrimSuffix(table, "\n"))
}

// The first failing seed and its smallest story do not depend on how many play.
func TestPlayIsDeterministic(t *testing.T) {
	_, alone := simulation.Play(1, 2000, simulation.NoFence, 1)
	_, among := simulation.Play(1, 2000, simulation.NoFence, 3)
	if alone == nil || among == nil || alone.Seed != among.Seed || alone.Problem != among.Problem {
		t.Fatalf("one worker finds %v, three find %v", alone, among)
	}
	one, two := simulation.New(), simulation.New()
	defer one.Close()
	defer two.Close()
	two.Run(1, simulation.NoBug)
	once, again := one.Shrink(alone.Seed, simulation.NoFence), two.Shrink(alone.Seed, simulation.NoFence)
	if once.String() != again.String() {
		t.Errorf("stories differ:\n%s\n%s", once, again)
	}
	full := one.Tell(alone.Seed, simulation.NoFence)
	if once.Payments >= full.Payments || once.Surprises > full.Surprises || len(once.Story) >= len(full.Story) {
		t.Errorf("the story is not smaller: %s", once)
	}
}
