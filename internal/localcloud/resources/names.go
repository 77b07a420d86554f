package resources

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// hexWord is text that looks random, the same for the same seed; at most 64 digits.
func hexWord(seed string, length int) string {
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:])[:length]
}

// word is the same in small letters and digits; at most 52.
func word(seed string, length int) string {
	sum := sha256.Sum256([]byte(seed))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:length]
}

// fileName makes a file's name of a hash in base64.
func fileName(hash string) string {
	raw, err := base64.StdEncoding.DecodeString(hash)
	if err != nil {
		return hexWord(hash, 64)
	}
	return hex.EncodeToString(raw)
}
