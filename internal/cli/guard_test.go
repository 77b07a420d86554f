package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/enginetest"
)

// A state that another real run holds: refused with that run's name, and waited for if asked to.
func TestStateLocked(t *testing.T) {
	t.Parallel()
	tested := enginetest.New(t)
	w := newWorkbench(t, deployable).withEngine(tested)
	w.synth()
	release := holdLock(t, tested, filepath.Join(w.out(), "state", "global.tfstate"))

	got := w.drive(ExitRefused, "plan", "--root", "global")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "the refusal", got.stderr, "the state of root global is locked by ", "@"+host, "(apply, lock ")
	got = w.drive(ExitRefused, "deploy", "--root", "global", "--yes", acceptFunctions)
	contains(t, "the refused deploy", got.stderr, "is locked by ", "continue with: paymentdr")

	waited := make(chan result, 1)
	go func() { waited <- w.run("plan", "--out", w.out(), "--root", "global", "--lock-timeout", "2m") }()
	release()
	if got := <-waited; got.code != ExitOK {
		t.Errorf("plan that waits for the lock: exit code %d\n%s", got.code, got.stderr)
	}
}

const protectedSystem = `environment_suffix: x7
domain: pay.paymentdr.dev
api: {auth: {jwt: {issuer: "https://login.paymentdr.dev/"}}}
alerts: {emails: [oncall@paymentdr.dev]}
`

// A root is applied only after a typed yes; what is protected is neither replaced nor destroyed by mistake.
func TestProtected(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, protectedSystem).withEngine(enginetest.New(t))
	w.synth()
	contains(t, "link before global", w.drive(ExitRefused, "deploy", "--root", "link", "--yes", acceptFunctions).stderr,
		"root link cannot be planned yet: apply the root global, then us-east-1, then us-west-2 first")

	w.interactive, w.stdin = true, "y\n"
	declined := w.drive(ExitRefused, "deploy", "--root", "global", acceptFunctions)
	contains(t, "the question", declined.stderr, "root global: ", " to create, 0 to update, 0 to replace, 0 to delete",
		"Type yes to go on", `not confirmed: the answer is "y", not "yes"`)
	if _, err := os.Stat(filepath.Join(w.out(), "state", "global.tfstate")); err == nil {
		t.Error("there is a state after a declined deploy")
	}
	w.stdin = "yes\n"
	w.drive(ExitOK, "deploy", "--root", "global", acceptFunctions)

	contains(t, "destroy by configuration", w.drive(ExitRefused, "destroy", "--yes").stderr,
		"environment x7 is protected", "database.deletion_protection to false", "paymentdr deploy")

	w.write("paymentdr.yaml", strings.Replace(protectedSystem, "x7", "x8", 1))
	contains(t, "plan of other files than the configuration gives", w.drive(ExitOK, "plan", "--root", "global").stderr,
		"warning: ", "is not what the configuration gives (differ: global/")
	w.synth()
	lost := w.drive(ExitRefused, "deploy", "--root", "global", "--yes", acceptFunctions)
	contains(t, "the refused replacement", lost.stderr, "would lose what cannot be made again",
		"global/aws_dynamodb_table.sessions: replace", "--allow-destroy global/aws_dynamodb_table.sessions")

	w.write("paymentdr.yaml", protectedSystem+"database: {deletion_protection: false}\n")
	w.synth()
	contains(t, "destroy by state", w.drive(ExitRefused, "destroy", "--yes").stderr,
		"destroy is refused:", "global/aws_dynamodb_table.sessions has deletion protection")

	changed := w.drive(ExitOK, "plan", "--root", "global").stdout
	contains(t, "plan of the change", changed, "update global/aws_dynamodb_table.sessions")
	w.drive(ExitOK, "deploy", "--root", "global", "--yes", acceptFunctions)
	w.stdin = "x8\n"
	contains(t, "the wrong suffix", w.drive(ExitRefused, "destroy").stderr, "root global: ", `the answer is "x8", not "x7"`)
	w.stdin = "x7\n"
	contains(t, "destroy", w.drive(ExitOK, "destroy").stdout, "link       empty", "global     destroyed")
}

// The state buckets are made once, by their own command, and stay when the rest is destroyed.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	w := newWorkbench(t, deployable+"state: {backend: s3, bucket_prefix: acme-payments}\n").withEngine(enginetest.New(t))
	w.synth()
	contains(t, "bootstrap unasked", w.drive(ExitRefused, "bootstrap").stderr, "bootstrap is refused:", "no-confirmation")
	contains(t, "bootstrap", w.drive(ExitOK, "bootstrap", "--yes").stdout, "bootstrap  applied")
	contains(t, "bootstrap again", w.drive(ExitOK, "bootstrap", "--yes").stdout, "bootstrap  unchanged")
	if _, err := os.Stat(filepath.Join(w.out(), "state", "bootstrap.tfstate")); err != nil {
		t.Errorf("the state of the buckets is not local: %v", err)
	}
}
