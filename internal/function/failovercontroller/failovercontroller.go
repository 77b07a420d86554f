// Package failovercontroller is the failover controller function. It is not available yet: it says so with a typed
// error, so that its alarm is raised and nobody takes its silence for a watch.
package failovercontroller

import "context"

// NotAvailableError is the answer of a function that this version does not have.
type NotAvailableError struct{ Function string }

func (e *NotAvailableError) Error() string {
	return e.Function + " is not available in this version: the lease is not held and no failover will happen by itself"
}

// Handle refuses every run.
func Handle(context.Context) error { return &NotAvailableError{Function: "failover-controller"} }
