// Package simulate loses a Region many times over, at random moments, and says how long it took: until Route 53 answers
// with the other Region, until payers who follow DNS and payers who use package client are served again, until the
// ledger takes writes, and until every payment that was acknowledged meanwhile is in it.
//
// What package config computes is the worst case of each; this is where in front of it the times lie. Both are made from
// the same configuration, and no simulated time may be later than its worst case: where a term of the model cannot be
// configured it is a Distribution with its source, never longer than what config assumes.
//
// The checkers are those of the local cloud (package route53/health: Checker, Healthy, Phases). Payers and controllers
// are formulas, not the programs: a disaster costs microseconds and no goroutine. One disaster is a pure function of
// the seed and its number, so the result does not depend on how many run at once.
//
// Not modelled: resolvers that ignore the TTL, connections that are kept alive, a secondary that is ill as well, budgets
// of hedges that are spent, a probe that is under way at the moment of the loss (it counts as answered), a replay that
// outlives its run. Payments are a steady stream, not single ones.
package simulate
