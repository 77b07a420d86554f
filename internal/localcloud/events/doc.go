// Package events runs the scheduled rules of EventBridge in one Region on this machine, at the real times, and speaks the
// AWS JSON 1.1 protocol to unmodified SDKs. README.md lists what is not modelled.
package events
