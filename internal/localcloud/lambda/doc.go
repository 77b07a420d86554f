// Package lambda runs Lambda functions on this machine: the real zip files, the real binaries, the real runtime API.
//
// A Service is the Lambda of one Region. Each function runs in execution environments: a process group of its own that
// polls a runtime API on loopback and takes one invocation at a time; environments are reused, reaped when idle, and
// never outlive this process. Limits, error types, log lines and metrics are those that AWS documents; README.md lists
// what is not modelled.
package lambda
