// Package logs is the CloudWatch Logs of one Region on this machine: log groups and streams, their newest events in memory
// and in files, and the API.
//
// It implements the Logs of packages lambda and apigateway. README.md says what is not modelled.
package logs
