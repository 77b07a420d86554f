// Package health is Route 53's health checks: what a probe is, when a checker
// changes its mind, how checkers are counted, and the loops that do it.
//
// Checker and Healthy are pure; Probe does one probe over an injected dialer;
// Monitor runs the checkers of one health check. The rules are those of
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
// and https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html.
package health
