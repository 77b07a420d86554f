package versions

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func text(value string) Value { return Value{String: &value} }

// state prints a set: a[AWSCURRENT] b[] ...
func state(s Set) string {
	var out []string
	for _, version := range s {
		out = append(out, version.ID+"["+strings.Join(version.Stages, " ")+"]")
	}
	return strings.Join(out, " ")
}

func TestLabelsMove(t *testing.T) {
	s := Set{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for _, step := range []struct{ stage, id, want string }{
		{Current, "a", "a[AWSCURRENT] b[] c[]"},
		{Current, "a", "a[AWSCURRENT] b[] c[]"},
		{Pending, "b", "a[AWSCURRENT] b[AWSPENDING] c[]"},
		{"zebra", "b", "a[AWSCURRENT] b[AWSPENDING zebra] c[]"},
		{Current, "b", "a[AWSPREVIOUS] b[AWSCURRENT AWSPENDING zebra] c[]"},
		{Pending, "c", "a[AWSPREVIOUS] b[AWSCURRENT zebra] c[AWSPENDING]"},
		{Current, "c", "a[] b[AWSPREVIOUS zebra] c[AWSCURRENT AWSPENDING]"},
		{Current, "b", "a[] b[AWSCURRENT zebra] c[AWSPENDING AWSPREVIOUS]"}, // rolled back
		{Current, "none", "a[] b[AWSCURRENT zebra] c[AWSPENDING AWSPREVIOUS]"},
		{Previous, "a", "a[AWSPREVIOUS] b[AWSCURRENT zebra] c[AWSPENDING]"},
	} {
		s.Attach(step.stage, step.id)
		if got := state(s); got != step.want {
			t.Errorf("%s to %s: %s, want %s", step.stage, step.id, got, step.want)
		}
	}
	s.Detach("zebra")
	s.Detach("nobody")
	if got := state(s); got != "a[AWSPREVIOUS] b[AWSCURRENT] c[AWSPENDING]" || s.Labels() != 3 {
		t.Errorf("%s, %d labels", got, s.Labels())
	}
}

// TestLabelsAtRandom moves labels at random and compares with a map from label to version.
func TestLabelsAtRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	labels := []string{Current, Pending, Previous, "x"}
	s, twin := Set{}, map[string]string{}
	for i := range 5 {
		s = append(s, Version{ID: fmt.Sprint(i)})
	}
	for range 5000 {
		label, id := labels[random.IntN(len(labels))], fmt.Sprint(random.IntN(len(s)))
		if random.IntN(5) == 0 {
			s.Detach(label)
			delete(twin, label)
		} else {
			if before, ok := twin[label]; ok && label == Current && before != id {
				twin[Previous] = before
			}
			s.Attach(label, id)
			twin[label] = id
		}
		got := map[string]string{}
		for id, stages := range s.Stages() {
			if !slices.IsSorted(stages) {
				t.Fatalf("seed %d: labels %v are not sorted", seed, stages)
			}
			for _, stage := range stages {
				got[stage] = id
			}
		}
		if !maps.Equal(got, twin) || s.Labels() != len(twin) {
			t.Fatalf("seed %d: %v, want %v", seed, got, twin)
		}
	}
}

func TestCloneIsIndependent(t *testing.T) {
	s := Set{{ID: "a"}, {ID: "b"}}
	s.Attach(Current, "a")
	clone := s.Clone()
	clone.Attach(Current, "b")
	if got := state(s); got != "a[AWSCURRENT] b[]" {
		t.Errorf("the original became %s", got)
	}
}

func TestPrune(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	old, fresh := now.Add(-25*time.Hour), now.Add(-23*time.Hour)
	make := func(count int, created time.Time) Set {
		var s Set
		for i := range count {
			s = append(s, Version{ID: fmt.Sprint(i), Created: created, Value: text("v")})
		}
		return s
	}
	s := make(103, old)
	s.Attach(Previous, "1")
	s = s.Prune(now)
	if len(s) != 101 || s.Find("0") != nil || s.Find("1") == nil || s.Find("2") != nil || s.Find("3") == nil {
		t.Errorf("%d versions are left", len(s))
	}
	if left := len(make(103, fresh).Prune(now)); left != 103 {
		t.Errorf("of versions of this day, %d are left", left)
	}
	if left := len(make(100, old).Prune(now)); left != 100 {
		t.Errorf("of the most recent 100, %d are left", left)
	}
	begun := Set{{ID: "a", Created: now, Stages: []string{Pending}}, {ID: "b", Created: now}}
	if got := state(begun.Prune(now)); got != "a[AWSPENDING]" {
		t.Errorf("versions without a value: %s", got)
	}
}

func TestValues(t *testing.T) {
	empty := Value{}
	for _, test := range []struct {
		a, b Value
		want bool
	}{
		{text("a"), text("a"), true},
		{text("a"), text("b"), false},
		{text(""), empty, false},
		{empty, empty, true},
		{Value{Binary: []byte("a")}, Value{Binary: []byte("a")}, true},
		{Value{Binary: []byte("a")}, text("a"), false},
	} {
		if test.a.Equal(test.b) != test.want || test.b.Equal(test.a) != test.want {
			t.Errorf("%v equals %v is not %t", test.a, test.b, test.want)
		}
	}
	if !empty.Empty() || text("").Empty() || (Value{Binary: []byte{}}).Empty() {
		t.Error("what is empty")
	}
}
