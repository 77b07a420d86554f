// Package client sends payments to a paymentdr system from a payer's program. It knows both Regions, so that it does
// not wait for DNS when one is lost, and it never charges twice.
//
// # What it promises
//
//   - One key. Every try of a payment carries the same payment id, which is the idempotency key, and the same bytes.
//     An empty Payment.ID is replaced by a new UUIDv7, and every receipt and every error names the id in use.
//   - A nil error is an acknowledgement. Pay returns it only for a complete answer that names this payment, its amount,
//     its currency and a transaction. The payment is then durable in two Regions and will be in the ledger exactly once.
//     StatusProcessing is an acknowledgement as well: the ledger follows (see Client.WaitPosted).
//   - An error says what is known. OutcomeNotRecorded: no server recorded anything because of this call.
//     OutcomeUnknown (ErrOutcomeUnknown): one may have, so send Error.Payment again, with its id, until there is an
//     answer. A new id could charge twice. Error.Retryable tells whether that can succeed without anyone's help.
//   - A contradiction is never a success. An answer about another payment or amount, or two transactions for one id,
//     is ErrInconsistent and needs a person. What is only seen after Pay has returned goes to Config.OnInconsistent.
//
// # How it finds a Region
//
// A try that is not answered within Config.HedgeAfter is hedged: the same request goes to the other Region while the
// first is still under way. The first durable answer wins. A try is cancelled only where that is safe: when another one
// has a durable answer, one second after it, or when the caller gives up. Until then both go on, because a cancelled
// try may have taken effect.
//
// A refused connection, a reset, a time-out, 408, 409, 425, 429 and every 5xx are tried again, in the other Region at
// once and in the same one after an exponential, fully jittered pause, or after Retry-After where that is longer. Other 4xx
// are the answer. All of it ends with the context's deadline.
//
// Hedges are paid from a budget: one that wins costs nothing, one that loses is earned back by ten payments that needed
// none. So a lost Region is left at once by every payment, and two slow ones are not sent the double load.
//
// The client stays with the Region that answered when the preferred one did not, and asks the first endpoint's /health
// from time to time whether it may come back. Each Region has connections of its own (HTTP/2, TLS verified). They
// are dropped when nothing comes back on them, and replaced every minute so that a changed DNS record is followed.
package client
