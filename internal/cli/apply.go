package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// applied is what became of one root.
type applied struct {
	Name    string  `json:"name"`
	Status  string  `json:"status"` // applied, unchanged, destroyed or empty
	Create  int     `json:"create"`
	Update  int     `json:"update"`
	Replace int     `json:"replace"`
	Delete  int     `json:"delete"`
	Seconds float64 `json:"seconds"`
}

// Values of applied.Status.
const (
	statusApplied   = "applied"
	statusUnchanged = "unchanged"
	statusDestroyed = "destroyed"
	statusEmpty     = "empty"
)

func newApplied(root, status string, plan engine.Plan, began time.Time) applied {
	return applied{
		Name: root, Status: status, Seconds: time.Since(began).Round(100 * time.Millisecond).Seconds(),
		Create: plan.Count(engine.Create), Update: plan.Count(engine.Update),
		Replace: plan.Count(engine.Replace), Delete: plan.Count(engine.Delete),
	}
}

func appliedTable(list []applied) [][]string {
	rows := [][]string{{"ROOT", "STATUS", "CREATED", "UPDATED", "REPLACED", "DELETED", "TIME"}}
	for _, a := range list {
		rows = append(rows, []string{a.Name, a.Status, fmt.Sprint(a.Create), fmt.Sprint(a.Update), fmt.Sprint(a.Replace),
			fmt.Sprint(a.Delete), time.Duration(a.Seconds * float64(time.Second)).Round(time.Second).String()})
	}
	return rows
}

// stopped is a run over several roots that ended early. It is a refusal only if nothing was changed before.
type stopped struct {
	text    string
	cause   error
	changed bool
}

func (s *stopped) Error() string { return s.text }

// Unwrap hides the cause's refusal once something was changed.
func (s *stopped) Unwrap() error {
	if s.changed {
		return nil
	}
	return s.cause
}

// stop says where a run ended and which command continues it.
func (d *driver) stop(verb string, roots []stack.Root, at int, changed bool, cause error) error {
	names := rootNames(roots)
	reason := cause.Error()
	if errors.Is(cause, context.Canceled) {
		reason = "interrupted; the engine saved what it had done: " + reason
	}
	text := fmt.Sprintf("%s\nstopped in root %s, %d of %d", reason, names[at], at+1, len(names))
	if at > 0 {
		text += "; " + verb + ": " + strings.Join(names[:at], ", ")
	}
	if at+1 < len(names) {
		text += "; not yet: " + strings.Join(names[at+1:], ", ")
	}
	return &stopped{text: text + "\ncontinue with: " + d.app.again(), cause: cause, changed: changed}
}

// step announces a root and shows the engine's progress below it, to people only. The plan is the one that is applied,
// and empty while planning.
func (d *driver) step(verb, root string, index, count int, plan engine.Plan) {
	d.app.progress("[%d/%d] %s: %s", index+1, count, root, verb)
	total := len(plan.Changes) + plan.Count(engine.Replace) // a replacement is two steps
	done := 0
	d.onEvent = func(event engine.Event) {
		switch {
		case strings.HasPrefix(event.Address, "data."):
		case event.Type == "apply_complete" && total > 0:
			done++
			d.app.progress("  [%d/%d] %s", done, total, event.Message)
		case event.Type == "apply_complete", event.Type == "apply_errored", event.Type == "apply_progress", event.Type == "log":
			d.app.progress("  %s", strings.ReplaceAll(event.Message, "\n", "\n  "))
		}
	}
}

// applyRoots plans and applies root after root, each from its saved plan, and stops at the first failure.
func (d *driver) applyRoots(ctx context.Context, roots []stack.Root, options applyOptions) ([]applied, error) {
	var done []applied
	changed := false
	for i, root := range roots {
		began := time.Now()
		plan, did, err := d.applyRoot(ctx, root, i, len(roots), options)
		changed = changed || did
		if err != nil {
			return done, d.stop("applied", roots, i, changed, err)
		}
		status := statusUnchanged
		if did {
			status = statusApplied
		}
		done = append(done, newApplied(root.Name, status, plan, began))
		d.app.progress("[%d/%d] %s: %s after %s", i+1, len(roots), root.Name, status, time.Since(began).Round(time.Second))
	}
	return done, nil
}

// applyOptions are what a run may do without asking.
type applyOptions struct {
	yes          bool
	allowDestroy []string
}

// applyRoot reports whether an apply was begun: from then on something may be changed.
func (d *driver) applyRoot(ctx context.Context, root stack.Root, index, count int, options applyOptions) (engine.Plan, bool, error) {
	d.step("plan", root.Name, index, count, engine.Plan{})
	plan, err := d.plan(ctx, root, engine.PlanOptions{})
	if err != nil {
		return plan, false, err
	}
	if err := refuseLosses(root.Name, plan, options.allowDestroy); err != nil {
		return plan, false, err
	}
	if !plan.Changed {
		return plan, false, nil
	}
	if !options.yes {
		if err := d.confirmPlan(ctx, root.Name, plan); err != nil {
			return plan, false, err
		}
	}
	zoneMade, err := d.delegateFirst(ctx, root, plan)
	if err != nil {
		return plan, zoneMade, err
	}
	saved := plan
	if zoneMade { // the plan that was confirmed is older than the state now
		if saved, err = d.plan(ctx, root, engine.PlanOptions{}); err != nil {
			return plan, true, err
		}
		if err := refuseLosses(root.Name, saved, options.allowDestroy); err != nil {
			return plan, true, err
		}
	}
	d.step("apply", root.Name, index, count, saved)
	err = d.opened[root.Name].Apply(ctx, saved)
	d.forget(root.Name)
	return plan, true, err
}

// refuseLosses stops a plan that would lose a protected resource which nobody named.
func refuseLosses(root string, plan engine.Plan, allowed []string) error {
	allow := map[string]bool{}
	for _, address := range allowed {
		allow[address] = true
	}
	var lines, flags []string
	for _, loss := range plan.Losses() {
		address := root + "/" + loss.Address
		if !allow[address] {
			lines = append(lines, fmt.Sprintf("  %s: %s", address, loss.Action))
			flags = append(flags, "--allow-destroy "+shellQuote(address))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return refusef("the plan of root %s would lose what cannot be made again:\n%s\nif that is meant: %s",
		root, strings.Join(lines, "\n"), strings.Join(flags, " "))
}
