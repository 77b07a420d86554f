// Package operate is the operator's side of failover control: what there is to see (package status, observed by package
// observe), what may be asked for and why not (package plan, which is pure), asking and watching (package act), and
// comparing journal and ledgers (package reconcile).
//
// An operator's command changes one thing only, the intent in the control table; the controllers do the work. So a
// command that dies loses nothing, and a system without a reachable operator behaves as it always does.
package operate
