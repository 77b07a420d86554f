package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script puts a program there that answers like an engine of this version.
func script(t *testing.T, folder, name, version string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	content := "#!/bin/sh\necho '{\"terraform_version\": \"" + version + "\", \"provider_selections\": {}}'\n"
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFind(t *testing.T) {
	tofu, terraform, both, empty := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	script(t, tofu, "tofu", "1.12.6")
	script(t, terraform, "terraform", "1.11.0")
	script(t, both, "terraform", "1.13.0")
	script(t, both, "tofu", "1.11.2")
	other := script(t, both, "other", "1.14.0-dev")
	list := func(folders ...string) string { return strings.Join(folders, string(filepath.ListSeparator)) }
	tests := map[string]struct {
		flag, variable, path string
		want, version        string
	}{
		"tofu":                     {path: tofu, want: filepath.Join(tofu, "tofu"), version: "1.12.6"},
		"terraform":                {path: terraform, want: filepath.Join(terraform, "terraform"), version: "1.11.0"},
		"tofu before terraform":    {path: list(terraform, both), want: filepath.Join(both, "tofu"), version: "1.11.2"},
		"the variable":             {variable: other, path: tofu, want: other, version: "1.14.0-dev"},
		"the variable as a name":   {variable: "terraform", path: both, want: filepath.Join(both, "terraform"), version: "1.13.0"},
		"the flag before variable": {flag: "terraform", variable: other, path: terraform, want: filepath.Join(terraform, "terraform"), version: "1.11.0"},
		"folders that are not":     {path: list(filepath.Join(empty, "none"), tofu), want: filepath.Join(tofu, "tofu"), version: "1.12.6"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Find(t.Context(), test.flag, []string{Variable + "=" + test.variable, "PATH=" + test.path})
			if err != nil {
				t.Fatal(err)
			}
			if got.Path != test.want || got.Version != test.version {
				t.Errorf("found %s %s, want %s %s", got.Path, got.Version, test.want, test.version)
			}
		})
	}
}

func TestFindNone(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "tofu"), []byte("not executable"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "terraform"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		flag, variable string
		want           []string
	}{
		"nothing on the PATH":      {want: []string{"neither tofu nor terraform", "https://opentofu.org", Minimum}},
		"the flag names nothing":   {flag: "tofoo", want: []string{"--engine says tofoo"}},
		"the variable is no file":  {variable: "/none/tofu", want: []string{Variable + " says /none/tofu"}},
		"the variable is a folder": {variable: filepath.Join(folder, "terraform"), want: []string{"is not a program"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Find(t.Context(), test.flag, []string{Variable + "=" + test.variable, "PATH=" + folder})
			var missing *MissingError
			if !errors.As(err, &missing) || !missing.Refused() {
				t.Fatalf("got %T %v", err, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("message does not say %q: %v", want, err)
				}
			}
		})
	}
}

func TestFindOld(t *testing.T) {
	for _, version := range []string{"1.10.9", "1.11.0-beta1", "0.15.0", "1.5.7"} {
		t.Run(version, func(t *testing.T) {
			folder := t.TempDir()
			path := script(t, folder, "terraform", version)
			_, err := Find(t.Context(), "", []string{"PATH=" + folder})
			var old *OldError
			if !errors.As(err, &old) || !old.Refused() {
				t.Fatalf("got %T %v", err, err)
			}
			for _, want := range []string{path, version, Minimum, "https://opentofu.org"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("message does not say %q: %v", want, err)
				}
			}
		})
	}
}

func TestFindWhatIsNoEngine(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "tofu"), []byte("#!/bin/sh\necho broken >&2\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Find(t.Context(), "", []string{"PATH=" + folder})
	if err == nil || !strings.Contains(err.Error(), "ask "+folder) || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v", err)
	}
}
