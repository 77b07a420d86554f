// Package connect keeps connections from a function to the ledger's database: to whichever server is the writer now,
// verified by TLS, with credentials that may rotate at any time.
package connect
