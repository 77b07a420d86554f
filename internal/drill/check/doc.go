// Package check is the judge of a drill: it holds what payers were told against what the journal and the ledger have.
//
// It is independent of the service. It reads the journal's table with its own decoding of attributes and the ledger with
// plain SQL, and Judge is a pure function of the receipts and of what was read. What it shares is package proof's search
// for a history that one correct service could have answered, which reads no code of the service either.
//
// Every kind of finding breaks a promise:
//
//   - lost: acknowledged, and absent from the ledger or from the journal; or there before the drill, and gone.
//   - doubled: in the ledger more than once, by payment id, transaction id or entries; or two transactions were
//     acknowledged for one payment id.
//   - mismatch: payer, journal and ledger do not agree on amount, currency, transaction or accepting Region.
//   - unbalanced: the entries of a transaction, or all entries of a currency, do not sum to zero; a payment without
//     entries; entries without a payment.
//   - phantom: in a store, and nobody asked for it.
//   - charged: in the ledger although the payer was only ever refused.
//   - unsettled: in the journal and not completed, or completed there and not in the ledger.
//   - fence: posted under a term of the lease that was over or had not begun.
//   - history: no order of the requests explains the answers that payers got.
//   - corrupt: an item of the journal's table that cannot be read.
//
// A payment that was posted and whose answer never arrived is no finding: the payer does not know, asks again with the
// same id, and is told. Such payments are listed.
package check
