// Package policy decides whether a topic's policy lets an AWS service publish. It is pure. What it does not understand is
// refused when the policy is read, not ignored when it counts.
package policy
