package attribute

import (
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// The limits of a number: 38 digits, magnitude 1E-130 to 9.9999...E+125 (developer guide, "Number").
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// The errors of a number, with DynamoDB's texts.
var (
	ErrNumberPrecision = ValidationError{"Attempting to store more than 38 significant digits in a Number"}
	ErrNumberOverflow  = ValidationError{"Number overflow. Attempting to store a number with magnitude larger than supported range"}
	ErrNumberUnderflow = ValidationError{"Number underflow. Attempting to store a number with magnitude smaller than supported range"}
)

// numberSyntaxError is a text that is no number.
type numberSyntaxError struct{ text string }

func (e numberSyntaxError) Error() string {
	if e.text == "" {
		return "The parameter cannot be converted to a numeric value"
	}
	return "The parameter cannot be converted to a numeric value: " + e.text
}

// CanonicalNumber is the one spelling of the number in text: plain decimal, no exponent, no surplus zeros, no "-0".
// Its errors have DynamoDB's texts.
func CanonicalNumber(text string) (string, error) {
	// apd also reads words (NaN, Infinity) and would give a huge exponent its memory.
	if text == "" || len(text) > 512 || strings.IndexFunc(text, notNumeric) >= 0 {
		return "", numberSyntaxError{text}
	}
	parsed, _, err := apd.NewFromString(text)
	if err != nil || parsed.Form != apd.Finite {
		return "", numberSyntaxError{text}
	}
	return canonical(parsed)
}

func notNumeric(r rune) bool {
	return (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r)
}

func canonical(number *apd.Decimal) (string, error) {
	if number.IsZero() {
		return "0", nil
	}
	var reduced apd.Decimal
	reduced.Reduce(number)
	digits := reduced.NumDigits()
	magnitude := int64(reduced.Exponent) + digits - 1
	switch {
	case magnitude > maxExponent:
		return "", ErrNumberOverflow
	case magnitude < minExponent:
		return "", ErrNumberUnderflow
	case digits > maxDigits:
		return "", ErrNumberPrecision
	}
	return reduced.Text('f'), nil
}

// decimal reads a canonical number.
func decimal(canonical string) *apd.Decimal {
	parsed, _, err := apd.NewFromString(canonical)
	if err != nil {
		panic("attribute: number is not in canonical form: " + canonical)
	}
	return parsed
}

// CompareNumbers orders two canonical numbers by value.
func CompareNumbers(a, b string) int {
	if a == b {
		return 0
	}
	return decimal(a).Cmp(decimal(b))
}

// Add is a+b of two canonical numbers.
func Add(a, b string) (string, error) {
	var sum apd.Decimal
	if _, err := apd.BaseContext.WithPrecision(0).Add(&sum, decimal(a), decimal(b)); err != nil {
		return "", ErrNumberOverflow
	}
	return canonical(&sum)
}

// Subtract is a-b of two canonical numbers.
func Subtract(a, b string) (string, error) {
	var difference apd.Decimal
	if _, err := apd.BaseContext.WithPrecision(0).Sub(&difference, decimal(a), decimal(b)); err != nil {
		return "", ErrNumberOverflow
	}
	return canonical(&difference)
}
