package engine

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// lockedText is what OpenTofu 1.12 prints, with the frame of its human output.
const lockedText = `
╷
│ Error: Error acquiring the state lock
│ 
│ Error message: resource temporarily unavailable
│ Lock Info:
│   ID:        f52ae3e7-1830-21fe-37dc-e871d9c88299
│   Path:      ../state/global.tfstate
│   Operation: OperationTypeApply
│   Who:       alice@laptop
│   Version:   1.12.6
│   Created:   2026-11-23 12:39:59.595329323 +0000 UTC
│   Info:      
│ 
│ 
│ OpenTofu acquires a state lock to protect the state from being written
│ by multiple users at the same time.
╵
`

const lockedDetail = "Error message: resource temporarily unavailable\nLock Info:\n  ID:        f52ae3e7-1830-21fe-37dc-e871d9c88299\n  Path:      ../state/global.tfstate\n  Operation: OperationTypeApply\n  Who:       alice@laptop\n  Version:   1.12.6\n  Created:   2026-11-23 12:39:59.595329323 +0000 UTC\n  Info:      \n"

var errExit = &exec.ExitError{}

func TestClassifyLocked(t *testing.T) {
	want := Lock{
		ID: "f52ae3e7-1830-21fe-37dc-e871d9c88299", Path: "../state/global.tfstate", Operation: "apply",
		Who: "alice@laptop", Version: "1.12.6", Created: "2026-11-23 12:39:59.595329323 +0000 UTC",
	}
	tests := map[string][]Problem{
		"framed text":     parseText(lockedText),
		"plain text":      parseText(frame.ReplaceAllString(lockedText, "")),
		"machine output":  {{Summary: "Error acquiring the state lock", Detail: lockedDetail}},
		"other summary":   {{Summary: "Error locking state", Detail: lockedDetail}},
		"not the first":   {{Summary: "Something else"}, {Summary: "Error acquiring the state lock", Detail: lockedDetail}},
		"after a warning": parseText("Warning: Provider development overrides are in effect\n\nThe following...\n" + lockedText),
	}
	for name, problems := range tests {
		t.Run(name, func(t *testing.T) {
			var locked *LockedError
			if err := classify("global", "plan", problems, errExit); !errors.As(err, &locked) {
				t.Fatalf("classify gave %T: %v", err, err)
			}
			if locked.Lock != want || locked.Root != "global" {
				t.Errorf("lock %+v of root %s, want %+v", locked.Lock, locked.Root, want)
			}
			for _, part := range []string{"alice@laptop", "apply", "12:39:59", "f52ae3e7"} {
				if !strings.Contains(locked.Error(), part) {
					t.Errorf("the message does not say %q: %s", part, locked)
				}
			}
		})
	}
}

func TestClassifyLockedByAnUnknown(t *testing.T) {
	err := classify("link", "plan", []Problem{{Summary: "Error acquiring the state lock", Detail: "state blob is already locked"}}, errExit)
	if !strings.Contains(err.Error(), "locked by unknown") {
		t.Errorf("message: %v", err)
	}
}

func TestClassify(t *testing.T) {
	tests := map[string]struct {
		problems []Problem
		cause    error
		want     string
	}{
		"first error first, echoes dropped": {
			problems: []Problem{
				{Summary: "creating Route53 Hosted Zone", Detail: "InvalidDomainName: reserved", Address: "aws_route53_zone.payment", Place: "dns.tf:4"},
				{Summary: "creating KMS Key", Address: "aws_kms_key.data"},
				{Summary: "execution halted"}, {Summary: "execution halted"},
			},
			want: "apply of root global failed with 2 problems\n" +
				"  aws_route53_zone.payment (dns.tf:4): creating Route53 Hosted Zone\n    InvalidDomainName: reserved\n" +
				"  aws_kms_key.data: creating KMS Key",
		},
		"the same error of many resources is said once": {
			problems: []Problem{{Summary: "no"}, {Summary: "no"}},
			want:     "apply of root global failed\n  no",
		},
		"credentials": {
			problems: []Problem{{Summary: "No valid credential sources found", Detail: "Please see https://..."}},
			want:     "apply of root global failed\n  No valid credential sources found\n    Please see https://...\n" + advices[0].advice,
		},
		"credentials, wrapped by the engine": {
			problems: []Problem{{Summary: "Retrieving AWS account details", Detail: "operation error STS: GetCallerIdentity, failed to refresh\ncached credentials, no EC2 IMDS role found"}},
			want:     "apply of root global failed\n  Retrieving AWS account details\n    operation error STS: GetCallerIdentity, failed to refresh\n    cached credentials, no EC2 IMDS role found\n" + advices[0].advice,
		},
		"state bucket": {
			problems: []Problem{{Summary: "Failed to get existing workspaces", Detail: "S3 bucket \"acme-dev-us-east-2\" does not exist."}},
			want:     "apply of root global failed\n  Failed to get existing workspaces\n    S3 bucket \"acme-dev-us-east-2\" does not exist.\nthe state buckets are missing: run paymentdr bootstrap first",
		},
		"nothing that can be read": {
			cause: errors.New("exit status 1\nsegmentation fault"),
			want:  "apply of root global failed\n  exit status 1\nsegmentation fault",
		},
		"interrupted while it waited for a lock": {
			problems: []Problem{{Summary: "Error acquiring the state lock", Detail: lockedDetail}},
			cause:    context.Canceled,
			want:     "apply of root global failed\n  Error acquiring the state lock\n" + indent(lockedDetail),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cause := test.cause
			if cause == nil {
				cause = errExit
			}
			err := classify("global", "apply", test.problems, cause)
			if err.Error() != test.want {
				t.Errorf("message\n%s\nwant\n%s", err, test.want)
			}
			if !errors.Is(err, cause) {
				t.Errorf("%v does not wrap %v", err, cause)
			}
		})
	}
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
}

func TestClassifyUpstream(t *testing.T) {
	tests := map[string]struct {
		problem Problem
		want    string
	}{
		"global": {
			Problem{Summary: "Unable to find remote state", Detail: "No stored state was found for the given workspace in the given backend.", Address: "data.terraform_remote_state.global"},
			"root link cannot be planned yet: apply the root global first",
		},
		"a Region": {
			Problem{Summary: "Unable to find remote state", Address: "data.terraform_remote_state.us_east_1"},
			"root link cannot be planned yet: apply the root us-east-1 first",
		},
		"not said which": {
			Problem{Summary: "Unable to find remote state"},
			"root link cannot be planned yet: apply the root that it reads first",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var missing *UpstreamError
			err := classify("link", "plan", []Problem{test.problem}, errExit)
			if !errors.As(err, &missing) || err.Error() != test.want {
				t.Errorf("%T %v, want %s", err, err, test.want)
			}
		})
	}
}
