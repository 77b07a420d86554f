package simulation_test

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover/simulation"
)

var (
	seeds = flag.Uint64("seeds", 300, "how many seeds to play")
	first = flag.Uint64("seed", 1, "the first seed")
)

// Every seed keeps the invariants. A failing one is played again with -seeds 1 -seed S.
func TestSimulation(t *testing.T) {
	started := time.Now()
	claims, accepted, steps := 0, 0, 0
	for seed := *first; seed < *first+*seeds; seed++ {
		result := simulation.Run(seed, simulation.NoBug)
		if result.Problem != "" {
			t.Fatalf("seed %d: %s\n%s", seed, result.Problem, strings.Join(result.Story, "\n"))
		}
		claims, accepted, steps = claims+result.Claims, accepted+result.Accepted, steps+result.Steps
	}
	took := time.Since(started)
	t.Logf("%d seeds in %s (%.0f a second): %d takeovers, %d payments acknowledged, %d steps",
		*seeds, took.Round(time.Millisecond), float64(*seeds)/took.Seconds(), claims, accepted, steps)
	if *seeds >= 100 && (claims == 0 || accepted == 0) {
		t.Error("nothing happened, so nothing was tested")
	}
}

// The same seed gives the same story.
func TestSimulationIsDeterministic(t *testing.T) {
	for seed := range uint64(5) {
		once, again := simulation.Run(seed, simulation.NoBug), simulation.Run(seed, simulation.NoBug)
		if once.Steps != again.Steps || !slices.Equal(once.Story, again.Story) {
			t.Fatalf("seed %d: %d steps, then %d", seed, once.Steps, again.Steps)
		}
	}
}

// Each planted bug is found.
func TestSimulationFindsBugs(t *testing.T) {
	for _, bug := range simulation.Bugs() {
		t.Run(string(bug), func(t *testing.T) {
			for seed := uint64(1); seed <= 500; seed++ {
				if result := simulation.Run(seed, bug); result.Problem != "" {
					t.Logf("seed %d: %s", seed, result.Problem)
					return
				}
			}
			t.Error("not found in 500 seeds")
		})
	}
}
