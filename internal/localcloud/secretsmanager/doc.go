// Package secretsmanager is the Secrets Manager of one Region on this machine: secrets, their versions and staging
// labels, replicas in other Regions, rotation by a function. It speaks the AWS JSON 1.1 protocol to unmodified SDKs.
//
// A change is written to the folder before it counts, and reaches replicas afterwards, in order, for as long as it takes.
// README.md lists what is not modelled.
package secretsmanager
