// Package cloudwatch is the CloudWatch of one Region on this machine: metrics, also from the embedded metric format, alarms
// that are evaluated as AWS documents, composite alarms, dashboards, and the API.
//
// It implements the Metrics of packages lambda and apigateway. Its state ends with the process. README.md says what is
// not modelled.
package cloudwatch
