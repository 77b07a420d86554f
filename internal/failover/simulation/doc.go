// Package simulation runs the whole protocol on injected time: payers, the real payment processors and failover
// controllers of both Regions, over the world of package failovertest, while a seeded adversary cuts, delays, pauses,
// crashes and loses answers.
//
// One goroutine runs everything: an actor is a coroutine that gives way at every call, and a queue ordered by time says
// who is next. So a seed is a schedule, and the same seed gives the same story. Invariants I1, I3 and I4 are checked as
// things happen, I2 when the world has been whole for a while.
//
// Not modelled: stale index reads, reads that are not atomic, a control plane that lies, disks that forget.
package simulation
