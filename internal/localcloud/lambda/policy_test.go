package lambda

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestArnLike(t *testing.T) {
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
		if got := arnLike(test.pattern, test.arn); got != test.want {
			t.Errorf("arnLike(%q, %q) = %t", test.pattern, test.arn, got)
		}
	}
}

// TestLikeAgreesWithARegularExpression compares with a slow, obvious twin.
func TestLikeAgreesWithARegularExpression(t *testing.T) {
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
		if got := like(pattern, given); got != want {
			t.Fatalf("seed %d: like(%q, %q) = %t, want %t", seed, pattern, given, got, want)
		}
	}
}

func TestPolicy(t *testing.T) {
	c := start(t, Options{})
	const source = "arn:aws:events:us-east-1:123456789012:rule/every-minute"
	invoke := func(caller Caller) error {
		_, err := c.Invoke(t.Context(), Invocation{Function: "probe", Caller: caller})
		return err
	}
	denied := func(err error) bool {
		var known *Error
		return errors.As(err, &known) && known.Code == CodeDenied && known.Status == 403
	}
	if err := invoke(Caller{}); err != nil {
		t.Errorf("an identity of the account is refused: %v", err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source}); !denied(err) {
		t.Errorf("without a statement: %v, want AccessDeniedException", err)
	}
	statement := Permission{StatementID: "events", Action: "lambda:InvokeFunction", Principal: "events.amazonaws.com", SourceARN: source}
	if err := c.AddPermission("probe", statement); err != nil {
		t.Fatal(err)
	}
	var known *Error
	if err := c.AddPermission("probe", statement); !errors.As(err, &known) || known.Code != "ResourceConflictException" {
		t.Errorf("the same statement twice: %v", err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source}); err != nil {
		t.Errorf("with its statement: %v", err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source + "-or-so"}); !denied(err) {
		t.Errorf("another rule: %v", err)
	}
	if err := invoke(Caller{"apigateway.amazonaws.com", source}); !denied(err) {
		t.Errorf("another service: %v", err)
	}
	if err := c.RemovePermission("probe", "events"); err != nil {
		t.Fatal(err)
	}
	if err := invoke(Caller{"events.amazonaws.com", source}); !denied(err) {
		t.Errorf("after the statement was removed: %v", err)
	}
	if err := c.RemovePermission("probe", "events"); !errors.As(err, &known) || known.Code != CodeNotFound {
		t.Errorf("removed twice: %v", err)
	}
	for _, wrong := range []Permission{{}, {StatementID: "a", Action: "lambda:GetFunction", Principal: "x"}, {StatementID: "a", Action: "lambda:InvokeFunction", Principal: "x", SourceARN: "rule"}} {
		if err := c.AddPermission("probe", wrong); err == nil {
			t.Errorf("permission %+v was taken", wrong)
		}
	}
}
