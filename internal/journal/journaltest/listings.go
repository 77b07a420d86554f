package journaltest

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/journal"
)

func pendingListing(t *testing.T, regions []*journal.Store) {
	const payments = 40
	for n := range payments {
		begin(t, regions[n%len(regions)], Record(n))
	}
	var want []string
	for n := range payments {
		if n%4 == 0 {
			complete(t, regions[n%len(regions)], Record(n))
		} else {
			want = append(want, Record(n).ID)
		}
	}
	for _, store := range regions {
		eventually(t, func() error { return same(store.Pending(t.Context()), want) })
		count, oldest, err := store.Backlog(t.Context())
		if err != nil || count != len(want) || !oldest.Equal(Record(1).CreatedAt) {
			t.Errorf("backlog = %d since %v (%v), want %d since %v", count, oldest, err, len(want), Record(1).CreatedAt)
		}
		for shard := range journal.Shards {
			oldestFirst(t, store, shard)
		}
	}
}

// oldestFirst follows one shard page by page.
func oldestFirst(t *testing.T, store *journal.Store, shard int) {
	t.Helper()
	var last time.Time
	for cursor := journal.Cursor(nil); ; {
		page, err := store.ListPending(t.Context(), shard, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range page.Entries {
			if entry.CreatedAt.Before(last) {
				t.Errorf("shard %d: %s of %v is listed after %v", shard, entry.PaymentID, entry.CreatedAt, last)
			}
			if got := journal.Shard(entry.PaymentID); got != shard {
				t.Errorf("shard %d lists %s of shard %d", shard, entry.PaymentID, got)
			}
			last = entry.CreatedAt
		}
		if cursor = page.Next; cursor == nil {
			return
		}
	}
}

// createdListing begins 40 payments a microsecond apart; the hour changes between number 9 and number 10.
func createdListing(t *testing.T, regions []*journal.Store) {
	const payments = 40
	for n := range payments {
		begin(t, regions[n%len(regions)], Record(n))
		if n%2 == 0 {
			complete(t, regions[0], Record(n))
		}
	}
	at := func(n int) time.Time { return Record(n).CreatedAt }
	for _, span := range []struct {
		name        string
		from, to    time.Time
		first, past int
	}{
		{"all", at(0).Add(-3 * time.Hour), at(payments).Add(2 * time.Hour), 0, payments},
		{"half open", at(3), at(30), 3, 30},
		{"one", at(5), at(6), 5, 6},
		{"before the hour changes", at(0), at(10), 0, 10},
		{"after the hour changed", at(10), at(40), 10, 40},
		{"bounds between two microseconds", at(4).Add(-500), at(7).Add(500), 4, 8},
		{"empty span", at(5), at(5), 0, 0},
		{"inverted span", at(9), at(5), 0, 0},
		{"nothing there", at(0).Add(-5 * time.Hour), at(0), 0, 0},
		{"another time zone", at(3).In(time.FixedZone("half past", 19800)), at(30), 3, 30},
	} {
		t.Run(span.name, func(t *testing.T) {
			var want []string
			for n := span.first; n < span.past; n++ {
				want = append(want, Record(n).ID)
			}
			for _, store := range regions {
				eventually(t, func() error { return same(store.ListCreated(t.Context(), span.from, span.to), want) })
			}
		})
	}
}

func probing(t *testing.T, regions []*journal.Store) {
	for _, store := range regions {
		for _, at := range []time.Time{base, base, base.Add(-time.Hour), base.Add(time.Hour)} {
			if err := persist(t.Context(), func() error { return store.Probe(t.Context(), "us-east-1", at) }); err != nil {
				t.Fatalf("probe at %v: %v", at, err)
			}
		}
		if err := same(store.Pending(t.Context()), nil); err != nil {
			t.Error(err)
		}
		if err := same(store.ListCreated(t.Context(), base.Add(-2*time.Hour), base.Add(2*time.Hour)), nil); err != nil {
			t.Error(err)
		}
	}
}

func wrongShard(t *testing.T, regions []*journal.Store) {
	for _, shard := range []int{-1, journal.Shards} {
		if _, err := regions[0].ListPending(t.Context(), shard, nil); err == nil {
			t.Errorf("shard %d was listed", shard)
		}
		if _, err := regions[0].ListCreatedShard(t.Context(), base, base.Add(time.Second), shard, nil); err == nil {
			t.Errorf("created shard %d was listed", shard)
		}
	}
}

// same compares a listing, whose order across shards is free, with the ids that it must have.
func same(listing iter.Seq2[journal.Entry, error], want []string) error {
	var got []string
	var errs []error
	for entry, err := range listing {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		got = append(got, entry.PaymentID)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		errs = append(errs, fmt.Errorf("listed %v, want %v", got, want))
	}
	return errors.Join(errs...)
}
