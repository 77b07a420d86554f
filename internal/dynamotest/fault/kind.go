// Package fault is an HTTP transport that fails on purpose, in the ways in which DynamoDB and the network do.
//
// What fails is a Plan: a written Script, or Random with a seed. The same seed and the same order of requests give the
// same faults, and History says which were given, so that a failed run can be replayed.
package fault

// Kind is one way to fail.
type Kind int

// The faults. "Before" means that the server never saw the request, "After" that it was carried out and only its
// answer is lost: the two look alike to a client, and a correct one is right in both cases.
const (
	None                Kind = iota
	TimeoutBefore            // a timeout; not carried out
	TimeoutAfter             // a timeout; carried out
	ResetBefore              // the connection is reset; not carried out
	ResetAfter               // the connection is reset; carried out
	ServerErrorBefore        // HTTP 500 InternalServerError; not carried out
	ServerErrorAfter         // HTTP 500 InternalServerError; carried out
	Throttle                 // HTTP 400 ThrottlingException; not carried out
	ProvisionedThrottle      // HTTP 400 ProvisionedThroughputExceededException; not carried out
	Conflict                 // HTTP 400 ReplicatedWriteConflictException; not carried out
	Unavailable              // HTTP 503; not carried out
	Denied                   // HTTP 400 AccessDeniedException; not carried out
	Hang                     // no answer until the request's context ends; not carried out
)

var names = map[Kind]string{
	None: "none", TimeoutBefore: "timeout-before", TimeoutAfter: "timeout-after", ResetBefore: "reset-before",
	ResetAfter: "reset-after", ServerErrorBefore: "server-error-before", ServerErrorAfter: "server-error-after",
	Throttle: "throttle", ProvisionedThrottle: "provisioned-throttle", Conflict: "conflict",
	Unavailable: "unavailable", Denied: "denied", Hang: "hang",
}

// String is the fault's name.
func (k Kind) String() string { return names[k] }

// CarriedOut tells whether the server sees a request that fails in this way.
func (k Kind) CarriedOut() bool {
	switch k {
	case None, TimeoutAfter, ResetAfter, ServerErrorAfter:
		return true
	}
	return false
}

// Transient are the faults that a retry overcomes, all that a chaos run needs.
func Transient() []Kind {
	return []Kind{
		TimeoutBefore, TimeoutAfter, ResetBefore, ResetAfter, ServerErrorBefore, ServerErrorAfter,
		Throttle, ProvisionedThrottle, Conflict, Unavailable,
	}
}
