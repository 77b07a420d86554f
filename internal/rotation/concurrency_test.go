package rotation_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/paymentdr/paymentdr/internal/rotation"
)

// twoRunsOfOneVersion: Secrets Manager may call the function twice at once. Both runs succeed, with one password.
func twoRunsOfOneVersion(t *testing.T, w *world) {
	for round := range 5 {
		token := fmt.Sprintf("round-%d", round)
		if err := w.secrets.Begin(appARN, token); err != nil {
			t.Fatal(err)
		}
		for _, one := range rotation.Steps() {
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					if err := step(t.Context(), w.deps, appARN, token, one); err != nil {
						t.Errorf("round %d: %v", round, err)
					}
				})
			}
			group.Wait()
			w.assertWorks(t, appARN, "AWSCURRENT")
		}
		if now := w.secrets.Version(appARN, "AWSCURRENT"); now != token {
			t.Errorf("round %d: current version is %s", round, now)
		}
		// And whole runs, in no step with each other.
		again := token + "-again"
		if err := w.secrets.Begin(appARN, again); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if err := allSteps(t.Context(), w.deps, appARN, again); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		group.Wait()
		w.assertWorks(t, appARN, "AWSCURRENT")
		w.assertWorks(t, appARN, "AWSPREVIOUS")
	}
}

// supersededRunStops: a run that was cancelled after it looked, and before it changed the role, changes nothing.
func supersededRunStops(t *testing.T, w *world) {
	if err := w.secrets.Begin(appARN, "old"); err != nil {
		t.Fatal(err)
	}
	if err := w.secrets.Begin(appARN, "new"); err == nil {
		t.Error("a second rotation began while one is pending")
	}
	if err := step(t.Context(), w.deps, appARN, "old", rotation.CreateSecret); err != nil {
		t.Fatal(err)
	}
	old := w.credentials(t, appARN, "AWSPENDING")

	deps, looks := w.deps, 0
	w.secrets.SetHooks(func(action string) error {
		if action != "DescribeSecret" {
			return nil
		}
		if looks++; looks == 2 { // the first is the handler's, the second is inside the transaction
			w.secrets.Cancel(appARN)
			return w.secrets.Begin(appARN, "new")
		}
		return nil
	}, nil)
	err := step(t.Context(), deps, appARN, "old", rotation.SetSecret)
	w.secrets.SetHooks(nil, nil)
	if err == nil {
		t.Error("the superseded run set its password")
	}
	if err := w.canLogIn(t.Context(), old.Username, old.Password); err == nil {
		t.Error("the superseded run's password works")
	}
	if err := allSteps(t.Context(), w.deps, appARN, "new"); err != nil {
		t.Errorf("the new rotation: %v", err)
	}
	w.assertWorks(t, appARN, "AWSCURRENT")
}
