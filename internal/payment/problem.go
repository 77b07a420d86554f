package payment

import (
	"fmt"
	"strconv"
)

// ProblemBase is the prefix of every problem type; the rest is a stable name in kebab case.
const ProblemBase = "https://paymentdr.dev/problems/"

// ProblemContentType is the media type of a Problem (RFC 9457).
const ProblemContentType = "application/problem+json"

// Problem is an RFC 9457 problem: the reason why a request was refused, for programs (Type) and people (Detail).
//
// Type, Title and Status of a problem never change; Detail may. A Problem is an error.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// RequestID ties the answer to the service's own log; the edge fills it in.
	RequestID string `json:"requestId,omitempty"`
}

// Error is the problem as one line.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Title + ": " + p.Detail
}

// Is makes errors.Is compare problems by type, so that errors.Is(err, ProblemAmountZero) works for every detail.
func (p *Problem) Is(target error) bool {
	other, ok := target.(*Problem)
	return ok && other.Type == p.Type
}

// With is a copy of p with a detail; p itself is never changed.
func (p *Problem) With(format string, arguments ...any) *Problem {
	detailed := *p
	detailed.Detail = fmt.Sprintf(format, arguments...)
	return &detailed
}

// maxQuoted is how many bytes of a caller's text are repeated in a detail.
const maxQuoted = 40

// quote shows a caller's text safely: escaped, and never more of it than a person needs.
func quote(text string) string {
	if len(text) > maxQuoted {
		return strconv.QuoteToASCII(text[:maxQuoted]) + "..."
	}
	return strconv.QuoteToASCII(text)
}
