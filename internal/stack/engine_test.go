package stack_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/enginetest"
	"github.com/paymentdr/paymentdr/internal/lambdazip"
	"github.com/paymentdr/paymentdr/internal/stack"
	"github.com/paymentdr/paymentdr/internal/synth"
)

// write puts the system on disk with a zip for every function, as synth leaves it.
func write(t *testing.T, system *stack.System) string {
	t.Helper()
	files := system.Files()
	for _, function := range config.Functions() {
		archive, err := lambdazip.Pack([]byte(function))
		if err != nil {
			t.Fatal(err)
		}
		files[stack.FunctionZip(function)] = archive
	}
	folder := filepath.Join(t.TempDir(), "out")
	if _, err := synth.Write(folder, files, synth.Options{}); err != nil {
		t.Fatal(err)
	}
	return folder
}

// The whole life of the system under the real engine: every root is applied in order and planned again without a
// change, a failover swaps the clusters' roles and changes no plan, everything is destroyed in the reverse order.
func TestLifeOfEveryVariant(t *testing.T) {
	for name, change := range variants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			system := build(t, change)
			folder := write(t, system)
			if system.Config.State.Backend == config.StateS3 {
				validateOnly(t, system, folder)
				return
			}
			engine := enginetest.New(t)
			apply(t, engine, system, folder)
			wantNoChange(t, engine, folder, system.Roots, "after apply")
			if name == "default" || name == "production suffix" || name == "swapped regions" {
				failOver(t, engine, system, folder, name == "default")
			}
			wantNoSecretInState(t, folder)
			destroy(t, engine, system, folder)
		})
	}
}

// destroy goes backwards; where the system is protected the ledger is what refuses.
func destroy(t *testing.T, engine *enginetest.Engine, system *stack.System, folder string) {
	t.Helper()
	for _, root := range slices.Backward(system.Roots) {
		err := engine.Destroy(filepath.Join(folder, root.Name))
		if system.Config.Protected() && root.Name == system.Config.Regions.Secondary {
			if err == nil || !strings.Contains(err.Error(), "Cannot delete protected") {
				t.Fatalf("destroy %s of a protected system: %v, want a refusal", root.Name, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("destroy %s: %v", root.Name, err)
		}
	}
}

func apply(t *testing.T, engine *enginetest.Engine, system *stack.System, folder string) {
	t.Helper()
	for _, root := range system.Roots {
		directory := filepath.Join(folder, root.Name)
		if err := engine.Init(directory); err != nil {
			t.Fatalf("init %s: %v", root.Name, err)
		}
		wantValid(t, engine, directory)
		if err := engine.Apply(directory); err != nil {
			t.Fatalf("apply %s: %v", root.Name, err)
		}
	}
}

func wantValid(t *testing.T, engine *enginetest.Engine, directory string) {
	t.Helper()
	result, err := engine.Validate(directory)
	if err != nil {
		t.Fatalf("validate: %v", err)
	}
	for _, diagnostic := range result.Diagnostics {
		t.Errorf("validate %s: %s: %s", filepath.Base(directory), diagnostic.Summary, diagnostic.Detail)
	}
	badly, err := engine.FmtCheck(directory)
	if err != nil || len(badly) > 0 {
		t.Errorf("fmt -check %s: %v %v", filepath.Base(directory), badly, err)
	}
}

func wantNoChange(t *testing.T, engine *enginetest.Engine, folder string, roots []stack.Root, when string) {
	t.Helper()
	for _, root := range roots {
		plan, err := engine.Plan(filepath.Join(folder, root.Name))
		if err != nil {
			t.Fatalf("plan %s %s: %v", root.Name, when, err)
		}
		if changes := enginetest.Changes(plan); len(changes) > 0 {
			t.Errorf("plan %s %s would: %s", root.Name, when, strings.Join(changes, "; "))
		}
	}
}

// failOver changes the roles behind the files' back, as every drill does, and plans: nothing is to be changed, in any root
// (I6). With refresh, the states are written with the roles first; a plan by itself only looks at them.
func failOver(t *testing.T, engine *enginetest.Engine, system *stack.System, folder string, refresh bool) {
	t.Helper()
	primary, secondary := system.Config.Regions.Primary, system.Config.Regions.Secondary
	for _, step := range []struct {
		when, writer string
		away         []string
	}{
		{"after a failover, while the lost cluster is no member", secondary, []string{primary}},
		{"after a failover, with the lost cluster a replica, or a switchover", secondary, nil},
		{"after the failback, or the switchover back", primary, nil},
	} {
		engine.SetWriter(step.writer, step.away...)
		if refresh {
			for _, root := range system.Roots {
				if err := engine.Refresh(filepath.Join(folder, root.Name)); err != nil {
					t.Fatalf("refresh %s %s: %v", root.Name, step.when, err)
				}
			}
			wantWriter(t, engine, filepath.Join(folder, stack.RootGlobal), step.writer, 2-len(step.away), step.when)
		}
		wantNoChange(t, engine, folder, system.Roots, step.when)
	}
}

// wantWriter sees that the state knows the roles, so that a plan without a change means something.
func wantWriter(t *testing.T, engine *enginetest.Engine, directory, writer string, members int, when string) {
	t.Helper()
	state, err := engine.Show(directory)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, resource := range state.Values.RootModule.Resources {
		if resource.Type != "aws_rds_global_cluster" {
			continue
		}
		listed, _ := resource.AttributeValues["global_cluster_members"].([]any)
		for _, each := range listed {
			member, _ := each.(map[string]any)
			arn, _ := member["db_cluster_arn"].(string)
			if member["is_writer"] == true != strings.Contains(arn, ":"+writer+":") {
				t.Errorf("%s: member %s is writer: %v, want the writer in %s", when, arn, member["is_writer"], writer)
			}
			seen++
		}
	}
	if seen != members {
		t.Errorf("%s: the state has %d members, want %d", when, seen, members)
	}
}

// The files name a password only where the engine must not keep it. Any value of an attribute called password in a
// state would be one that it kept.
func wantNoSecretInState(t *testing.T, folder string) {
	t.Helper()
	kept := regexp.MustCompile(`"(master_password|master_password_wo|secret_string|secret_string_wo|password|random_password)": *"[^"]+"`)
	states, err := filepath.Glob(filepath.Join(folder, "state", "*.tfstate"))
	if err != nil || len(states) == 0 {
		t.Fatalf("no state found below %s: %v", folder, err)
	}
	for _, state := range states {
		content, err := os.ReadFile(state)
		if err != nil {
			t.Fatal(err)
		}
		if found := kept.Find(content); found != nil {
			t.Errorf("%s holds a secret: %s", filepath.Base(state), found)
		}
	}
}

// validateOnly is for roots whose state is in S3: the backend is real, so only what needs no state is asked.
func validateOnly(t *testing.T, system *stack.System, folder string) {
	t.Helper()
	engine := enginetest.New(t)
	for _, root := range system.Roots {
		directory := filepath.Join(folder, root.Name)
		if err := engine.Init(directory, tfexec.Backend(false)); err != nil {
			t.Fatalf("init %s: %v", root.Name, err)
		}
		wantValid(t, engine, directory)
	}
}
