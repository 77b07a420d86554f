package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// DefaultCurrency is what a payment without a currency is charged in.
const DefaultCurrency = "USD"

// maxPaymentID bounds a payment id in bytes, as the API does.
const maxPaymentID = 128

// Payment is what to pay. One id has one amount and one currency for ever.
type Payment struct {
	// ID is the idempotency key: 1 to 128 letters, digits and . _ ~ : - (a letter or digit first). Empty means a new
	// UUIDv7; take it from the receipt or the error to send the payment again.
	ID string
	// Amount is a decimal above zero with at most the currency's own decimals, for example "12.50". There is no float
	// in this package; FormatMinorUnits writes whole minor units.
	Amount string
	// Currency is an ISO 4217 code; empty means DefaultCurrency.
	Currency string
	// Sent: an earlier call with this id ended with an unknown outcome. It is set in the Payment of such an error. A
	// call that is refused, say for an expired token, then stays OutcomeUnknown: it says nothing about the earlier one.
	Sent bool
}

// FormatMinorUnits writes units (cents, yen, fils) as an amount of a currency with that many decimals (ISO 4217: USD 2,
// JPY 0, KWD 3): FormatMinorUnits(1250, 2) is "12.50".
func FormatMinorUnits(units int64, decimals int) string {
	sign, digits := "", strconv.FormatInt(units, 10)
	if units < 0 {
		sign, digits = "-", digits[1:]
	}
	if decimals <= 0 {
		return sign + digits
	}
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - decimals
	return sign + digits[:point] + "." + digits[point:]
}

// complete fills in what was left empty and checks what the API would refuse whoever asks. The API's own check is the
// complete one; this one is never stricter (a test compares them).
func (p Payment) complete() (Payment, error) {
	p.Currency = cmp.Or(p.Currency, DefaultCurrency)
	if p.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return p, fmt.Errorf("make payment id: %w", err)
		}
		p.ID = id.String()
	}
	if err := validateID(p.ID); err != nil {
		return p, err
	}
	if p.Amount == "" {
		return p, invalid("missing-field", "A required field is missing", "amount is empty")
	}
	if _, ok := parseDecimal(p.Amount); !ok {
		return p, invalid("amount-format", "Amount is not a decimal number", fmt.Sprintf("amount is %.40q", p.Amount))
	}
	return p, nil
}

// validateID checks an id by the API's rule: only what stands in a URL path and in a header unescaped.
func validateID(id string) error {
	switch {
	case id == "":
		return invalid("missing-field", "A required field is missing", "payment id is empty")
	case len(id) > maxPaymentID:
		return invalid("payment-id-too-long", "Payment id too long", fmt.Sprintf("it has %d bytes, at most %d are allowed", len(id), maxPaymentID))
	}
	for i := range len(id) {
		c := id[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || !strings.ContainsRune("._~:-", rune(c))) {
			return invalid("payment-id-characters", "Payment id has characters that are not allowed", fmt.Sprintf("%.40q, at byte %d", id, i+1))
		}
	}
	return nil
}

// invalid is a refusal by this package, as the API would have answered it.
func invalid(name, title, detail string) *Problem {
	return &Problem{Type: problemBase + name, Title: title, Status: http.StatusBadRequest, Detail: detail}
}

// unsent is what is known of a payment of which this call sent nothing.
func (p Payment) unsent() Outcome {
	if p.Sent {
		return OutcomeUnknown
	}
	return OutcomeNotRecorded
}

// encode is the body of every try.
func (p Payment) encode() ([]byte, error) {
	body, err := json.Marshal(struct {
		PaymentID string `json:"paymentId"`
		Amount    string `json:"amount"`
		Currency  string `json:"currency"`
	}{p.ID, p.Amount, p.Currency})
	if err != nil {
		return nil, fmt.Errorf("encode payment %s: %w", p.ID, err)
	}
	return body, nil
}
