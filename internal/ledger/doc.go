// Package ledger posts payments to the double-entry ledger in PostgreSQL and reads it back.
//
// The database keeps the rules (package migrations): entries balance at every commit, a payment and a transaction id are
// posted once, nothing is changed afterwards, and a term of the lease that is over cannot post. This package calls the
// database's functions, one round trip each, and turns their outcomes into the errors that package payment names.
package ledger
