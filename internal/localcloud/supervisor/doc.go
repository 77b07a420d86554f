// Package supervisor runs a local cloud: the world outside the Regions. It starts a process for each Region and one for
// the witness, joins them by links, answers DNS by health checks of its own, runs the database servers, makes everything
// that the generated files say, and takes orders: kill, stop, cut, slow, heal.
//
// Everything below it ends with it, however it ends; its state folder goes, too.
package supervisor
