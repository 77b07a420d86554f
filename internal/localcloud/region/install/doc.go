// Package install gives a Region's services what the files say about them. It runs in the Region's process: package
// resources, outside, sends each resource of the Region as JSON in the names of the provider's schema, and Put makes it
// real.
//
//	installer := install.New(install.Services{Functions: lambda, Gateway: gateway, ...})
//	err := installer.Put(ctx, "aws_lambda_function", "us-east-1/aws_lambda_function.pay", attributes)
//	waiting := installer.Waiting() // what cannot be there before something else is, and why
//
// Resources may come in any order, again, and at the same time: what needs another one waits for it. README.md has the
// types.
package install
