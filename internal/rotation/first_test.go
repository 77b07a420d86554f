package rotation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/rotation"
)

// forget brings roles and secrets to where the migrations leave them: a group without users, a secret without a value.
func (w *world) forget(t *testing.T) {
	t.Helper()
	w.reset(t)
	w.asSuperuser(t, "DROP ROLE payment_app_a")
	w.secrets.Create(appARN)
}

func (w *world) first(t *testing.T) error {
	t.Helper()
	return rotation.First(t.Context(), w.deps, appARN, "paymentdb")
}

// crashFirst runs First so that it dies at one call, and returns how many calls there were.
func (w *world) crashFirst(t *testing.T, c *crasher) int64 {
	t.Helper()
	w.secrets.SetHooks(func(string) error { return c.enter() }, func(string) error { return c.leave() })
	defer w.secrets.SetHooks(nil, nil)
	deps := w.deps
	deps.Session = c.session(w)
	err := rotation.First(t.Context(), deps, appARN, "paymentdb")
	if died := c.dead.Load(); died != (c.at != 0) || !died && err != nil {
		t.Fatalf("died %t at call %d, error %v", died, c.at, err)
	}
	return c.count.Load()
}

// TestFirstCrashAnywhere kills First at every call, before and after it took effect, from each state that it may find;
// a restart must end it with credentials that work, and a rotation must go on from them.
func TestFirstCrashAnywhere(t *testing.T) {
	w := newWorld(t)
	for _, begin := range []struct {
		name  string
		state func(*testing.T)
	}{
		{"nothing there", w.forget},
		{"a value without its role", func(t *testing.T) { w.reset(t); w.asSuperuser(t, "DROP ROLE payment_app_a") }},
		{"a role with another password", func(t *testing.T) { w.reset(t); w.asSuperuser(t, "ALTER ROLE payment_app_a PASSWORD 'another'") }},
		{"a role outside of the group", func(t *testing.T) { w.reset(t); w.asAdmin(t, "REVOKE payment_app FROM payment_app_a") }},
	} {
		begin.state(t)
		calls := w.crashFirst(t, &crasher{})
		if calls < 10 {
			t.Fatalf("%s: only %d calls to crash at", begin.name, calls)
		}
		for at := int64(1); at <= calls; at++ {
			for _, before := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, call %d before %t", begin.name, at, before), func(t *testing.T) {
					begin.state(t)
					w.crashFirst(t, &crasher{at: at, before: before})
					if err := w.first(t); err != nil {
						t.Fatalf("restart: %v", err)
					}
					w.assertWorks(t, appARN, "AWSCURRENT")
					if at == calls && !before {
						w.rotate(t, appARN, "next")
						w.assertWorks(t, appARN, "AWSCURRENT")
					}
				})
			}
		}
	}
}

func TestFirstMakesWhatIsMissingAndNoMore(t *testing.T) {
	w := newWorld(t)
	w.forget(t)
	if err := w.first(t); err != nil {
		t.Fatal(err)
	}
	made := w.secrets.Value(appARN, "AWSCURRENT")
	for _, want := range []string{`"engine":"postgres"`, `"username":"payment_app_a"`, `"dbname":"paymentdb"`, `"port":5432`, adminARN} {
		if !strings.Contains(made, want) {
			t.Errorf("the first value has no %s", want)
		}
	}
	w.assertWorks(t, appARN, "AWSCURRENT")
	// Repeated beside a rotation: what works is not changed, at any stage of it.
	if err := w.secrets.Begin(appARN, "token"); err != nil {
		t.Fatal(err)
	}
	for _, one := range rotation.Steps() {
		before := w.secrets.Value(appARN, "AWSCURRENT")
		if err := w.first(t); err != nil {
			t.Fatalf("before %s: %v", one, err)
		}
		if w.secrets.Value(appARN, "AWSCURRENT") != before {
			t.Errorf("before %s: the current value was changed", one)
		}
		if err := step(t.Context(), w.deps, appARN, "token", one); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.first(t); err != nil {
		t.Fatal(err)
	}
	w.assertWorks(t, appARN, "AWSCURRENT")
	w.assertWorks(t, appARN, "AWSPREVIOUS")
}

func TestFirstRefuses(t *testing.T) {
	w := newWorld(t)
	value := func(username, master string) string {
		return fmt.Sprintf(`{"engine":"postgres","username":%q,"password":"p","dbname":"paymentdb","port":5432,"masterarn":%q}`, username, master)
	}
	for _, test := range []struct{ name, value, want string }{
		{"another master", value("payment_app_a", "arn:other"), "masterarn"},
		{"no master", value("payment_app_a", ""), "masterarn"},
		{"a user that is not the application's", value("dbadmin", adminARN), "dbadmin"},
		{"no credentials", `{"username":"payment_app_a"}`, "engine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.reset(t)
			w.secrets.Put(appARN, test.value)
			err := w.first(t)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal that names %s", err, test.want)
			}
			if w.secrets.Value(appARN, "AWSCURRENT") != test.value {
				t.Error("the value was changed")
			}
			if err := w.canLogIn(t.Context(), "payment_app_a", firstPassword); err != nil {
				t.Errorf("the role was changed: %v", err)
			}
		})
	}
}
