package secretsmanager

import "github.com/paymentdr/paymentdr/internal/localcloud/awserror"

// Error is an error that the Secrets Manager API documents.
type Error = awserror.Error

// The codes that callers branch on.
const (
	CodeNotFound = "ResourceNotFoundException"
	CodeExists   = "ResourceExistsException"
	CodeRequest  = "InvalidRequestException"
	CodeInvalid  = "InvalidParameterException"
	CodeLimit    = "LimitExceededException"
	// CodePromoted is not AWS's: a replica that became a secret of its own no longer follows its primary.
	CodePromoted = "ReplicaPromotedException"
)

func invalid(format string, arguments ...any) *Error {
	return awserror.Refuse(CodeInvalid, format, arguments...)
}

func wrongState(format string, arguments ...any) *Error {
	return awserror.Refuse(CodeRequest, format, arguments...)
}

func notFound(what string, arguments ...any) *Error {
	return awserror.Refuse(CodeNotFound, "Secrets Manager can't find the specified secret"+what, arguments...)
}

func limited(format string, arguments ...any) *Error {
	return awserror.Refuse(CodeLimit, format, arguments...)
}

func onReplica() *Error {
	return invalid("Operation not permitted on a replica secret. Call must be made in primary secret's region.")
}

func markedForDeletion() *Error {
	return wrongState("You can't perform this operation on the secret because it was marked for deletion.")
}
