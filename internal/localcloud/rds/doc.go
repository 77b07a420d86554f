// Package rds is Aurora PostgreSQL with global databases, on one machine: every cluster is a real PostgreSQL server,
// every secondary a standby that streams from the writer's Region over a link, every snapshot a base backup.
//
// A Service knows all Regions. Its Go methods create and change things and return when that is done; Handler speaks
// RDS's query protocol for one Region, and returns at once where RDS does. Package endpoint is what clients connect to,
// package iamtoken checks authentication tokens. README.md says what is not modelled.
package rds
