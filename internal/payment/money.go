package payment

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// MaxMinorUnits bounds one payment: 15 decimal digits, the most that every reader of JSON numbers keeps exactly
// (an IEEE 754 double has 15 safe decimal digits), and 9,200 such payments still fit one int64 sum.
const MaxMinorUnits int64 = 999_999_999_999_999

// maxAmountDigits is the number of decimal digits of MaxMinorUnits.
const maxAmountDigits = 15

// maxAmountText bounds the text of an amount in bytes; longer text can only be padding.
const maxAmountText = 64

// Money is an exact amount: a whole number of the currency's minor units (cents, yen, fils) and its ISO 4217 code.
type Money struct {
	MinorUnits int64
	Currency   string
}

// ParseMoney reads amount (a decimal in JSON's number grammar, for example 12.50 or 1.25e1) in currency.
//
// It is exact: 0.001 USD and 1.5 JPY are errors, 10.000 USD is 1000 cents. Every error is a *Problem.
func ParseMoney(amount, currency string) (Money, error) {
	exponent, ok := MinorUnitDigits(currency)
	if !ok {
		return Money{}, ProblemUnknownCurrency.With("currency %s is not an active ISO 4217 code (three upper-case letters)", quote(currency))
	}
	if len(amount) > maxAmountText {
		return Money{}, ProblemAmountFormat.With("amount has %d characters, at most %d are read", len(amount), maxAmountText)
	}
	if !isJSONNumber(amount) {
		return Money{}, ProblemAmountFormat.With("amount %s is not a decimal number", quote(amount))
	}
	decimal, _, err := apd.NewFromString(amount)
	if err != nil {
		// The grammar is right, so only an exponent beyond the library's range is left.
		return Money{}, exponentProblem(amount)
	}
	if problem := checkSign(decimal, amount); problem != nil {
		return Money{}, problem
	}
	units, problem := minorUnits(decimal, exponent, amount, currency)
	if problem != nil {
		return Money{}, problem
	}
	return Money{MinorUnits: units, Currency: currency}, nil
}

// minorUnits scales decimal by 10^exponent; what does not come out whole, or is too large, is a Problem.
func minorUnits(decimal *apd.Decimal, exponent int, amount, currency string) (int64, error) {
	var reduced apd.Decimal
	reduced.Reduce(decimal)
	shift := int(reduced.Exponent) + exponent
	if shift < 0 {
		return 0, ProblemAmountPrecision.With("amount %s has more decimals than %s allows (%d)", quote(amount), currency, exponent)
	}
	if int(reduced.NumDigits())+shift > maxAmountDigits {
		return 0, ProblemAmountTooLarge.With("amount %s is above the limit of %d minor units", quote(amount), MaxMinorUnits)
	}
	units := reduced.Coeff.Int64()
	for range shift {
		units *= 10
	}
	return units, nil
}

// checkSign refuses everything that is not above zero; the text's sign counts, so that -0 is not taken for 0.
func checkSign(decimal *apd.Decimal, amount string) error {
	switch {
	case decimal.IsZero() && decimal.Negative:
		return ProblemAmountNegativeZero.With("amount %s is negative zero", quote(amount))
	case decimal.IsZero():
		return ProblemAmountZero.With("amount is zero")
	case decimal.Negative:
		return ProblemAmountNegative.With("amount %s is negative", quote(amount))
	}
	return nil
}

// exponentProblem judges a number whose exponent no decimal library holds, from its text alone.
func exponentProblem(amount string) error {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(amount), "e")
	negative := strings.HasPrefix(mantissa, "-")
	zero := !strings.ContainsAny(mantissa, "123456789")
	switch {
	case zero && negative:
		return ProblemAmountNegativeZero.With("amount %s is negative zero", quote(amount))
	case zero:
		return ProblemAmountZero.With("amount is zero")
	case negative:
		return ProblemAmountNegative.With("amount %s is negative", quote(amount))
	case strings.HasPrefix(exponent, "-"):
		return ProblemAmountPrecision.With("amount %s has too many decimals", quote(amount))
	}
	return ProblemAmountTooLarge.With("amount %s is above the limit of %d minor units", quote(amount), MaxMinorUnits)
}

// Amount is the canonical decimal text: the currency's own number of decimals, no exponent, for example "12.50".
func (m Money) Amount() string {
	exponent, ok := MinorUnitDigits(m.Currency)
	if !ok || exponent == 0 {
		return strconv.FormatInt(m.MinorUnits, 10)
	}
	sign, digits := "", strconv.FormatInt(m.MinorUnits, 10)
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for len(digits) <= exponent {
		digits = "0" + digits
	}
	return sign + digits[:len(digits)-exponent] + "." + digits[len(digits)-exponent:]
}

// String is the amount and the currency, for logs and messages.
func (m Money) String() string { return m.Amount() + " " + m.Currency }

// Validate tells whether m is an amount that a payment may have.
func (m Money) Validate() error {
	if _, ok := MinorUnitDigits(m.Currency); !ok {
		return fmt.Errorf("validate money: currency %q is not an active ISO 4217 code", m.Currency)
	}
	if m.MinorUnits <= 0 || m.MinorUnits > MaxMinorUnits {
		return fmt.Errorf("validate money: %d minor units are not in 1..%d", m.MinorUnits, MaxMinorUnits)
	}
	return nil
}

// isJSONNumber checks RFC 8259's number grammar: no plus sign, no leading zeros, no bare point, no NaN.
func isJSONNumber(text string) bool {
	text = strings.TrimPrefix(text, "-")
	whole := leadingDigits(text)
	if whole == 0 || (whole > 1 && text[0] == '0') {
		return false
	}
	text = text[whole:]
	if strings.HasPrefix(text, ".") {
		fraction := leadingDigits(text[1:])
		if fraction == 0 {
			return false
		}
		text = text[1+fraction:]
	}
	if text != "" && (text[0] == 'e' || text[0] == 'E') {
		text = text[1:]
		if text != "" && (text[0] == '+' || text[0] == '-') {
			text = text[1:]
		}
		exponent := leadingDigits(text)
		return exponent > 0 && exponent == len(text)
	}
	return text == ""
}

func leadingDigits(text string) int {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return i
		}
	}
	return len(text)
}
