// Package simulation plays the whole protocol on injected time: payers, the real payment processors and failover
// controllers of both Regions, over the world of package failovertest, while a seeded adversary does harm.
//
// A seed is a plan and luck. The plan (plan.go) has the payments, what befalls whole Regions (harms.go), a disaster that
// lasts until the peer has taken over, in some seeds a database that dies before its term is active, and the return home, by an operator's switchover or by another disaster
// (director.go). Luck befalls single calls (calls.go): a process stands still or dies before or after any of them, requests
// and answers are lost, late, doubled, slow or refused. Clocks run at different speeds, wall clocks jump, indexes lag.
// Then there is calm, in which everything must settle.
//
// The invariants I1 to I5 are checked whenever a call is made or a store changes, so a check costs what changed and not
// what there is; I2 is checked once more in the end, and so is that somebody takes over in time (checker.go). A failing
// seed is told in the smallest story that breaks the same invariant (shrink.go): each actor has its own stream of luck, so
// a story stays much the same when a part of it is left out. Faults of the program that are planted in what it stands on
// show that they would be found (mutants.go).
//
// It is fast because one goroutine runs everything: an actor is a coroutine that gives way when its call takes time and
// something else is due before it ends; else only time passes. Memory is used again by the next seed.
//
// Not modelled: a control plane that lies, disks that forget, a monotonic clock that stands still within a run, requests
// that are delivered later than their sender's patience and 5 s, more than one worker in a controller. A processor whose
// process is frozen notices afterwards that its request's time is over.
package simulation
