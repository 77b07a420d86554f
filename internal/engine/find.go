// Package engine runs OpenTofu or Terraform in the generated root folders.
//
// What to run and what came back are pure functions over text (arguments, events, failures, changes); the processes
// are hashicorp/terraform-exec's. A cancelled context interrupts the engine, which then saves its state and lets the
// lock go; only an engine that does not end within WaitDelay is killed.
package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-exec/tfexec"
)

// Variable is the environment variable that names the engine, by path or by a name on the PATH.
const Variable = "PAYMENTDR_ENGINE"

// Minimum is the oldest version of OpenTofu and of Terraform that has ephemeral values and write-only arguments.
const Minimum = "1.11.0"

// names are tried in this order when nobody chose.
var names = []string{"tofu", "terraform"}

// Engine is a program that was found and is new enough.
type Engine struct {
	Path    string
	Version string
	// environment is what the engine's processes see.
	environment map[string]string
}

// Name is what people call the engine: the name of its file.
func (e Engine) Name() string { return filepath.Base(e.Path) }

// Find returns the engine that a flag names, else Variable, else tofu, else terraform on the environment's PATH.
// It returns a *MissingError or an *OldError where there is none to use.
func Find(ctx context.Context, flag string, environment []string) (Engine, error) {
	variables := environmentMap(environment)
	path, err := locate(candidates(flag, variables), variables["PATH"])
	if err != nil {
		return Engine{}, err
	}
	found, err := readVersion(ctx, path, variables)
	if err != nil {
		return Engine{}, err
	}
	if err := checkVersion(path, found); err != nil {
		return Engine{}, err
	}
	return Engine{Path: path, Version: found.String(), environment: variables}, nil
}

// choice is what to look for and who asked for it.
type choice struct {
	names []string
	asker string // empty if nobody chose
}

func candidates(flag string, variables map[string]string) choice {
	switch {
	case flag != "":
		return choice{names: []string{flag}, asker: "--engine"}
	case variables[Variable] != "":
		return choice{names: []string{variables[Variable]}, asker: Variable}
	}
	return choice{names: names}
}

// locate returns an absolute path: the engine runs in the root's folder.
func locate(wanted choice, searchPath string) (string, error) {
	for _, name := range wanted.names {
		places := []string{name}
		if !strings.ContainsRune(name, filepath.Separator) {
			places = nil
			for _, folder := range filepath.SplitList(searchPath) {
				places = append(places, filepath.Join(folder, name))
			}
		}
		for _, place := range places {
			info, err := os.Stat(place)
			if err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				absolute, err := filepath.Abs(place)
				if err != nil {
					return "", fmt.Errorf("find engine: %w", err)
				}
				return absolute, nil
			}
		}
	}
	return "", &MissingError{Names: wanted.names, Asker: wanted.asker}
}

func readVersion(ctx context.Context, path string, variables map[string]string) (*version.Version, error) {
	runner, err := newRunner(os.TempDir(), path, variables)
	if err != nil {
		return nil, err
	}
	found, _, err := runner.Version(ctx, true)
	if err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	return found, nil
}

// checkVersion compares by precedence: a development version of 1.12 is newer than 1.11, a beta of 1.11 is not.
func checkVersion(path string, found *version.Version) error {
	if found.LessThan(version.Must(version.NewVersion(Minimum))) {
		return &OldError{Path: path, Found: found.String()}
	}
	return nil
}

func newRunner(folder, path string, variables map[string]string) (*tfexec.Terraform, error) {
	runner, err := tfexec.NewTerraform(folder, path)
	if err != nil {
		return nil, fmt.Errorf("use engine %s in %s: %w", path, folder, err)
	}
	// Variables that would change what a command does (TF_CLI_ARGS, TF_VAR_ and the like) are left out:
	// the same files must give the same plan whoever runs it.
	clean := make(map[string]string, len(variables))
	for name, value := range variables {
		clean[name] = value
	}
	delete(clean, "TF_DATA_DIR") // one folder for all roots would mix up their backends
	if err := runner.SetEnv(tfexec.CleanEnv(clean)); err != nil {
		return nil, fmt.Errorf("use engine %s: %w", path, err)
	}
	if err := runner.SetWaitDelay(WaitDelay); err != nil {
		return nil, fmt.Errorf("use engine %s: %w", path, err)
	}
	return runner, nil
}

func environmentMap(environment []string) map[string]string {
	variables := make(map[string]string, len(environment))
	for _, entry := range environment {
		if name, value, found := strings.Cut(entry, "="); found {
			variables[name] = value
		}
	}
	return variables
}
