package rotation_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/rotation"
)

// TestRotation runs each case over one server, after bringing roles and secrets back to the beginning.
func TestRotation(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"two users take turns", twoUsersTakeTurns},
		{"the first rotation locks nobody out", firstRotationLocksNobodyOut},
		{"the admin rotates itself", adminRotatesItself},
		{"the admin recovers from a wrong current value", adminRecoversFromWrongCurrent},
		{"dropped roles", droppedRoles},
		{"roles without rights", roleWithoutRights},
		{"wrong order", wrongOrder},
		{"a current version is done", currentVersionIsDone},
		{"two runs of one version", twoRunsOfOneVersion},
		{"a superseded run stops", supersededRunStops},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.reset(t)
			c.run(t, w)
		})
	}
}

// twoUsersTakeTurns rotates twice and checks users, rights, kept fields, old passwords and the server's log.
func twoUsersTakeTurns(t *testing.T, w *world) {
	passwords := []string{firstPassword}
	for turn, want := range []string{"payment_app_b", "payment_app_a", "payment_app_b"} {
		w.rotate(t, appARN, "turn-"+want+string(rune('0'+turn)))
		current := w.credentials(t, appARN, "AWSCURRENT")
		if current.Username != want {
			t.Errorf("turn %d: user %s, want %s", turn, current.Username, want)
		}
		w.assertWorks(t, appARN, "AWSCURRENT")
		w.assertWorks(t, appARN, "AWSPREVIOUS")
		passwords = append(passwords, current.Password)
	}
	if err := w.canLogIn(t.Context(), "payment_app_a", firstPassword); err == nil {
		t.Error("the first password still works after two rotations")
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(w.secrets.Value(appARN, "AWSCURRENT")), &fields); err != nil {
		t.Fatal(err)
	}
	if fields["dbname"] != "paymentdb" || fields["port"] != 5432.0 || fields["masterarn"] != adminARN || len(fields) != 6 {
		t.Errorf("fields of the secret changed: %d of them, dbname %v, port %v", len(fields), fields["dbname"], fields["port"])
	}

	log, err := os.ReadFile(w.server.LogFile())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), "ALTER ROLE \"payment_app_b\" LOGIN PASSWORD 'SCRAM-SHA-256$4096:") {
		t.Error("the server's log has no statement that sets a verifier, so it proves nothing")
	}
	for _, password := range passwords[1:] {
		if strings.Contains(string(log), password) {
			t.Error("a clear password is in the server's log")
		}
	}
}

// firstRotationLocksNobodyOut holds a session of the first user through the whole first rotation, and logs in anew
// with what the secret says before and after each step.
func firstRotationLocksNobodyOut(t *testing.T, w *world) {
	held, err := pgx.Connect(t.Context(), w.server.URL("payment_app_a", firstPassword, w.database.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := held.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	check := func(moment string) {
		t.Helper()
		var payments int
		if err := held.QueryRow(t.Context(), "SELECT count(*) FROM ledger.payments").Scan(&payments); err != nil {
			t.Errorf("%s: the held session broke: %v", moment, err)
		}
		if err := w.canLogIn(t.Context(), "payment_app_a", firstPassword); err != nil {
			t.Errorf("%s: the first user cannot log in: %v", moment, err)
		}
		w.assertWorks(t, appARN, "AWSCURRENT")
	}
	if err := w.secrets.Begin(appARN, "first"); err != nil {
		t.Fatal(err)
	}
	check("before")
	for _, one := range rotation.Steps() {
		for range 2 { // each step may be repeated at once
			if err := step(t.Context(), w.deps, appARN, "first", one); err != nil {
				t.Fatal(err)
			}
			check("after " + string(one))
		}
	}
}

// adminRotatesItself, over which the application's rotation works at any moment.
func adminRotatesItself(t *testing.T, w *world) {
	before := w.credentials(t, adminARN, "AWSCURRENT")
	if err := w.secrets.Begin(adminARN, "admin-1"); err != nil {
		t.Fatal(err)
	}
	for i, one := range rotation.Steps() {
		if err := step(t.Context(), w.deps, adminARN, "admin-1", one); err != nil {
			t.Fatal(err)
		}
		w.rotate(t, appARN, "app-during-"+string(rune('0'+i)))
		w.assertWorks(t, appARN, "AWSCURRENT")
	}
	w.assertWorks(t, adminARN, "AWSCURRENT")
	if err := w.canLogIn(t.Context(), before.Username, before.Password); err == nil {
		t.Error("the admin's old password still works")
	}
}

// adminRecoversFromWrongCurrent: someone put a wrong password into the secret; the one before still works.
func adminRecoversFromWrongCurrent(t *testing.T, w *world) {
	right := w.secrets.Value(adminARN, "AWSCURRENT")
	w.secrets.Put(adminARN, right)
	putCurrent(t, w, adminARN, "typo", strings.Replace(right, w.server.Password(), "wrong", 1))
	w.rotate(t, adminARN, "admin-1")
	w.assertWorks(t, adminARN, "AWSCURRENT")
}

// droppedRoles: a role that someone dropped is made again; also the current one, at its next turn.
func droppedRoles(t *testing.T, w *world) {
	w.rotate(t, appARN, "one")
	w.asAdmin(t, "DROP ROLE payment_app_a")
	w.rotate(t, appARN, "two")
	w.assertWorks(t, appARN, "AWSCURRENT")
	w.asAdmin(t, "DROP ROLE payment_app_a")
	w.rotate(t, appARN, "three")
	w.assertWorks(t, appARN, "AWSCURRENT")
}

// roleWithoutRights: a role that lost its membership or its login gets them back at its turn.
func roleWithoutRights(t *testing.T, w *world) {
	for name, statement := range map[string]string{
		"not a member": "REVOKE payment_app FROM payment_app_b",
		"no login":     "ALTER ROLE payment_app_b NOLOGIN",
	} {
		t.Run(name, func(t *testing.T) {
			w.reset(t)
			w.asAdmin(t, "CREATE ROLE payment_app_b LOGIN IN ROLE payment_app", statement)
			w.rotate(t, appARN, "one")
			w.assertWorks(t, appARN, "AWSCURRENT")
		})
	}
}

// wrongOrder of steps changes nothing that works.
func wrongOrder(t *testing.T, w *world) {
	if err := w.secrets.Begin(appARN, "one"); err != nil {
		t.Fatal(err)
	}
	for _, one := range []rotation.Step{rotation.SetSecret, rotation.TestSecret, rotation.FinishSecret} {
		if err := step(t.Context(), w.deps, appARN, "one", one); err == nil || !strings.Contains(err.Error(), "createSecret comes first") {
			t.Errorf("%s before createSecret: %v", one, err)
		}
	}
	if err := step(t.Context(), w.deps, appARN, "one", rotation.CreateSecret); err != nil {
		t.Fatal(err)
	}
	for _, one := range []rotation.Step{rotation.TestSecret, rotation.FinishSecret} {
		var rejected *rotation.RejectedError
		if err := step(t.Context(), w.deps, appARN, "one", one); !errors.As(err, &rejected) {
			t.Errorf("%s before setSecret: %v", one, err)
		}
	}
	if user := w.credentials(t, appARN, "AWSCURRENT").Username; user != "payment_app_a" {
		t.Errorf("current user is %s: a version that does not work became current", user)
	}
	if err := allSteps(t.Context(), w.deps, appARN, "one"); err != nil {
		t.Errorf("right order afterwards: %v", err)
	}
}
