// Package awsquery is the AWS query protocol as the local cloud's services speak it: form-encoded requests, XML answers,
// errors, request ids. Signatures are not read: whoever can reach the endpoint is believed.
package awsquery
