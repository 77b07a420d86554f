package supervisor

import "testing"

func TestTheJournalIsLedWhereMostIsWritten(t *testing.T) {
	east := func(leads bool, writes uint64) writer { return writer{"east", leads, false, writes} }
	west := func(leads bool, writes uint64) writer { return writer{"west", leads, false, writes} }
	witness := func(leads bool) writer { return writer{"witness", leads, true, 0} }
	for _, test := range []struct {
		name     string
		seen     []writer
		from, to string
	}{
		{"nobody answers", nil, "", ""},
		{"nobody knows who leads", []writer{east(false, 40), west(false, 1), witness(false)}, "", ""},
		{"the busiest leads", []writer{east(true, 40), west(false, 1), witness(false)}, "", ""},
		{"another one is busy", []writer{east(true, 1), west(false, 40), witness(false)}, "east", "west"},
		{"another one is a little busier", []writer{east(true, 30), west(false, 40), witness(false)}, "", ""},
		{"nothing but controllers", []writer{east(false, 1), west(true, 0), witness(false)}, "", ""},
		{"the witness leads", []writer{east(false, 0), west(false, 0), witness(true)}, "witness", "east"},
		{"the witness leads, and one is gone", []writer{west(false, 0), witness(true)}, "witness", "west"},
		{"only the witness is there", []writer{witness(true)}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if from, to := nextLeader(test.seen); from != test.from || to != test.to {
				t.Errorf("from %q to %q, want from %q to %q", from, to, test.from, test.to)
			}
		})
	}
}
