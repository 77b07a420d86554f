// Package dynamotest gives tests DynamoDB Local (package dynamolocal): one server for each test process, started by the
// first test that asks, and fresh tables for each test.
package dynamotest
