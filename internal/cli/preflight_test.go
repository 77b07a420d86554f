package cli

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/engine"
)

var update = flag.Bool("update", false, "rewrite the golden files of this package")

// golden compares text with testdata/name; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it)\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// unfit has every fault that a valid configuration can have, for a deploy.
const unfit = `environment_suffix: dev-x7
domain: pay.example.net
api: {auth: none}
alerts: {emails: [nobody@example.com]}
health_check: {interval: 30s, threshold: 3, ttl: 60s}
database: {engine_version: "14.3"}
`

var andMore = regexp.MustCompile(`and \d+ more`)

// plain takes out of a message the folder's name, and how many files the system has.
func (w *workbench) plain(text string) string {
	return andMore.ReplaceAllString(strings.ReplaceAll(text, w.folder, "WORK"), "and N more")
}

// fakeEngine puts a program on the PATH that only answers its version.
func (w *workbench) fakeEngine(version string) {
	w.t.Helper()
	path := filepath.Join(w.environment["PATH"], "tofu")
	content := "#!/bin/sh\necho '{\"terraform_version\": \"" + version + "\", \"provider_selections\": {}}'\n"
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

func TestDeployRefused(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, unfit)
	got := w.drive(ExitRefused, "deploy")
	golden(t, "deploy-refused.txt", w.plain(got.stderr))
	got = w.drive(ExitRefused, "deploy", "--output", "json", "--accept", reasonNoAuth+","+reasonReservedAlerts)
	golden(t, "deploy-refused.json", w.plain(got.stdout))
	contains(t, "what was accepted", got.stderr, "accepted: no-authentication: ", "accepted: reserved-alert-address: ")
}

func TestDeployRefusedForOneReason(t *testing.T) {
	t.Parallel()
	accepted := []string{"--yes", "--accept", reasonNoFunctions + "," + reasonNoCredentials}
	tests := map[string]struct {
		prepare func(w *workbench)
		flags   []string
		want    []string
	}{
		"no answer": {
			prepare: func(w *workbench) { w.fakeEngine("1.12.0") },
			flags:   []string{"--accept", reasonNoFunctions + "," + reasonNoCredentials},
			want:    []string{"no-confirmation: standard input is not a terminal", "--yes"},
		},
		"no credentials": {
			prepare: func(w *workbench) { w.fakeEngine("1.12.0") },
			flags:   []string{"--yes", "--accept", reasonNoFunctions},
			want:    []string{"no-credentials: ", "(--accept no-credentials goes on nevertheless)"},
		},
		"no engine": {
			prepare: func(*workbench) {}, flags: accepted,
			want: []string{"no-engine: ", "neither tofu nor terraform", "https://opentofu.org"},
		},
		"old engine": {
			prepare: func(w *workbench) { w.fakeEngine("1.9.1") }, flags: accepted,
			want: []string{"old-engine: ", "1.9.1", "1.11.0 or newer"},
		},
		"engine named wrongly": {
			prepare: func(w *workbench) { w.environment[engine.Variable] = "/none/tofu" }, flags: accepted,
			want: []string{"no-engine: ", "PAYMENTDR_ENGINE says /none/tofu"},
		},
		"changed by hand": {
			prepare: func(w *workbench) { w.fakeEngine("1.12.0"); w.write("out/global/journal.tf", "# mine\n") }, flags: accepted,
			want: []string{"out-of-date: ", "differ: global/journal.tf", "run paymentdr synth --config "},
		},
		"another configuration": {
			prepare: func(w *workbench) {
				w.fakeEngine("1.12.0")
				w.write("paymentdr.yaml", strings.Replace(deployable, "dev-x7", "dev-x8", 1))
			},
			flags: accepted, want: []string{"out-of-date: ", "differ: global/database.tf", " more): run paymentdr synth"},
		},
		"no zip file": {
			prepare: func(w *workbench) {
				w.fakeEngine("1.12.0")
				if err := os.Remove(filepath.Join(w.out(), "lambda", "secret-rotation.zip")); err != nil {
					t.Fatal(err)
				}
			},
			flags: accepted, want: []string{"out-of-date: ", "missing: lambda/secret-rotation.zip"},
		},
		"a file beside ours": {
			prepare: func(w *workbench) { w.fakeEngine("1.12.0"); w.write("out/link/zz_override.tf", "") }, flags: accepted,
			want: []string{"added-files: ", "link/zz_override.tf", "(--accept added-files goes on nevertheless)"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkbench(t, deployable)
			w.synth()
			test.prepare(w)
			got := w.drive(ExitRefused, "deploy", test.flags...)
			contains(t, "the refusal", got.stderr, append(test.want, "deploy is refused:")...)
			if _, err := os.Stat(filepath.Join(w.out(), "state")); err == nil {
				t.Error("there is a state after a refused deploy")
			}
		})
	}
}

func TestAcceptIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable)
	tests := map[string]struct {
		name string
		want string
	}{
		"misspelt":      {"no-autentication", `"no-autentication": there is no such reason, did you mean no-authentication?`},
		"unknown":       {"everything", `"everything": there is no such reason (`},
		"not to accept": {reasonReservedDomain, `"reserved-domain": this cannot be accepted, only put right`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			contains(t, "the refusal", w.drive(ExitRefused, "deploy", "--accept", test.name).stderr, test.want)
		})
	}
}

func TestRootIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable)
	for _, command := range []string{"plan", "deploy", "destroy", "output"} {
		got := w.drive(ExitRefused, command, "--root", "us-east-2")
		contains(t, command, got.stderr, `--root "us-east-2": there is no such root, did you mean us-east-1?`, "(roots: global, us-east-1, us-west-2, link)")
	}
}

func TestNothingSynthesized(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable)
	for _, command := range []string{"plan", "output"} {
		contains(t, command, w.drive(ExitRefused, command).stderr, "there is no folder", "run paymentdr synth --config")
	}
	contains(t, "destroy", w.drive(ExitRefused, "destroy", "--yes").stderr, "is not what the configuration gives", "run paymentdr synth --config")
}

func TestMissingAndOldEngine(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"plan", "output", "destroy"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			w := newWorkbench(t, deployable)
			w.synth()
			flags := map[string][]string{"destroy": {"--yes"}}[command]
			contains(t, "missing", w.drive(ExitRefused, command, flags...).stderr, "neither tofu nor terraform is on the PATH", "https://opentofu.org")
			w.fakeEngine("1.10.0")
			contains(t, "old", w.drive(ExitRefused, command, flags...).stderr, "has version 1.10.0; the files need 1.11.0 or newer")
		})
	}
}

func TestBootstrapNeedsS3(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable)
	contains(t, "bootstrap", w.drive(ExitRefused, "bootstrap").stderr, "state.backend is local")
	w.write("paymentdr.yaml", deployable+"state: {backend: s3, bucket_prefix: acme-payments}\n")
	contains(t, "deploy of the buckets", w.drive(ExitRefused, "deploy", "--root", "bootstrap").stderr, "paymentdr bootstrap")
}

func TestFindCredentials(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o755); err != nil {
		t.Fatal(err)
	}
	shared, empty := filepath.Join(home, ".aws", "config"), filepath.Join(home, "empty")
	for path, content := range map[string]string{shared: "[default]\n", empty: ""} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		environment []string
		want        bool
	}{
		"nothing":                {nil, false},
		"a profile":              {[]string{"AWS_PROFILE=work"}, true},
		"an empty profile":       {[]string{"AWS_PROFILE="}, false},
		"keys":                   {[]string{"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=B"}, true},
		"a web identity":         {[]string{"AWS_WEB_IDENTITY_TOKEN_FILE=/x"}, true},
		"a container's":          {[]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://x"}, true},
		"a Region is no login":   {[]string{"AWS_REGION=us-east-1"}, false},
		"the shared file":        {[]string{"HOME=" + home}, true},
		"no shared file":         {[]string{"HOME=" + filepath.Join(home, "none")}, false},
		"a shared file by name":  {[]string{"AWS_CONFIG_FILE=" + shared}, true},
		"an empty shared file":   {[]string{"AWS_SHARED_CREDENTIALS_FILE=" + empty}, false},
		"a folder is not a file": {[]string{"AWS_CONFIG_FILE=" + home}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := findCredentials(test.environment); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
