// Package failover decides which Region is active, and makes it so.
//
// One lease in the control table names the active Region and its term (the epoch). Decide is the rule, a pure function
// of what one run of the controller observes; Controller is one such run: it observes, decides, writes with the version
// that it read, and acts only after the write has succeeded. Several runs of one Region overlap and share the lease:
// the one that wrote last (the lease's holder) works, the others watch and step in when it falls silent.
//
// Taking over is a sequence of steps that may each be repeated, by the same or another run: claim with the next epoch,
// record, promote the Region's database, see that it takes writes, fence the old epochs in it, replay what its
// replication had not brought, declare the term active. Before every step the lease is renewed; a run whose renewal is
// refused stops (invariant I4).
//
// Time for decisions is a run's own monotonic clock. No decision about the lease compares clocks of two machines; the
// wall-clock times in the lease are for people. Only how far back a replay reaches goes by wall clocks, with an allowance.
package failover
