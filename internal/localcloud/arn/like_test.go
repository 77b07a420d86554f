package arn

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestLike(t *testing.T) {
	const api = "arn:aws:execute-api:us-east-1:123456789012:abc123/$default/POST/payments"
	for _, test := range []struct {
		pattern, arn string
		want         bool
	}{
		{api, api, true},
		{"arn:aws:execute-api:us-east-1:123456789012:abc123/*", api, true},
		{"arn:aws:execute-api:us-east-1:123456789012:abc123/$default/GET/payments/*", "arn:aws:execute-api:us-east-1:123456789012:abc123/$default/GET/payments/{id}", true},
		{"arn:aws:execute-api:us-east-1:123456789012:abc123/$default/GET/payments/*", api, false},
		{"arn:aws:execute-api:*:123456789012:abc123/*", api, true},
		{"arn:aws:execute-api:us-????-1:123456789012:abc123/*", api, true},
		{"arn:aws:*:abc123/*", api, false}, // a * does not reach over a colon
		{"*", api, false},
		{"arn:aws:execute-api:us-east-1:123456789012:abc*", "arn:aws:execute-api:us-east-1:123456789012:abc:with:colons", true},
		{"arn:aws:events:us-east-1:123456789012:rule/a", "arn:aws:events:us-west-2:123456789012:rule/a", false},
		{"arn:aws:events:us-east-1:123456789012:rule/a", "arn:aws:events:us-east-1:123456789012:rule/ab", false},
	} {
		if got := Like(test.pattern, test.arn); got != test.want {
			t.Errorf("Like(%q, %q) = %t", test.pattern, test.arn, got)
		}
	}
}

// TestMatchAgreesWithARegularExpression compares with a slow, obvious twin.
func TestMatchAgreesWithARegularExpression(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	text := func(alphabet string, length int) string {
		var out strings.Builder
		for range random.IntN(length) {
			out.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		return out.String()
	}
	for range 20_000 {
		pattern, given := text("ab*?", 8), text("ab", 10)
		expression := strings.NewReplacer("*", ".*", "?", ".").Replace(pattern)
		want := regexp.MustCompile("^" + expression + "$").MatchString(given)
		if got := Match(pattern, given); got != want {
			t.Fatalf("seed %d: Match(%q, %q) = %t, want %t", seed, pattern, given, got, want)
		}
	}
}
