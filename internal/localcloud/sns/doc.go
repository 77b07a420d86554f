// Package sns is the SNS of one Region on this machine: topics with their policies, subscriptions by e-mail (a folder of
// .eml files) and by function, publishing. It speaks the AWS query protocol to unmodified SDKs. README.md lists what is
// not modelled.
package sns
