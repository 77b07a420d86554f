package rotation

import "fmt"

// RefusedError is a rotation that must not go on now.
type RefusedError struct {
	Secret, Version, Reason string
	retryable               bool
}

// Error names secret, version and reason.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("rotate secret %s, version %s: %s", e.Secret, e.Version, e.Reason)
}

// Retryable reports whether the same step can succeed later without anybody's help.
func (e *RefusedError) Retryable() bool { return e.retryable }

// ReplicaError is a database that does not accept writes: a failover is under way, or the writer endpoint does not
// point at the writer. Secrets Manager repeats the step later.
type ReplicaError struct{ Detail string }

// Error says what showed that it is a replica.
func (e *ReplicaError) Error() string {
	return "the database is a replica and not writable (" + e.Detail + "); rotation waits for the writer"
}

// Retryable is true: the writer endpoint follows the promoted cluster.
func (e *ReplicaError) Retryable() bool { return true }

// RejectedError is a login that the database understood and refused: credentials that are not valid yet, or no longer.
type RejectedError struct {
	Username string
	Err      error
}

// Error names the user and the database's reason, which never contains the password.
func (e *RejectedError) Error() string { return fmt.Sprintf("log in as %s: %v", e.Username, e.Err) }

// Unwrap returns the database's error.
func (e *RejectedError) Unwrap() error { return e.Err }
