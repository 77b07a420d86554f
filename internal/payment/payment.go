package payment

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// DefaultCurrency is what a request without a currency is charged in, as in the original system.
const DefaultCurrency = "USD"

// MaxPaymentID bounds a payment id in characters.
const MaxPaymentID = 128

// Payment is what a payer asks for. ID is the idempotency key: one id, one request, one outcome (invariant I3).
type Payment struct {
	ID    string
	Money Money
}

// ValidateID checks a payment id: 1 to MaxPaymentID characters, a letter or digit first, then letters, digits and
// . _ ~ : - (what stands in a URL path unescaped, so that GET /payments/{id} names the same payment everywhere).
func ValidateID(id string) error {
	if id == "" {
		return ProblemMissingField.With("paymentId is missing or empty")
	}
	if len(id) > MaxPaymentID {
		return ProblemPaymentIDTooLong.With("paymentId has %d bytes, at most %d are allowed", len(id), MaxPaymentID)
	}
	for i := range len(id) {
		if !idCharacter(id[i], i == 0) {
			return ProblemPaymentIDCharacters.With("paymentId %s has a character that is not allowed at byte %d", quote(id), i+1)
		}
	}
	return nil
}

func idCharacter(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	case c == '.', c == '_', c == '~', c == ':', c == '-':
		return !first
	}
	return false
}

// Validate checks a payment that did not come through ParseRequest.
func (p Payment) Validate() error {
	if err := ValidateID(p.ID); err != nil {
		return err
	}
	return p.Money.Validate()
}

// Fingerprint identifies what is asked for: two requests with one id are the same payment exactly when their
// fingerprints are equal. It is the SHA-256, in hex, of the canonical request, so 10, "10.00" and 1e1 are one.
func (p Payment) Fingerprint() string {
	canonical := make([]byte, 0, 192)
	canonical = append(canonical, "payment/1\n"...)
	canonical = append(canonical, p.ID...)
	canonical = append(canonical, '\n')
	canonical = strconv.AppendInt(canonical, p.Money.MinorUnits, 10)
	canonical = append(canonical, '\n')
	canonical = append(canonical, p.Money.Currency...)
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
