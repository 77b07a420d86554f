package simulation_test

import (
	"flag"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/failover/simulation"
)

var (
	seeds = flag.Uint64("seeds", 1000, "how many seeds to play")
	first = flag.Uint64("seed", 1, "the first seed")
)

func TestMain(m *testing.M) {
	// A seed leaves little behind, and memory is cheaper than collecting it often.
	debug.SetGCPercent(1000)
	goleak.VerifyTestMain(m)
}

// Every seed keeps the invariants. A failing one is told in its smallest story, and played again with -seeds 1 -seed S.
func TestSimulation(t *testing.T) {
	started, used := time.Now(), processorTime(t)
	summary, failing := simulation.Play(*first, *seeds, simulation.NoBug, runtime.GOMAXPROCS(0))
	took, burnt := time.Since(started), processorTime(t)-used
	t.Logf("%d seeds in %s: %.0f a second, %.0f a second of processor time\n%s", summary.Seeds, took.Round(time.Millisecond),
		float64(summary.Seeds)/took.Seconds(), float64(summary.Seeds)/burnt.Seconds(), summary)
	if failing != nil {
		m := simulation.New()
		defer m.Close()
		t.Fatalf("%s\nagain: make simulate SEEDS=1 SEED=%d", m.Shrink(failing.Seed, simulation.NoBug), failing.Seed)
	}
	if *seeds < 500 {
		return
	}
	for what, count := range map[string]int{"takeover": summary.TakenOver, "replay": summary.Replayed, "return": summary.Returned} {
		if count*10 < summary.Seeds*7 {
			t.Errorf("%d of %d seeds have a %s, want 70 %% at least: too little is tested", count, summary.Seeds, what)
		}
	}
}

// processorTime is what this process has used of all processors, which other work on the machine does not change.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// The same seed gives the same story, whatever was played before in the same memory.
func TestSimulationIsDeterministic(t *testing.T) {
	old := simulation.New()
	defer old.Close()
	for seed := range uint64(60) {
		fresh := simulation.New()
		once := fresh.Tell(seed, simulation.NoBug)
		fresh.Close()
		silent, again := old.Run(seed, simulation.NoBug), old.Tell(seed, simulation.NoBug)
		if once.Steps != again.Steps || once.Steps != silent.Steps || !slices.Equal(once.Story, again.Story) {
			t.Fatalf("seed %d: %d steps, then %d, and %d untold", seed, once.Steps, again.Steps, silent.Steps)
		}
	}
}
