package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPercentilesAgainstSorting compares with the slow and obvious way, to within the width of a class.
func TestPercentilesAgainstSorting(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range 200 {
		values := make([]float64, 1+random.IntN(400))
		var set Set
		for i := range values {
			values[i] = math.Exp(random.NormFloat64()*3) * float64(random.IntN(3)-1)
			set.Add(Single(values[i], 1))
		}
		slices.Sort(values)
		for _, percent := range []float64{0, 1, 10, 50, 90, 99, 99.9, 100} {
			want := values[max(int(math.Ceil(percent/100*float64(len(values)))), 1)-1]
			got, known := set.Percentile(percent)
			if !known || math.Abs(got-want) > 0.0101*math.Abs(want)+1e-9 {
				t.Fatalf("seed %d round %d: p%v of %d values is %v, want %v", seed, round, percent, len(values), got, want)
			}
		}
	}
}

func TestExtremeValuesHaveAClass(t *testing.T) {
	for _, value := range []float64{0, 1e-300, -1e-300, 1e300, -1e300, math.MaxFloat64, 4.2, -4.2} {
		set := Single(value, 1)
		if got, known := set.Percentile(50); !known || got != value {
			t.Errorf("the only value %v has the median %v", value, got)
		}
	}
}

func TestSizeIsBoundedByTheRangeOfValues(t *testing.T) {
	var set Set
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		set.Add(Single(1+random.Float64()*9999, 1)) // 1 ms to 10 s
	}
	if len(set.values) > 470 {
		t.Errorf("%d classes", len(set.values))
	}
}
