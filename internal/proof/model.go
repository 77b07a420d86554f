package proof

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// phase is how far a payment id has come.
type phase int

const (
	free  phase = iota // no payment has the id
	bound              // a payment has it, for ever
	done               // and some payer was told that it is in the ledger
)

// state is one payment id in the sequential service. transaction is empty while no answer has told it.
type state struct {
	phase                    phase
	fingerprint, transaction string
}

// agrees tells whether an acknowledgement is of the payment that has the id.
func (s state) agrees(answer Answer) bool {
	return s.fingerprint == answer.Fingerprint && (s.transaction == "" || s.transaction == answer.TransactionID)
}

// step gives the states in which the service may be after a call; none means that it could not have answered so.
//
// bound turns done when the first Success is seen, whoever completed the payment: that is not a payer's call. Once a
// payer has seen it, no later answer may fall back to Processing.
func step(before state, call Call) []state {
	answer := call.Answer
	after := state{phase: bound, fingerprint: answer.Fingerprint, transaction: answer.TransactionID}
	switch answer.Outcome {
	case Processing:
		if before.phase == free && call.Verb == VerbPay || before.phase == bound && before.agrees(answer) {
			return []state{after}
		}
	case Success:
		if after.phase = done; before.phase != free && before.agrees(answer) {
			return []state{after}
		}
	case Mismatch:
		if before.phase != free && before.fingerprint != call.Fingerprint {
			return []state{before}
		}
	case NotFound:
		if before.phase == free {
			return []state{before}
		}
	case Unknown, Wrong:
		if before.phase == free && call.Verb == VerbPay {
			return []state{before, {phase: bound, fingerprint: call.Fingerprint}}
		}
		return []state{before}
	}
	return nil
}

// model is step for porcupine, for the calls of one payment id.
func model() porcupine.Model {
	// Without an Equal porcupine compares states by ==.
	nondeterministic := porcupine.NondeterministicModel{
		Init: func() []any { return []any{state{}} },
		Step: func(before, input, _ any) []any {
			var after []any
			for _, one := range step(before.(state), input.(Call)) {
				after = append(after, one)
			}
			return after
		},
	}
	return nondeterministic.ToModel()
}

// moments are the points at which a call takes effect or looks, as calls of their own. A payment that this very request
// completed has two, since others may see it between them: recorded, then completed. Every other call has one.
func moments(call Call) []Call {
	if call.Verb != VerbPay || call.Answer.Outcome != Success || call.Answer.Replayed {
		return []Call{call}
	}
	recorded := call
	recorded.Answer.Outcome = Processing
	return []Call{recorded, call}
}

// linearizable searches for an order of one id's calls that the model allows, for at most timeout.
//
// A call of unknown outcome may take effect long after its payer gave up, so it never ends. One that began after a
// definite answer came can have no effect, since the id was bound before; it is left out, which keeps the search small.
func linearizable(calls []Call, timeout time.Duration) porcupine.CheckResult {
	definite := time.Duration(math.MaxInt64)
	for _, call := range calls {
		if o := call.Answer.Outcome; o == Processing || o == Success || o == Mismatch {
			definite = min(definite, call.Ended)
		}
	}
	var operations []porcupine.Operation
	for _, call := range calls {
		end := call.Ended
		if o := call.Answer.Outcome; o == Unknown || o == Wrong {
			if call.Started > definite || call.Verb == VerbFind {
				continue
			}
			end = math.MaxInt64
		}
		for _, moment := range moments(call) {
			operations = append(operations, porcupine.Operation{
				ClientId: call.Payer, Input: moment, Call: int64(call.Started), Return: int64(end),
			})
		}
	}
	return porcupine.CheckOperationsTimeout(model(), operations, timeout)
}
