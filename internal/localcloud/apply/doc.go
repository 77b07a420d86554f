// Package apply makes generated root modules real on this machine: it reads the
// same .tf files that OpenTofu applies to AWS, evaluates them by the provider's
// schema and hands each resource to a Handler, in the order of their references.
//
//	engine := apply.New(apply.Options{Handlers: handlers, Progress: show})
//	report, err := engine.Apply(ctx, "examples/default") // every root, in order
//	names := engine.Outputs("global")["name_servers"]
//	err = engine.Destroy(ctx)
//
// Everything that is wrong with the files is one error, Faults, and is reported
// before anything is created. README.md says what is supported.
package apply
