package httpapi

import (
	"mime"
	"strings"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// isJSON accepts application/json, in UTF-8 if a charset is given (RFC 8259 knows no other).
func isJSON(contentType string) bool {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || mediaType != contentJSON {
		return false
	}
	charset, given := parameters["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}

// checkKey compares the Idempotency-Key header, if sent, with the payment id. The header is a structured string in the
// IETF draft ("quoted") and a bare one in most clients; both are read.
func checkKey(request Request, paymentID string) error {
	if request.IdempotencyKeys == 0 {
		return nil
	}
	key := request.IdempotencyKey
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	if request.IdempotencyKeys > 1 || key != paymentID {
		return payment.ProblemIdempotencyKeyMismatch.With("the paymentId is the idempotency key; leave the header out or send the same")
	}
	return nil
}

// clip keeps a caller's text short in a detail.
func clip(text string) string {
	const limit = 60
	if len(text) > limit {
		return text[:limit] + "..."
	}
	return text
}
