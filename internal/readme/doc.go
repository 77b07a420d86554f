// Package readme holds tests that keep the README true; it has no code of its own.
package readme
