// Package openapi holds docs/openapi.yaml against the API: its tests validate real requests and real answers by the
// document, and want every documented answer to be provoked by one. There is no code for others here.
package openapi
