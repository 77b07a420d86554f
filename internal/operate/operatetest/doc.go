// Package operatetest runs a whole system of two Regions in one test process, for tests of the operator's side: a
// strongly consistent DynamoDB of three members, a global database of two real PostgreSQL servers, the payment API and
// the failover controller of each Region. CloudWatch, Route 53 and the resolver are made up from what these parts say.
package operatetest
