// Package plan decides what an operator may ask for. It is pure: a snapshot and what is wanted give every reason not
// to, each naming what is wrong and what to do. A refusal changes nothing.
package plan
