// Package hclgen writes OpenTofu and Terraform files that read as if a person
// had written them, and checks them against the provider's schema before any
// engine sees them.
//
// A Module holds Blocks in files, a Block holds attributes (Expr) and nested
// blocks in the caller's order, and a reference is always got from the block it
// points to (Block.Ref), so that a renamed resource cannot leave a stale name
// behind. Module.Files prints, Module.Check reports every fault at once.
//
// No function of this package panics on bad input: a mistake is remembered in
// the block it was made in and comes back from Check.
package hclgen
