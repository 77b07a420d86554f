package client

import (
	"strconv"
	"strings"
)

// decimal is an exact number: digits (no leading or trailing zeros, empty for zero) times ten to the exponent. Equal
// numbers are equal values, so 12.5, "12.50" and 1.25e1 compare with ==.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// maxAmountText bounds an amount in bytes, as the API does.
const maxAmountText = 64

// parseDecimal reads JSON's number grammar (RFC 8259, section 6).
func parseDecimal(text string) (decimal, bool) {
	if len(text) > maxAmountText {
		return decimal{}, false
	}
	var number decimal
	rest, negative := strings.CutPrefix(text, "-")
	number.negative = negative
	whole, rest := leadingDigits(rest)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return decimal{}, false
	}
	var fraction string
	if after, ok := strings.CutPrefix(rest, "."); ok {
		if fraction, rest = leadingDigits(after); fraction == "" {
			return decimal{}, false
		}
	}
	if rest != "" {
		if rest[0] != 'e' && rest[0] != 'E' {
			return decimal{}, false
		}
		exponent, ok := parseExponent(rest[1:])
		if !ok {
			return decimal{}, false
		}
		number.exponent = exponent
	}
	number.exponent -= len(fraction)
	return number.reduce(whole + fraction), true
}

// parseExponent reads a signed whole number. One beyond nine digits belongs to no amount.
func parseExponent(text string) (int, bool) {
	unsigned := strings.TrimLeft(text, "+-")
	if len(text)-len(unsigned) > 1 {
		return 0, false
	}
	digits, rest := leadingDigits(unsigned)
	trimmed := strings.TrimLeft(digits, "0")
	if digits == "" || rest != "" || len(trimmed) > 9 {
		return 0, false
	}
	exponent, err := strconv.Atoi("0" + trimmed)
	if strings.HasPrefix(text, "-") {
		exponent = -exponent
	}
	return exponent, err == nil
}

func (d decimal) reduce(digits string) decimal {
	digits = strings.TrimLeft(digits, "0")
	d.digits = strings.TrimRight(digits, "0")
	d.exponent += len(digits) - len(d.digits)
	if d.digits == "" {
		d.exponent = 0
	}
	return d
}

func leadingDigits(text string) (digits, rest string) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return text[:i], text[i:]
		}
	}
	return text, ""
}
