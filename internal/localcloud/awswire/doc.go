// Package awswire speaks the AWS protocols in which an operation is a name: RPC v2 CBOR, JSON 1.0 and 1.1, and query.
//
// A Service has one table of operations with ordinary structs as inputs and outputs; which protocol a request came in
// decides only how they are read and written. Field names are the names on the wire (a json tag wins), so one struct
// serves all protocols. Signatures are not checked.
package awswire
