// Package runtimetest runs a Lambda function's real program: the bootstrap of its zip file, started as a process of its
// own with exactly the environment given, against a runtime API (2018-06-01) over HTTP.
//
// It models: next, response, error and init/error; the headers with request id, deadline, function ARN and trace id; one
// invocation at a time; what the program writes.
//
// It does not model: freezing between invocations, the timeout's SIGKILL, memory limits, extensions, response streaming,
// asynchronous retries and the event size limits.
package runtimetest
