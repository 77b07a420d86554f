package journaltest

import (
	"slices"
	"testing"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

func manyAreRead(t *testing.T, regions []*journal.Store) {
	const payments = journal.MostAtOnce - 2
	ids := []string{"never-begun", Record(0).ID}
	for n := range payments {
		record := Record(n)
		begin(t, regions[n%len(regions)], record)
		ids = append(ids, record.ID)
	}
	complete(t, regions[0], Record(1))
	for _, store := range regions {
		found, err := store.GetMany(t.Context(), ids)
		if err != nil || len(found.Records) != payments || len(found.Corrupt) != 0 {
			t.Fatalf("%d of %d records, %d corrupt, error %v", len(found.Records), payments, len(found.Corrupt), err)
		}
		slices.SortFunc(found.Records, func(a, b payment.Record) int { return a.CreatedAt.Compare(b.CreatedAt) })
		for n, record := range found.Records {
			if want := get(t, store, Record(n).ID); record != want {
				t.Errorf("record %d is %+v, Get has %+v", n, record, want)
			}
		}
	}
	if found, err := regions[0].GetMany(t.Context(), nil); err != nil || len(found.Records) != 0 {
		t.Errorf("of none got %+v, %v", found, err)
	}
	if _, err := regions[0].GetMany(t.Context(), append(ids, "one-more")); err == nil {
		t.Errorf("%d were read at once", len(ids)+1)
	}
}
