// Package proof judges whether payments were taken as promised, from what payers were told and what the stores hold.
//
// History collects what payers sent and were answered. Check compares it with the journal and the ledger, rule by rule,
// and has porcupine search for an order in which one correct service could have given all answers of a payment id.
// It reads what happened and nothing of the service's code, so the same judge serves tests, drills and real Regions.
//
// The tests of this package are the concurrency proof: 64 payers, 500 payments, faults between any two steps, over real
// stores; and its mutants, services with one guard taken out, each of which the judge must find guilty.
package proof
