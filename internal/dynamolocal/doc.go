// Package dynamolocal runs a DynamoDB-compatible server that this project did not write: AWS's own DynamoDB Local, from
// Maven Central.
//
// It was chosen over dynalite (npm) because it is the vendor's, is still released, and evaluates the same expression
// language; it starts in about 1 s (2 cores). It runs in memory, on a free loopback port, and ends with the process that
// started it, however that ends. Java 17 with javac and Maven are needed; the jars are fetched once into the user's
// cache directory.
//
// What it does not model: more than one Region (so no ReplicatedWriteConflictException, see dynamotest/fault),
// throttles, item collection limits, eventually consistent reads that are really stale, and any latency.
package dynamolocal
