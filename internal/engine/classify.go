package engine

import (
	"context"
	"errors"
	"regexp"
	"strings"
)

// classify turns a failed command's output into the error that a caller can branch on.
func classify(root, command string, problems []Problem, cause error) error {
	problems = withoutEchoes(problems)
	if len(problems) == 0 {
		problems = []Problem{{Summary: strings.TrimSpace(cause.Error())}}
	}
	interrupted := errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)
	for _, problem := range problems {
		switch {
		case interrupted:
		case problem.Summary == "Error acquiring the state lock" || strings.Contains(problem.Detail, "Lock Info:"):
			return &LockedError{Root: root, Lock: parseLock(problem.Detail)}
		case strings.Contains(problem.text(), "Unable to find remote state"),
			strings.Contains(problem.text(), "No stored state was found"):
			return &UpstreamError{Root: root, Needs: upstream(problem.Address)}
		}
	}
	return &FailedError{Root: root, Command: command, Problems: problems, Advice: advise(problems), cause: cause}
}

var lockField = regexp.MustCompile(`(?m)^\s*(ID|Path|Operation|Who|Version|Created):[ \t]*(\S.*)?$`)

func parseLock(detail string) Lock {
	fields := map[string]string{}
	for _, match := range lockField.FindAllStringSubmatch(detail, -1) {
		if _, known := fields[match[1]]; !known {
			fields[match[1]] = strings.TrimSpace(match[2])
		}
	}
	return Lock{
		ID: fields["ID"], Path: fields["Path"], Operation: operation(fields["Operation"]),
		Who: fields["Who"], Version: fields["Version"], Created: fields["Created"],
	}
}

// operation is the engine's OperationTypeApply as people say it.
func operation(name string) string {
	return strings.ToLower(strings.TrimPrefix(name, "OperationType"))
}

// upstream is the root that a failed data.terraform_remote_state names; its label is the name with underscores.
func upstream(address string) []string {
	label, found := strings.CutPrefix(address, "data.terraform_remote_state.")
	if !found {
		return nil
	}
	return []string{strings.ReplaceAll(label, "_", "-")}
}

// advices are phrases of the engine and the provider that have one usual way out.
var advices = []struct {
	phrase *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`No valid credential sources found|failed to refresh cached credentials|ExpiredToken|InvalidClientTokenId|UnrecognizedClientException|no EC2 IMDS role found`),
		"credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in again (aws sso login)"},
	{regexp.MustCompile(`S3 bucket "?\S+"? does not exist|NoSuchBucket`), "the state buckets are missing: run paymentdr bootstrap first"},
	{regexp.MustCompile(`Backend configuration changed|Backend initialization required|Backend type changed`),
		"state.backend was changed: move the state yourself, in the root's folder, with tofu init -migrate-state"},
	{regexp.MustCompile(`(?i)inconsistent dependency lock file|locked provider .* does not match`), "the lock file names another provider version: run tofu init -upgrade in the root's folder"},
}

func advise(problems []Problem) string {
	for _, problem := range problems {
		for _, known := range advices {
			if known.phrase.MatchString(problem.text()) {
				return known.advice
			}
		}
	}
	return ""
}
