package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/enginetest"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// deployable is a configuration that no preflight objects to.
const deployable = `environment_suffix: dev-x7
domain: pay.paymentdr.dev
api: {auth: {jwt: {issuer: "https://login.paymentdr.dev/"}}}
alerts: {emails: [oncall@paymentdr.dev]}
`

// workbench runs commands in a folder of their own, with an environment that holds nothing of the machine's.
type workbench struct {
	t           *testing.T
	folder      string
	environment map[string]string
	stdin       string
	interactive bool
	terminal    bool
}

// result is what one command gave.
type result struct {
	code           int
	stdout, stderr string
}

func newWorkbench(t *testing.T, configuration string) *workbench {
	t.Helper()
	w := &workbench{t: t, folder: t.TempDir(), environment: map[string]string{"PATH": t.TempDir(), "HOME": t.TempDir()}}
	w.write("paymentdr.yaml", configuration)
	return w
}

// withEngine makes the real engine and the stub provider what the commands use.
func (w *workbench) withEngine(tested *enginetest.Engine) *workbench {
	w.environment = tested.Environment(w.folder)
	delete(w.environment, "TF_DATA_DIR") // as a user has it: .terraform in each root's folder
	w.environment[engine.Variable] = enginetest.Tofu(w.t)
	w.environment["AWS_ACCESS_KEY_ID"] = "AKIAEXAMPLE"
	return w
}

func (w *workbench) out() string { return filepath.Join(w.folder, "out") }

func (w *workbench) write(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// synth writes the roots, and zip files that hold no function.
func (w *workbench) synth() {
	w.t.Helper()
	w.mustRun(ExitOK, "synth", "--no-functions", "--out", w.out())
	for _, function := range config.Functions() {
		w.write("out/"+stack.FunctionZip(function), emptyZip(w.t))
	}
}

func emptyZip(t *testing.T) string {
	t.Helper()
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	if _, err := archive.Create("bootstrap"); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String()
}

func (w *workbench) run(arguments ...string) result {
	return w.runContext(w.t.Context(), arguments...)
}

func (w *workbench) runContext(ctx context.Context, arguments ...string) result {
	var stdout, stderr bytes.Buffer
	process := w.process(arguments...)
	process.Stdout, process.Stderr = &stdout, &stderr
	code := Run(ctx, process)
	return result{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

func (w *workbench) process(arguments ...string) Process {
	var environment []string
	for name, value := range w.environment {
		environment = append(environment, name+"="+value)
	}
	slices.Sort(environment)
	return Process{
		Args:        append([]string{"--config", filepath.Join(w.folder, "paymentdr.yaml")}, arguments...),
		Environment: environment, Stdin: strings.NewReader(w.stdin), Terminal: w.terminal, Interactive: w.interactive,
	}
}

// mustRun ends the test unless the command ends with this code.
func (w *workbench) mustRun(code int, arguments ...string) result {
	w.t.Helper()
	got := w.run(arguments...)
	if got.code != code {
		w.t.Fatalf("%s: exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", strings.Join(arguments, " "), got.code, code, got.stdout, got.stderr)
	}
	return got
}

// drive runs a command on the workbench's output folder.
func (w *workbench) drive(code int, command string, arguments ...string) result {
	w.t.Helper()
	return w.mustRun(code, append([]string{command, "--out", w.out()}, arguments...)...)
}

func contains(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not say %q:\n%s", what, want, text)
		}
	}
}
