// Package awsjson is the AWS JSON 1.1 protocol as the local cloud's services speak it: X-Amz-Target, bodies, errors,
// request ids, times. Signatures are not read: whoever can reach the endpoint is believed.
package awsjson
