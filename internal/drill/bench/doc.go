// Package bench measures what a local cloud costs beside the work that a payment cannot do without.
//
// The core path is that work alone: two linearizable writes to a Raft store of three members, and one post to the ledger
// between them; no HTTP, no function, no link. The whole path is a payer's: package client, TLS, gateway, function,
// journal, ledger, with both Regions and every service running. Both are measured as a closed loop on the same machine
// one after the other; their ratio is what counts, since the machine is in both. The payers' own work is part of the
// whole path's.
package bench
