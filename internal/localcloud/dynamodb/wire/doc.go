// Package wire is the AWS JSON 1.0 protocol as DynamoDB speaks it: X-Amz-Target, error bodies, request ids, checksums.
//
// Signatures are read, not verified: the access key and the Region are the caller's, and a request that is signed for
// another Region or service is refused as AWS refuses it.
package wire
