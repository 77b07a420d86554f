// Package apigateway serves HTTP APIs (API Gateway v2) with Lambda integrations of payload format 2.0 on this machine: TLS
// by a local authority, custom domains, routes, JWT authorizers, throttling, limits, access logs and metrics, read from
// the same settings as the AWS resources have. README.md lists what is not modelled.
package apigateway
