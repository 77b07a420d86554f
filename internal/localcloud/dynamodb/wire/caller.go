package wire

import (
	"context"
	"net/http"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
)

// Caller is who signed the request.
type Caller struct {
	AccessKey string
	Region    string
	// SessionToken is that of temporary credentials, or empty.
	SessionToken string
}

type callerKey struct{}

// CallerOf is the caller of the request that ctx belongs to.
func CallerOf(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}

// readCaller reads a Signature Version 4 header (or query, as presigned requests have it).
func readCaller(request *http.Request, region string) (Caller, error) {
	header := request.Header.Get("Authorization")
	scope := request.URL.Query().Get("X-Amz-Credential")
	if header == "" && scope == "" {
		return Caller{}, fault.Protocol("MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	if scope == "" {
		fields, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
		if !ok {
			return Caller{}, fault.Protocol("MissingAuthenticationTokenException", "Request is missing Authentication Token")
		}
		parts := map[string]string{}
		for field := range strings.SplitSeq(fields, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
			parts[name] = value
		}
		for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
			if parts[name] == "" {
				return Caller{}, fault.Protocol("IncompleteSignatureException", "Authorization header requires '%s' parameter. Authorization=%s", name, header)
			}
		}
		scope = parts["Credential"]
	}
	// <access key>/<date>/<region>/<service>/aws4_request
	parts := strings.Split(scope, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return Caller{}, fault.Protocol("IncompleteSignatureException", "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", scope)
	}
	switch {
	case parts[2] != region:
		return Caller{}, fault.Protocol("InvalidSignatureException", "Credential should be scoped to a valid region, not '%s'. ", parts[2])
	case parts[3] != "dynamodb":
		return Caller{}, fault.Protocol("InvalidSignatureException", "Credential should be scoped to correct service: 'dynamodb'. ")
	}
	return Caller{AccessKey: parts[0], Region: parts[2], SessionToken: request.Header.Get("X-Amz-Security-Token")}, nil
}
