package metric

import (
	"slices"
	"time"
)

// bucket is what was measured in one minute or second.
type bucket struct {
	start int64 // seconds since 1970
	set   Set
}

// track is a series of buckets of one width, in the order of time. Buckets without a value do not exist.
type track struct {
	width   int64 // seconds
	buckets []bucket
}

func (t *track) add(at time.Time, set Set) {
	start := at.Unix() - at.Unix()%t.width
	last := len(t.buckets) - 1
	switch {
	case last < 0 || start > t.buckets[last].start:
		t.buckets = append(t.buckets, bucket{start: start})
		last++
	case start < t.buckets[last].start: // late
		at, found := t.find(start)
		if !found {
			t.buckets = slices.Insert(t.buckets, at, bucket{start: start})
		}
		last = at
	}
	t.buckets[last].set.Add(set)
}

// find is where the bucket is that starts at start, or would be.
func (t *track) find(start int64) (int, bool) {
	return slices.BinarySearchFunc(t.buckets, start, func(b bucket, start int64) int { return int(b.start - start) })
}

// between puts the buckets with start in [from, to) into set.
func (t *track) between(from, to int64, set *Set) {
	at, _ := t.find(from)
	for ; at < len(t.buckets) && t.buckets[at].start < to; at++ {
		set.Add(t.buckets[at].set)
	}
}

// forget drops what started before the moment.
func (t *track) forget(before int64) {
	if at, _ := t.find(before); at > 0 {
		t.buckets = slices.Delete(t.buckets, 0, at)
	}
}

// latest is the start of the newest bucket, or 0.
func (t *track) latest() int64 {
	if len(t.buckets) == 0 {
		return 0
	}
	return t.buckets[len(t.buckets)-1].start
}
