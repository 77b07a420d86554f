package engine

import (
	"fmt"
	"strings"
)

const installAdvice = "install OpenTofu (https://opentofu.org/docs/intro/install/) or Terraform (https://developer.hashicorp.com/terraform/install), " + Minimum + " or newer"

// MissingError is an engine that is not there.
type MissingError struct {
	Names []string
	// Asker is what named the engine: --engine or Variable; empty if nobody did.
	Asker string
}

func (e *MissingError) Error() string {
	if e.Asker != "" {
		return fmt.Sprintf("find engine: %s says %s, which is not a program: correct it, or %s", e.Asker, e.Names[0], installAdvice)
	}
	return fmt.Sprintf("find engine: neither %s is on the PATH: %s, or name it with --engine or %s", strings.Join(e.Names, " nor "), installAdvice, Variable)
}

// Refused marks the error as a refusal: nothing was changed.
func (e *MissingError) Refused() bool { return true }

// OldError is an engine that lacks what the files use.
type OldError struct{ Path, Found string }

func (e *OldError) Error() string {
	return fmt.Sprintf("engine %s has version %s; the files need %s or newer (ephemeral values, write-only arguments): %s, or name another with --engine or %s",
		e.Path, e.Found, Minimum, installAdvice, Variable)
}

// Refused marks the error as a refusal: nothing was changed.
func (e *OldError) Refused() bool { return true }

// LockedError is a state that another run holds.
type LockedError struct {
	Root string
	Lock Lock
}

// Lock is what the engine tells about who holds a state.
type Lock struct{ ID, Path, Operation, Who, Version, Created string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("the state of root %s is locked by %s since %s (%s, lock %s): wait for that run, or use --lock-timeout; "+
		"only if it died without letting go: the engine's force-unlock %[5]s, in the root's folder",
		e.Root, known(e.Lock.Who), known(e.Lock.Created), known(e.Lock.Operation), known(e.Lock.ID))
}

// Refused marks the error as a refusal: nothing was changed.
func (e *LockedError) Refused() bool { return true }

func known(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// UpstreamError is a root that reads another one which is not applied yet.
type UpstreamError struct {
	Root string
	// Needs are the roots to apply first, in order; empty if only the engine knows.
	Needs []string
}

func (e *UpstreamError) Error() string {
	needs := strings.Join(e.Needs, ", then ")
	if needs == "" {
		needs = "that it reads"
	}
	return fmt.Sprintf("root %s cannot be planned yet: apply the root %s first", e.Root, needs)
}

// Refused marks the error as a refusal: nothing was changed.
func (e *UpstreamError) Refused() bool { return true }

// FailedError is a command that the engine, the provider or AWS refused, in their own words.
type FailedError struct {
	Root, Command string
	// Problems are in the engine's order, the first error first; never empty.
	Problems []Problem
	// Advice is what to do, where we know; else empty.
	Advice string
	cause  error
}

func (e *FailedError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s of root %s failed", e.Command, e.Root)
	if len(e.Problems) > 1 {
		fmt.Fprintf(&text, " with %d problems", len(e.Problems))
	}
	for _, problem := range e.Problems {
		text.WriteString("\n" + problem.String())
	}
	if e.Advice != "" {
		text.WriteString("\n" + e.Advice)
	}
	return text.String()
}

// Unwrap is the process's end: an exit status, or the context's error if it was interrupted.
func (e *FailedError) Unwrap() error { return e.cause }
