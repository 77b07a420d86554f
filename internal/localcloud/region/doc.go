// Package region is the process of one Region of a local cloud: everything that dies when the Region dies. It runs the
// Region's member of the journal, Lambda with its functions as children, API Gateway and the other regional services,
// and one HTTPS address for all AWS APIs of the Region.
//
// The supervisor starts it, sends it resources over a Unix socket (package control), and outlives it. The Region's
// database servers are the supervisor's children and are killed with this process.
package region
