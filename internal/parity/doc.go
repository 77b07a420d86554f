// Package parity compares the generated system with the original description: where each of its resources is now, and
// what is there besides. The comparison is data (original.yaml, added.yaml, facts.yaml) that Compare judges against
// the system as it is generated, so that docs/parity.md can neither forget a resource nor name one that is gone.
package parity
