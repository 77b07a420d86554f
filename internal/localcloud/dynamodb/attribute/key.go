package attribute

import (
	"encoding/binary"
	"strings"
)

// AppendKey appends an encoding of a key value (S, N or B) whose byte order is the value's order and of which none is
// the beginning of another, so that encodings can be joined.
func AppendKey(to []byte, value Value) []byte {
	if value.Kind == Number {
		return appendNumberKey(to, value.Text)
	}
	to = AppendKeyPrefix(to, value.Text)
	return append(to, 0, 1)
}

// AppendKeyPrefix appends what every encoding of a string or binary that begins with text begins with: zero bytes are
// escaped, so that the end mark 0 1 sorts before every continuation.
func AppendKeyPrefix(to []byte, text string) []byte {
	for i := range len(text) {
		to = append(to, text[i])
		if text[i] == 0 {
			to = append(to, 0xff)
		}
	}
	return to
}

// appendNumberKey writes sign, biased exponent and digits; those of negative numbers are inverted.
func appendNumberKey(to []byte, canonical string) []byte {
	if canonical == "0" {
		return append(to, 1)
	}
	digits, negative := strings.CutPrefix(canonical, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	significant := strings.TrimLeft(whole+fraction, "0")
	// The number is 0.<significant> times ten to the exponent.
	exponent := len(significant) - len(fraction)
	significant = strings.TrimRight(significant, "0")
	encoded := binary.BigEndian.AppendUint16(nil, uint16(exponent+1000))
	encoded = append(append(encoded, significant...), 0)
	sign := byte(2)
	if negative {
		sign = 0
		for i := range encoded {
			encoded[i] = ^encoded[i]
		}
	}
	return append(append(to, sign), encoded...)
}

// PrefixEnd is the smallest key above every key that begins with prefix; empty means that there is none.
func PrefixEnd(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for len(end) > 0 {
		if last := len(end) - 1; end[last] < 0xff {
			end[last]++
			return end
		}
		end = end[:len(end)-1]
	}
	return nil
}
