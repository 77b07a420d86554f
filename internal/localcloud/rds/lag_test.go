package rds

import (
	"testing"
	"time"
)

func TestBehind(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(seconds int, position int64) sighting {
		return sighting{noon.Add(time.Duration(seconds) * time.Second), position}
	}
	for name, test := range map[string]struct {
		seen     []sighting
		replayed int64
		want     time.Duration
	}{
		"nothing seen":                     {nil, 5, 0},
		"has all":                          {[]sighting{at(-2, 5), at(0, 10)}, 10, 0},
		"has all of a writer that is gone": {[]sighting{at(-9, 5), at(-8, 10)}, 10, 8 * time.Second},
		"lacks the newest":                 {[]sighting{at(-2, 5), at(-1, 10)}, 9, time.Second},
		"lacks several":                    {[]sighting{at(-4, 5), at(-3, 10), at(-1, 20)}, 5, 3 * time.Second},
		"lacks all":                        {[]sighting{at(-4, 5), at(-3, 10)}, 1, 4 * time.Second},
		"idle writer":                      {[]sighting{at(-4, 5), at(-3, 5), at(0, 5)}, 5, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := behind(test.seen, test.replayed, noon); got != test.want {
				t.Errorf("behind by %s, want %s", got, test.want)
			}
		})
	}
}

// What forget drops never changes the answer by more than thinning does.
func TestForgetKeepsTheAnswer(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var seen []sighting
	for i := range 100 {
		seen = append(seen, sighting{noon.Add(time.Duration(i) * time.Second), int64(10 * i)})
	}
	now := noon.Add(200 * time.Second)
	kept := forget(seen, 505, 1000)
	for replayed := int64(505); replayed < 1000; replayed += 7 {
		if got, want := behind(kept, replayed, now), behind(seen, replayed, now); got != want {
			t.Fatalf("at %d: %s, want %s", replayed, got, want)
		}
	}
	if len(kept) != 50 {
		t.Errorf("%d kept of 100, want the 50 from position 500 on", len(kept))
	}
	if thinned := forget(seen, -1, 60); len(thinned) != 51 || thinned[0] != seen[0] || thinned[50] != seen[99] {
		t.Errorf("thinned to %d, from %v to %v", len(thinned), thinned[0], thinned[len(thinned)-1])
	}
}
