package cli

import (
	"context"
	"errors"
	"testing"

	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Where a run stopped, how to go on, and whether "nothing was changed" is still true.
func TestStop(t *testing.T) {
	roots := []stack.Root{{Name: "global"}, {Name: "us-east-1"}, {Name: "link"}}
	locked := &engine.LockedError{Root: "global", Lock: engine.Lock{ID: "7", Who: "a@b", Operation: "apply", Created: "now"}}
	const held = "the state of root global is locked by a@b since now (apply, lock 7): wait for that run, or use --lock-timeout; " +
		"only if it died without letting go: the engine's force-unlock 7, in the root's folder\n"
	const again = "\ncontinue with: paymentdr deploy --set 'alerts.emails=[a b]' --yes"
	tests := map[string]struct {
		at      int
		changed bool
		cause   error
		want    string
		code    int
	}{
		"a refusal in the first root": {
			at: 0, cause: locked, code: ExitRefused,
			want: held + "stopped in root global, 1 of 3; not yet: us-east-1, link" + again,
		},
		"a refusal after a change": {
			at: 1, changed: true, cause: locked, code: ExitError,
			want: held + "stopped in root us-east-1, 2 of 3; applied: global; not yet: link" + again,
		},
		"a declined root after a change": {
			at: 1, changed: true, cause: refusef("not confirmed"), code: ExitError,
			want: "not confirmed\nstopped in root us-east-1, 2 of 3; applied: global; not yet: link" + again,
		},
		"a failure in the last": {
			at: 2, changed: true, cause: errors.New("AWS says no"), code: ExitError,
			want: "AWS says no\nstopped in root link, 3 of 3; applied: global, us-east-1" + again,
		},
		"an interrupt": {
			at: 0, changed: true, cause: context.Canceled, code: ExitError,
			want: "interrupted; the engine saved what it had done: context canceled\nstopped in root global, 1 of 3; not yet: us-east-1, link" + again,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := &driver{app: &app{process: Process{Args: []string{"deploy", "--set", "alerts.emails=[a b]", "--yes"}}}}
			err := d.stop("applied", roots, test.at, test.changed, test.cause)
			if err.Error() != test.want {
				t.Errorf("message\n%s\nwant\n%s", err, test.want)
			}
			if code := exitCode(err); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
		})
	}
}

func TestShellQuote(t *testing.T) {
	for word, want := range map[string]string{
		"--out": "--out", "a/b.yaml": "a/b.yaml", "": "''", "two words": "'two words'", "it's": `'it'\''s'`,
		"global/aws_x.y[0]": "'global/aws_x.y[0]'", "$HOME": "'$HOME'", "key=[a]": "'key=[a]'",
	} {
		if got := shellQuote(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

func TestRefuseLosses(t *testing.T) {
	plan := engine.Plan{Changes: []engine.Change{
		{Address: "aws_vpc.main", Type: "aws_vpc", Action: engine.Delete},
		{Address: "aws_rds_cluster.payment", Type: "aws_rds_cluster", Action: engine.Replace},
		{Address: `aws_kms_key.data["a"]`, Type: "aws_kms_key", Action: engine.Delete},
	}}
	tests := map[string]struct {
		allow []string
		want  string // empty: goes on
	}{
		"nothing allowed": {
			want: "the plan of root us-east-1 would lose what cannot be made again:\n" +
				"  us-east-1/aws_rds_cluster.payment: replace\n  us-east-1/aws_kms_key.data[\"a\"]: delete\n" +
				"if that is meant: --allow-destroy us-east-1/aws_rds_cluster.payment --allow-destroy 'us-east-1/aws_kms_key.data[\"a\"]'",
		},
		"one allowed": {
			allow: []string{"us-east-1/aws_rds_cluster.payment"},
			want: "the plan of root us-east-1 would lose what cannot be made again:\n  us-east-1/aws_kms_key.data[\"a\"]: delete\n" +
				"if that is meant: --allow-destroy 'us-east-1/aws_kms_key.data[\"a\"]'",
		},
		"the same of another root": {
			allow: []string{"us-west-2/aws_rds_cluster.payment", `us-east-1/aws_kms_key.data["a"]`},
			want: "the plan of root us-east-1 would lose what cannot be made again:\n  us-east-1/aws_rds_cluster.payment: replace\n" +
				"if that is meant: --allow-destroy us-east-1/aws_rds_cluster.payment",
		},
		"all allowed": {allow: []string{"us-east-1/aws_rds_cluster.payment", `us-east-1/aws_kms_key.data["a"]`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := refuseLosses("us-east-1", plan, test.allow)
			if got := text(err); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
