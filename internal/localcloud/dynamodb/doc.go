// Package dynamodb is a DynamoDB of several Regions on one machine, with global tables of multi-Region strong
// consistency, over embedded etcd: one member per Region and one for the witness.
//
// What it models, where it differs from AWS, and how that was checked is in README.md. Only the local cloud may import
// it: etcd is heavy, and production binaries must not have it.
package dynamodb
