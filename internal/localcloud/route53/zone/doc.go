// Package zone is what a Route 53 hosted zone answers: record sets, the choice
// among failover records by health, alias and CNAME chains, NXDOMAIN against
// NODATA. Answer is a pure function; nothing here has a clock or a socket.
//
// The rules are those of
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
// and, where that page is silent, of RFC 1034, 2308, 4592 and 6604. Other
// routing policies than simple and failover are refused by New.
package zone
