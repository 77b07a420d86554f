// Package route53 is Amazon Route 53 on one machine: hosted zones answered over
// DNS, health checks with real probes, failover between records, and the reads
// of the service's own API. Service puts together the packages zone (what is
// answered), health (who is healthy), dnsserver (DNS over UDP and TCP) and api
// (XML over HTTP). README.md says what is not modelled.
package route53
