// Package front is the one address of all AWS APIs of a Region: it passes each request to the service that its signature
// names (the credential scope of Signature Version 4, or of a presigned URL).
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package front

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Services are handlers by the service's name in the credential scope: dynamodb, lambda, monitoring.
type Services map[string]http.Handler

// ServeHTTP passes the request on, or says which services there are.
func (s Services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := Service(r)
	if handler := s[name]; ok && handler != nil {
		handler.ServeHTTP(w, r)
		return
	}
	known := strings.Join(slices.Sorted(maps.Keys(s)), ", ")
	if !ok {
		refuse(w, http.StatusForbidden, "MissingAuthenticationToken", "the request is not signed, so it names no service; sign it (any credentials are accepted). Services here: "+known)
		return
	}
	refuse(w, http.StatusNotImplemented, "NotImplemented", fmt.Sprintf("the local cloud has no service %q; it has: %s", name, known))
}

// refuse answers in JSON, which every SDK at least prints.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message}) // a caller that hung up
}

// scopeParts are access key, date, Region, service, "aws4_request".
const scopeParts = 5

// Service is the service that the request is signed for; false if it is not signed.
func Service(r *http.Request) (string, bool) {
	scope := r.URL.Query().Get("X-Amz-Credential")
	if header := r.Header.Get("Authorization"); header != "" {
		_, rest, found := strings.Cut(header, "Credential=")
		if !found {
			return "", false
		}
		scope, _, _ = strings.Cut(rest, ",")
		scope, _, _ = strings.Cut(scope, " ")
	}
	parts := strings.Split(scope, "/")
	if len(parts) < scopeParts {
		return "", false
	}
	return parts[len(parts)-2], true
}
