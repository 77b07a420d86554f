// Package link is the wire between two Regions: TCP connections through it get
// a round-trip time, jitter, loss (as the delay that TCP makes of it) and a
// bandwidth, and can be cut, in both directions or in one, and healed.
//
// When a piece of data arrives is a pure function (Wire.Send, Path.Arrival);
// Link and Proxy move the data.
package link
