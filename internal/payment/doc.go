// Package payment takes payments: exact money, a strict request parser, and the Processor that records a payment in
// the journal, posts it to the ledger and answers (docs/architecture.md, "Paying").
//
// The package does no I/O of its own. Stores are the small interfaces Journal, Ledger and Lease; time, randomness and
// transaction ids are passed in. The edges are in httpapi.
package payment
