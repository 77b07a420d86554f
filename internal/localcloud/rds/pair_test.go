package rds_test

import "testing"

// TestPair runs what leaves a pair as it found it on one pair: making one takes longer than most of these.
func TestPair(t *testing.T) {
	w := newWorld(t)
	w.pair()
	for _, test := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"logins", logins},
		{"tokens", tokens},
		{"a cancelled statement ends", cancelledStatementEnds},
		{"descriptions", descriptions},
		{"requests that are refused", requestsThatAreRefused},
		{"handovers that are refused", handoversThatAreRefused},
		{"lag grows while the link is cut", lagGrowsWhileTheLinkIsCut},
		{"a backup is judged, restored and checked", backupIsJudgedRestoredAndChecked},
		{"a secondary's snapshot and a final one are restored", snapshotsAreRestored},
		{"members leave", membersLeave},
	} {
		t.Run(test.name, func(t *testing.T) {
			outer := w.t
			w.t = t
			defer func() { w.t = outer }()
			test.run(t, w)
		})
	}
}
