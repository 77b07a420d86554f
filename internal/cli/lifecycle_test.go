package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paymentdr/paymentdr/internal/enginetest"
)

const acceptFunctions = "--accept=" + reasonNoFunctions

// The whole life of the generated system with the real engine: nothing, deployed, unchanged, gone.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable).withEngine(enginetest.New(t))
	w.synth()

	before := w.drive(ExitOK, "plan")
	contains(t, "plan of nothing", before.stdout, "us-east-1  -", "not yet plannable: needs global", "link")
	w.drive(ExitError, "output")

	interrupted := w.deployInterrupted("us-east-1")
	contains(t, "the interrupted deploy", interrupted.stderr,
		"[1/4] global: plan", "Creation complete", "[2/4] us-east-1: apply",
		"delegate payment-dr-dev-x7.pay.paymentdr.dev in the zone pay.paymentdr.dev now", "NS ns-",
		"interrupted; the engine saved what it had done", "stopped in root us-east-1, 2 of 4; applied: global; not yet: us-west-2, link",
		"continue with: paymentdr --config ")
	contains(t, "what was done before", interrupted.stdout, "global  applied")
	contains(t, "output of a half", w.drive(ExitOK, "output").stderr, "not applied yet: ", "us-west-2, link")
	contains(t, "plan of a half", w.drive(ExitOK, "plan", "--root", "link").stdout, "not yet plannable: needs us-east-1, us-west-2")
	deployed := w.drive(ExitOK, "deploy", "--yes", acceptFunctions)
	contains(t, "the deploy that continues", deployed.stdout, "global     unchanged", "us-east-1  applied", "link       applied")

	var outputs outputsResult
	decode(t, w.drive(ExitOK, "output", "--output", "json").stdout, &outputs)
	if got := sortedKeys(outputs.Outputs); !slices.Equal(got, sorted(originalOutputs)) {
		t.Errorf("outputs %v, want the original's six", got)
	}
	if got := outputs.Outputs["dns_failover_domain"]; got != "api.payment-dr-dev-x7.pay.paymentdr.dev" {
		t.Errorf("dns_failover_domain = %v", got)
	}
	all := w.drive(ExitOK, "output", "--all").stdout
	contains(t, "output --all", all, "primary_vpc_id", "name_servers", "health_check_ids")

	var plan struct{ Roots []planned }
	decode(t, w.drive(ExitOK, "plan", "--output", "json").stdout, &plan)
	for _, root := range plan.Roots {
		if !root.Plannable || root.Changed {
			t.Errorf("after deploy, root %s still has changes: %+v", root.Name, root)
		}
	}
	refused := w.drive(ExitRefused, "destroy", "--root", "global", "--yes")
	contains(t, "destroy of a root that is read", refused.stderr, "root link reads root global", "root us-east-1 reads root global")
	destroyed := w.drive(ExitOK, "destroy", "--yes", "--output", "json")
	var gone deployedRoots
	decode(t, destroyed.stdout, &gone)
	if order := gone.names(); !slices.Equal(order, []string{"link", "us-west-2", "us-east-1", "global"}) {
		t.Errorf("destroyed in order %v", order)
	}
	contains(t, "destroy of nothing", w.drive(ExitOK, "destroy", "--yes").stdout, "global     empty")
}

// deployInterrupted cancels a deploy once the root has a resource that never ends, as Ctrl-C does.
func (w *workbench) deployInterrupted(root string) result {
	w.t.Helper()
	slow := newSlowResource(w.t)
	file := "out/" + root + "/zz_slow.tf"
	w.write(file, slow.configuration())
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	go func() {
		slow.awaitStart(ctx)
		cancel()
	}()
	w.terminal = true
	got := w.runContext(ctx, "deploy", "--out", w.out(), "--yes", acceptFunctions, "--accept", reasonAddedFiles)
	w.terminal = false
	if got.code != ExitError {
		w.t.Fatalf("interrupted deploy: exit code %d, want %d\n%s", got.code, ExitError, got.stderr)
	}
	if err := os.Remove(filepath.Join(w.folder, file)); err != nil {
		w.t.Fatal(err)
	}
	return got
}

type deployedRoots struct{ Roots []applied }

func (d deployedRoots) names() []string {
	var names []string
	for _, root := range d.Roots {
		names = append(names, root.Name)
	}
	return names
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("decode %s: %v", text, err)
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
