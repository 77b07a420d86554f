// Package topology is the network of all VPCs as the files have it: what was written (Facts), what that means (Rules),
// and what each function reaches because of it, with reasons (Reach). Everything but Network is pure.
//
// Deciding is package reach's; this package makes its input. README.md of package resources says what is assumed.
package topology
