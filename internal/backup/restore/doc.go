// Package restore proves that a backup of the ledger can be restored, by restoring one.
//
// A test is a throw-away cluster that lives through idempotent steps: restore, one instance, wait, run the ledger's
// own checks in it, record the verdict, remove it. All state is in RDS (name, tags, status), so that a run can die
// between any two steps and the next one goes on: Observe reads it, the pure Next says the one next step, and the
// Machine carries it out. The CLI drives the machine to the end; the scheduled Lambda advances it for as long as one
// invocation may last.
//
// Nothing is ever changed or removed that has not both our name and our tag; see Ours.
package restore
