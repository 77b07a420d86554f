package metric

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return noon.Add(d) }

var latency = ID{"Pay", "Latency", map[string]string{"Environment": "dev", "Api": "a"}}

func record(t *testing.T, s *Store, at time.Time, value float64) {
	t.Helper()
	if err := s.Record(Value{ID: latency, Unit: "Milliseconds", Set: Single(value, 1), At: at}, at); err != nil {
		t.Fatal(err)
	}
}

func statistics(t *testing.T, set Set) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	for _, name := range append([]string{"p50", "p99"}, Simple...) {
		statistic, err := ParseStatistic(name)
		if err != nil {
			t.Fatal(err)
		}
		if value, known := statistic.Of(&set); known {
			got[name] = math.Round(value*10) / 10
		}
	}
	return got
}

func TestStatisticsOfPeriods(t *testing.T) {
	s := New(Options{})
	record(t, s, after(10*time.Second), 4)
	record(t, s, after(59*time.Second), 1)
	record(t, s, after(130*time.Second), 10)
	record(t, s, after(70*time.Second), 7) // late
	record(t, s, after(15*time.Second), 4)
	periods := s.Periods(latency, "", noon, time.Minute, 4)
	want := []map[string]float64{
		{"Average": 3, "Sum": 9, "Minimum": 1, "Maximum": 4, "SampleCount": 3, "p50": 4, "p99": 4},
		{"Average": 7, "Sum": 7, "Minimum": 7, "Maximum": 7, "SampleCount": 1, "p50": 7, "p99": 7},
		{"Average": 10, "Sum": 10, "Minimum": 10, "Maximum": 10, "SampleCount": 1, "p50": 10, "p99": 10},
		{},
	}
	for i, period := range periods {
		if difference := cmp.Diff(want[i], statistics(t, period.Set)); difference != "" {
			t.Errorf("minute %d: %s", i, difference)
		}
		if !period.Start.Equal(after(time.Duration(i) * time.Minute)) {
			t.Errorf("minute %d starts at %s", i, period.Start)
		}
	}
	whole := s.Periods(latency, "", noon, 5*time.Minute, 1)[0]
	if got := statistics(t, whole.Set)["Sum"]; got != 26 || whole.Unit != "Milliseconds" {
		t.Errorf("five minutes: sum %v, unit %q", got, whole.Unit)
	}
}

func TestDimensionsAndUnitsAreApart(t *testing.T) {
	s := New(Options{})
	record(t, s, noon, 1)
	for _, other := range []Value{
		{ID: ID{"Pay", "Latency", map[string]string{"Environment": "dev"}}, Unit: "Milliseconds"},
		{ID: latency, Unit: "Seconds"},
	} {
		other.Set, other.At = Single(100, 1), noon
		if err := s.Record(other, noon); err != nil {
			t.Fatal(err)
		}
	}
	for unit, want := range map[string]float64{"Milliseconds": 1, "Seconds": 100, "": 101, "Count": 0} {
		if got := s.Periods(latency, unit, noon, time.Minute, 1)[0].Set.Sum; got != want {
			t.Errorf("unit %q: sum %v, want %v", unit, got, want)
		}
	}
	swapped := ID{"Pay", "Latency", map[string]string{"Api": "a", "Environment": "dev"}}
	if got := s.Periods(swapped, "Milliseconds", noon, time.Minute, 1)[0].Set.Sum; got != 1 {
		t.Errorf("dimensions in another order: sum %v", got)
	}
}

func TestHighResolution(t *testing.T) {
	s := New(Options{})
	for second, value := range []float64{1, 2, 4} {
		at := after(time.Duration(second*10) * time.Second)
		if err := s.Record(Value{ID: latency, Set: Single(value, 1), At: at, HighResolution: true}, at); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []float64{1, 2, 4, 0} {
		if got := s.Periods(latency, "", noon, 10*time.Second, 4)[i].Set.Sum; got != want {
			t.Errorf("ten seconds %d: %v, want %v", i, got, want)
		}
	}
	if got := s.Periods(latency, "", noon, time.Minute, 1)[0].Set.Sum; got != 7 {
		t.Errorf("minute: %v", got)
	}
}

func TestStandardResolutionIsAtTheBeginOfTheMinute(t *testing.T) {
	s := New(Options{})
	record(t, s, after(42*time.Second), 3)
	for i, want := range []float64{3, 0, 0} {
		if got := s.Periods(latency, "", noon, 20*time.Second, 3)[i].Set.Sum; got != want {
			t.Errorf("twenty seconds %d: %v, want %v", i, got, want)
		}
	}
}

func TestForgetting(t *testing.T) {
	s := New(Options{Retention: time.Hour})
	record(t, s, noon, 1)
	record(t, s, after(30*time.Minute), 2)
	count := func() int { return len(s.List(Filter{})) }
	sum := func() float64 { return s.Periods(latency, "", noon, time.Hour, 1)[0].Set.Sum }
	if s.Forget(after(time.Hour)); sum() != 3 {
		t.Errorf("within the retention: sum %v", sum())
	}
	if s.Forget(after(61 * time.Minute)); sum() != 2 {
		t.Errorf("after the first minute's retention: sum %v", sum())
	}
	s.Keep(latency, 5*time.Hour)
	if s.Forget(after(3 * time.Hour)); count() != 1 {
		t.Error("forgot a metric that is to be kept")
	}
	s.Keep(latency, 0)
	if s.Forget(after(3 * time.Hour)); count() != 0 {
		t.Error("kept a metric without values")
	}
}

func TestRefusedValues(t *testing.T) {
	s := New(Options{Series: 1})
	record(t, s, noon, 1)
	for name, value := range map[string]Value{
		"not a number":  {ID: latency, Set: Single(math.NaN(), 1), At: noon},
		"infinite":      {ID: latency, Set: Single(math.Inf(1), 1), At: noon},
		"no name":       {ID: ID{Namespace: "Pay"}, Set: Single(1, 1), At: noon},
		"two weeks old": {ID: latency, Set: Single(1, 1), At: noon.Add(-oldest - time.Second)},
		"of tomorrow":   {ID: latency, Set: Single(1, 1), At: noon.Add(newest + time.Second)},
		"one too many":  {ID: ID{"Pay", "Other", nil}, Set: Single(1, 1), At: noon},
	} {
		if err := s.Record(value, noon); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got := s.Periods(latency, "", noon, time.Minute, 1)[0].Set.Count; got != 1 {
		t.Errorf("%v values", got)
	}
}

func TestSummaries(t *testing.T) {
	set, err := Summary(10, 1, 9, 2)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(map[string]float64{"Average": 5, "Sum": 10, "Minimum": 1, "Maximum": 9, "SampleCount": 2}, statistics(t, set)); difference != "" {
		t.Errorf("a summary of different values has no percentiles: %s", difference)
	}
	same, err := Summary(10, 5, 5, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := statistics(t, same)["p99"]; got != 5 {
		t.Errorf("p99 of equal values is %v", got)
	}
	same.Add(set)
	if _, known := same.Percentile(50); known {
		t.Error("percentile of values of which some are unknown")
	}
	for name, bad := range map[string][4]float64{"no samples": {1, 1, 1, 0}, "upside down": {1, 2, 1, 1}, "not a number": {math.NaN(), 1, 1, 1}} {
		if _, err := Summary(bad[0], bad[1], bad[2], bad[3]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestListing(t *testing.T) {
	s := New(Options{})
	for _, id := range []ID{latency, {"Pay", "Count", nil}, {"Other", "Count", map[string]string{"Environment": "dev"}}} {
		at := noon
		if id.Name == "Count" {
			at = after(time.Hour)
		}
		if err := s.Record(Value{ID: id, Set: Single(1, 1), At: at}, at); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		filter Filter
		want   string
	}{
		"all":            {Filter{}, "Other/Count Pay/Count Pay/Latency"},
		"namespace":      {Filter{Namespace: "Pay"}, "Pay/Count Pay/Latency"},
		"name":           {Filter{Name: "Count"}, "Other/Count Pay/Count"},
		"has dimension":  {Filter{Dimensions: map[string]string{"Environment": ""}}, "Other/Count Pay/Latency"},
		"dimension":      {Filter{Dimensions: map[string]string{"Api": "a"}}, "Pay/Latency"},
		"other value":    {Filter{Dimensions: map[string]string{"Api": "b"}}, ""},
		"recently alive": {Filter{After: after(30 * time.Minute)}, "Other/Count Pay/Count"},
	} {
		var got []string
		for _, id := range s.List(test.filter) {
			got = append(got, id.Namespace+"/"+id.Name)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", name, got, test.want)
		}
	}
}

func TestStatisticNames(t *testing.T) {
	for _, name := range []string{"Average", "p0", "p99", "p99.9", "p100"} {
		if _, err := ParseStatistic(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", "average", "p", "p101", "p-1", "tm99", "PR(10:20)", "IQM"} {
		if _, err := ParseStatistic(name); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	s := New(Options{})
	b.ReportAllocs()
	for i := range b.N {
		at := noon.Add(time.Duration(i) * time.Millisecond)
		if err := s.Record(Value{ID: latency, Unit: "Milliseconds", Set: Single(float64(i%1000), 1), At: at}, at); err != nil {
			b.Fatal(err)
		}
	}
}
