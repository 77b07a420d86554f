package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// gate lets calls through only when want of them are inside at once, so that a test that passes has seen them there.
type gate struct {
	mutex  sync.Mutex
	inside int
	want   int
	open   chan struct{}
}

func (g *gate) enter() {
	g.mutex.Lock()
	if g.inside++; g.inside == g.want {
		close(g.open)
	}
	g.mutex.Unlock()
	<-g.open
}

func TestIndependentResourcesAreMadeAtOnce(t *testing.T) {
	var file strings.Builder
	file.WriteString(providerBlock)
	for i := range 10 {
		fmt.Fprintf(&file, "resource \"aws_vpc\" \"v%d\" {}\n", i)
	}
	cloud, engine := newCloud()
	crowd := &gate{want: 10, open: make(chan struct{})}
	cloud.before = func(Action, Resource) error { crowd.enter(); return nil }
	mustApply(t, engine, write(t, map[string]string{"r/main.tf": file.String()}))
}

func TestRootsThatDoNotReadEachOtherAreMadeAtOnce(t *testing.T) {
	one := providerBlock + "resource \"aws_vpc\" \"v\" {}\n"
	cloud, engine := newCloud()
	crowd := &gate{want: 2, open: make(chan struct{})}
	cloud.before = func(Action, Resource) error { crowd.enter(); return nil }
	report := mustApply(t, engine, write(t, map[string]string{"r/main.tf": one, "s/main.tf": one}))
	if len(report.Roots) != 1 || len(report.Roots[0]) != 2 {
		t.Errorf("roots %v, want one group of two", report.Roots)
	}
}

func TestParallelismIsALimit(t *testing.T) {
	for _, limit := range []int{1, 3} {
		made := &cloud{}
		var now, most atomic.Int32
		made.before = func(Action, Resource) error {
			most.Store(max(most.Load(), now.Add(1)))
			now.Add(-1)
			return nil
		}
		engine := New(Options{Handlers: made.handlers(), Parallelism: limit})
		mustApply(t, engine, example(t))
		if err := engine.Destroy(context.Background()); err != nil {
			t.Fatal(err)
		}
		if int(most.Load()) > limit {
			t.Errorf("%d calls at once, want at most %d", most.Load(), limit)
		}
	}
}

// The walk against its definition, over random graphs: everything is done once, after what it needs; after a failure
// nothing that needs the failed one is done.
func TestWalk(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		count := random.IntN(30)
		needs := make([][]int, count)
		for i := range count {
			for j := range i {
				if random.IntN(4) == 0 {
					needs[i] = append(needs[i], j)
				}
			}
		}
		failing := random.IntN(count + 5)
		var mutex sync.Mutex
		var done []int
		broken := errors.New("broken")
		err := walk(context.Background(), count, func(i int) []int { return needs[i] }, func(i int) error {
			mutex.Lock()
			defer mutex.Unlock()
			for _, need := range needs[i] {
				if !slices.Contains(done, need) {
					t.Errorf("%d was done before %d, which it needs", i, need)
				}
			}
			if i == failing {
				return broken
			}
			done = append(done, i)
			return nil
		})
		if failing >= count && (err != nil || len(done) != count) {
			t.Fatalf("error %v, %d of %d done", err, len(done), count)
		}
		if failing < count && !errors.Is(err, broken) {
			t.Fatalf("error %v, want the one that failed", err)
		}
		slices.Sort(done)
		if len(slices.Compact(done)) != len(done) {
			t.Fatalf("done twice: %v", done)
		}
	}
}

// With one handler at a time, the first failure is the last call.
func TestNothingBeginsAfterAFailure(t *testing.T) {
	var file strings.Builder
	file.WriteString(providerBlock)
	for i := range 10 {
		fmt.Fprintf(&file, "resource \"aws_vpc\" \"v%d\" {}\n", i)
	}
	folder := write(t, map[string]string{"r/main.tf": file.String()})
	for range 20 {
		made := &cloud{}
		var calls atomic.Int32
		made.before = func(Action, Resource) error { calls.Add(1); return errors.New("broken") }
		engine := New(Options{Handlers: made.handlers(), Parallelism: 1})
		if _, err := engine.Apply(context.Background(), folder); err == nil || calls.Load() != 1 {
			t.Fatalf("error %v, %d calls, want one", err, calls.Load())
		}
	}
}

func TestCancelledApplyBeginsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cloud, engine := newCloud()
	cloud.before = func(Action, Resource) error { cancel(); return nil }
	_, err := engine.Apply(ctx, write(t, map[string]string{"r/main.tf": chainOfThree}))
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "not begun") {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	wantCalls(t, cloud, "create r/aws_vpc.a")
}

func TestExampleIsDestroyedInReverse(t *testing.T) {
	folder := example(t)
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	if err := engine.Destroy(context.Background()); err != nil {
		t.Fatal(err)
	}
	calls := cloud.take()
	place := map[string]int{}
	for i, call := range calls {
		place[strings.TrimPrefix(call, "delete ")] = i
	}
	for block, mentions := range textual(t, folder) {
		for _, other := range mentions {
			if !strings.Contains(block, "data.") && !strings.Contains(block, "ephemeral.") && place[other] < place[block] {
				t.Errorf("%s was deleted before %s, which needs it", other, block)
			}
		}
	}
	rank := map[string]int{"link": 0, "us-east-1": 1, "us-west-2": 1, "global": 2}
	last := 0
	for _, call := range calls {
		root, _, _ := strings.Cut(strings.TrimPrefix(call, "delete "), "/")
		if rank[root] < last {
			t.Errorf("%s after a root that it reads", call)
		}
		last = max(last, rank[root])
	}
	if left := engine.Resources(); len(left) > 0 || engine.Outputs("global") != nil {
		t.Errorf("%d resources are left", len(left))
	}
	if first := mustApply(t, engine, folder); first.Created != len(calls) {
		t.Errorf("%d created after %d were deleted", first.Created, len(calls))
	}
}

// The secondary's cluster takes its users from the global cluster, whose first member must be the primary's: nothing
// in the files says so.
func TestTheWriterIsMadeFirst(t *testing.T) {
	folder := example(t)
	for range 5 {
		cloud, engine := newCloud()
		mustApply(t, engine, folder)
		calls := cloud.take()
		first, second := slices.Index(calls, "create us-east-1/aws_rds_cluster.payment"), slices.Index(calls, "create us-west-2/aws_rds_cluster.payment")
		if first < 0 || second < first {
			t.Fatalf("clusters are made at %d and %d", first, second)
		}
		if err := engine.Destroy(context.Background()); err != nil {
			t.Fatal(err)
		}
		calls = cloud.take()
		first, second = slices.Index(calls, "delete us-west-2/aws_rds_cluster.payment"), slices.Index(calls, "delete us-east-1/aws_rds_cluster.payment")
		if second < first {
			t.Fatalf("clusters are deleted at %d and %d, the writer first", first, second)
		}
	}
}

// Inside a root the files say the order, and between roots of which one reads the other.
func TestWaitsAreAskedOfIndependentRootsOnly(t *testing.T) {
	made := &cloud{}
	asked := map[string]bool{}
	ask := func(r, other Resource) bool { asked[r.Root+" "+other.Root] = true; return false }
	engine := New(Options{Handlers: made.handlers(), Waits: map[string]func(r, other Resource) bool{"aws_vpc": ask}})
	two := providerBlock + "resource \"aws_vpc\" \"v\" {}\nresource \"aws_vpc\" \"w\" {}\n"
	reading := two + "data \"terraform_remote_state\" \"r\" {\n  backend = \"local\"\n  config  = { path = \"../r/terraform.tfstate\" }\n}\n"
	if err := engine.Check(write(t, map[string]string{"r/main.tf": two, "s/main.tf": two, "t/main.tf": reading})); err != nil {
		t.Fatal(err)
	}
	if want := map[string]bool{"r s": true, "s r": true, "s t": true, "t s": true}; !maps.Equal(asked, want) {
		t.Errorf("asked of %v, want %v", asked, want)
	}
}

func TestWaitsThatNeverEnd(t *testing.T) {
	made := &cloud{}
	always := func(r, other Resource) bool { return true }
	engine := New(Options{Handlers: made.handlers(), Waits: map[string]func(r, other Resource) bool{"aws_vpc": always}})
	one := providerBlock + "resource \"aws_vpc\" \"v\" {}\n"
	err := engine.Check(write(t, map[string]string{"r/main.tf": one, "s/main.tf": one}))
	if err == nil || !strings.Contains(err.Error(), "waits for itself, by Options.Waits") {
		t.Errorf("error %v", err)
	}
}

func TestProgress(t *testing.T) {
	made := &cloud{}
	open := map[string]bool{}
	var inside atomic.Bool
	var ends []string
	engine := New(Options{Handlers: made.handlers(), Progress: func(event Event) {
		if inside.Swap(true) {
			t.Error("two calls of Progress at once")
		}
		defer inside.Store(false)
		key := fmt.Sprintf("%s %s/%s", event.Action, event.Root, event.Address)
		if event.Done {
			if !open[key] && event.Action != Unchanged {
				t.Errorf("%s ended before it began", key)
			}
			ends = append(ends, key)
		}
		open[key] = true
	}})
	folder := write(t, map[string]string{"r/main.tf": chainOfThree})
	mustApply(t, engine, folder)
	edit(t, filepath.Join(folder, "r/main.tf"), "10.0.0.0/24", "10.0.1.0/24")
	mustApply(t, engine, folder)
	want := []string{"create r/aws_vpc.a", "create r/aws_subnet.b", "create r/aws_route_table_association.c",
		"unchanged r/aws_vpc.a", "update r/aws_subnet.b", "unchanged r/aws_route_table_association.c"}
	if !slices.Equal(ends, want) {
		t.Errorf("ends %v, want %v", ends, want)
	}
}

func TestDependsOnOfInstances(t *testing.T) {
	_, engine := newCloud()
	mustApply(t, engine, example(t))
	for _, instance := range engine.Resources() {
		if instance.Root == "us-east-1" && instance.Address == "aws_db_subnet_group.payment" {
			want := []string{"aws_subnet.private_0", "aws_subnet.private_1", "aws_subnet.private_2"} // through a local
			if !slices.Equal(instance.DependsOn, want) {
				t.Errorf("depends on %v, want %v", instance.DependsOn, want)
			}
			if instance.Prior == cty.NilVal || !strings.HasPrefix(instance.Source, "us-east-1/database.tf:") {
				t.Errorf("instance %+v", instance)
			}
			return
		}
	}
	t.Error("the subnet group is not there")
}
