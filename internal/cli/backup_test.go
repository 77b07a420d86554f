package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// scripted answers each invocation with the next line of its script.
type scripted struct {
	t      *testing.T
	script []answer
	asked  []string
}

type answer struct {
	body    backup.Body
	failure string
	err     error
}

func (s *scripted) Invoke(_ context.Context, input *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	s.t.Helper()
	var request backup.Request
	if err := json.Unmarshal(input.Payload, &request); err != nil {
		s.t.Fatal(err)
	}
	s.asked = append(s.asked, request.Action)
	if len(s.script) == 0 {
		s.t.Fatalf("one invocation too many: %v", s.asked)
	}
	next := s.script[0]
	s.script = s.script[1:]
	if next.err != nil {
		return nil, next.err
	}
	if next.failure != "" {
		unhandled := "Unhandled"
		return &lambda.InvokeOutput{FunctionError: &unhandled, Payload: fmt.Appendf(nil, `{"errorMessage":%q,"errorType":"FailedError"}`, next.failure)}, nil
	}
	payload, err := json.Marshal(backup.Result{StatusCode: 200, Body: next.body})
	if err != nil {
		s.t.Fatal(err)
	}
	return &lambda.InvokeOutput{Payload: payload}, nil
}

func restoring(step, verdict string) answer {
	return answer{body: backup.Body{Status: "success", Restore: &backup.RestoreState{Cluster: "payment-restore-test-x", Step: step, Verdict: verdict}}}
}

func TestBackupCommand(t *testing.T) {
	for _, test := range []struct {
		name   string
		script []answer
		change func(*backupOptions)
		asked  string
		out    string // in the table
		err    string
	}{
		{
			name:   "both Regions are verified",
			script: []answer{{body: backup.Body{Status: "success", SnapshotAge: "3.2 hours"}}, {body: backup.Body{Status: "warning", Reasons: []string{"retention is short"}}}},
			asked:  "verify verify", out: "retention is short",
		},
		{
			name:   "a failed verdict is an error, and the other Region is still asked",
			script: []answer{{failure: "newest snapshot is 40 hours old"}, {body: backup.Body{Status: "success"}}},
			asked:  "verify verify", out: "newest snapshot is 40 hours old", err: "could not be verified",
		},
		{
			name:   "a restore is followed to its end",
			script: []answer{restoring("wait-cluster", ""), restoring("check", ""), restoring("remove", "passed"), restoring("idle", "")},
			change: func(o *backupOptions) { o.restore, o.places = true, []string{"secondary"} },
			asked:  "restore-start restore-advance restore-advance restore-advance", out: "passed",
		},
		{
			name:   "a restore that is not done in time is left to the schedule",
			script: []answer{restoring("wait-cluster", ""), restoring("wait-cluster", ""), restoring("wait-cluster", "")},
			change: func(o *backupOptions) { o.restore, o.places, o.timeout = true, []string{"primary"}, 70*time.Second },
			asked:  "restore-start restore-advance restore-advance", out: "the schedule goes on", err: "could not be verified",
		},
		{
			name:   "a function that cannot be reached",
			script: []answer{{err: errors.New("no credentials")}},
			change: func(o *backupOptions) { o.places = []string{"primary"} },
			asked:  "verify", out: "payment-backup-verification-dev-test", err: "could not be verified",
		},
		{
			name:   "no such place",
			change: func(o *backupOptions) { o.places = []string{"tertiary"} },
			err:    `--in "tertiary"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out, errors bytes.Buffer
				a := &app{process: Process{Stdout: &out, Stderr: &errors}, output: outputTable}
				options := backupOptions{places: []string{"primary", "secondary"}, every: 30 * time.Second, timeout: time.Hour}
				if test.change != nil {
					test.change(&options)
				}
				function := &scripted{t: t, script: test.script}
				err := a.backup(t.Context(), options, func(context.Context, string) (invoker, error) { return function, nil })
				if (err == nil) != (test.err == "") || (err != nil && !strings.Contains(err.Error(), test.err)) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				if got := strings.Join(function.asked, " "); got != test.asked {
					t.Errorf("asked %q, want %q", got, test.asked)
				}
				if !strings.Contains(out.String(), test.out) {
					t.Errorf("output lacks %q:\n%s", test.out, &out)
				}
			})
		})
	}
}
