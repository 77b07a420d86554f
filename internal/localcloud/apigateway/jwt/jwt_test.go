package jwt

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	library "github.com/go-jose/go-jose/v4/jwt"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/issuer"
)

type world struct {
	*issuer.Issuer
	server   *httptest.Server
	requests atomic.Int64
	broken   atomic.Bool
	now      time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Now()}
	var handler http.Handler
	w.server = httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.requests.Add(1)
		if w.broken.Load() {
			http.Error(out, "broken", http.StatusServiceUnavailable)
			return
		}
		handler.ServeHTTP(out, r)
	}))
	t.Cleanup(w.server.Close)
	made, err := issuer.New(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.Issuer, handler = made, made.Handler()
	return w
}

func (w *world) verifier() *Verifier {
	return New(Settings{Issuer: w.server.URL, Audience: []string{"payments", "other"}}, w.server.Client(), func() time.Time { return w.now })
}

func (w *world) token(t *testing.T, claims map[string]any) string {
	t.Helper()
	token, err := w.Token("payer-1", "payments", time.Hour, claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// sign makes a token with an algorithm and a key of the test's choice.
func sign(t *testing.T, algorithm jose.SignatureAlgorithm, key any, issuerURL string) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := library.Signed(signer).Claims(map[string]any{"iss": issuerURL, "aud": "payments", "exp": time.Now().Add(time.Hour).Unix()}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestVerify(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) any { return w.now.Add(d).Unix() }
	type claims = map[string]any
	for _, test := range []struct {
		name   string
		token  string
		scopes []string
		say    string // "" is accepted
		scope  bool
	}{
		{"good", w.token(t, nil), nil, "", false},
		{"several audiences", w.token(t, claims{"aud": []string{"x", "other"}}), nil, "", false},
		{"client_id instead of aud", w.token(t, claims{"aud": nil, "client_id": "payments"}), nil, "", false},
		{"no audience", w.token(t, claims{"aud": nil}), nil, "valid audience", false},
		{"wrong audience", w.token(t, claims{"aud": "x"}), nil, "valid audience", false},
		{"wrong aud and good client_id", w.token(t, claims{"aud": "x", "client_id": "payments"}), nil, "valid audience", false},
		{"audience of another type", w.token(t, claims{"aud": 7, "client_id": "payments"}), nil, "valid audience", false},
		{"wrong issuer", w.token(t, claims{"iss": "https://issuer.example"}), nil, "valid issuer", false},
		{"no issuer", w.token(t, claims{"iss": nil}), nil, "valid issuer", false},
		{"expired", w.token(t, claims{"exp": at(-time.Second)}), nil, "expired", false},
		{"expires now", w.token(t, claims{"exp": at(0)}), nil, "expired", false},
		{"no expiry", w.token(t, claims{"exp": nil}), nil, "expired", false},
		{"expiry of another type", w.token(t, claims{"exp": "tomorrow"}), nil, "expired", false},
		{"not yet valid", w.token(t, claims{"nbf": at(time.Minute)}), nil, "not valid yet (nbf)", false},
		{"valid since a minute", w.token(t, claims{"nbf": at(-time.Minute)}), nil, "", false},
		{"issued in the future", w.token(t, claims{"iat": at(time.Minute)}), nil, "not valid yet (iat)", false},
		{"no iat", w.token(t, claims{"iat": nil}), nil, "", false},
		{"a scope of the route", w.token(t, claims{"scope": "read pay"}), []string{"admin", "pay"}, "", false},
		{"scopes as a list", w.token(t, claims{"scp": []string{"pay"}}), []string{"pay"}, "", false},
		{"no scope of the route", w.token(t, claims{"scope": "read payments"}), []string{"pay"}, "required scope", true},
		{"no token", "", nil, "decode", false},
		{"three dots", "a.b.c", nil, "decode", false},
		{"HMAC", sign(t, jose.HS256, jose.JSONWebKey{Key: make([]byte, 32), KeyID: "x"}, w.URL()), nil, "decode", false},
		{"no key id", sign(t, jose.RS256, stranger, w.URL()), nil, "kid", false},
		{"unknown key", sign(t, jose.RS256, jose.JSONWebKey{Key: stranger, KeyID: "stranger"}, w.URL()), nil, "does not publish", false},
		{"no algorithm", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", nil, "decode", false},
		{"changed", changed(w.token(t, nil)), nil, "signature", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := v.Verify(t.Context(), test.token, test.scopes)
			var refusal *Refusal
			switch {
			case test.say == "" && (err != nil || got["sub"] != "payer-1"):
				t.Errorf("Verify = %v, %v; want it accepted", got, err)
			case test.say != "" && (!errors.As(err, &refusal) || !strings.Contains(refusal.Description, test.say) || refusal.Scope != test.scope):
				t.Errorf("Verify = %v, %v; want a refusal: %q", got, err, test.say)
			}
		})
	}
}

// changed gives the token another signature.
func changed(token string) string {
	parts := strings.Split(token, ".")
	letters := []byte(parts[2])
	if letters[10] == 'A' {
		letters[10] = 'B'
	} else {
		letters[10] = 'A'
	}
	return parts[0] + "." + parts[1] + "." + string(letters)
}

func TestRSAOfOneKeyIDWithAnotherKey(t *testing.T) {
	w := newWorld(t)
	parsed, err := library.ParseSigned(w.token(t, nil), algorithms)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged := sign(t, jose.RS256, jose.JSONWebKey{Key: stranger, KeyID: parsed.Headers[0].KeyID}, w.URL())
	if _, err := w.verifier().Verify(t.Context(), forged, nil); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Errorf("Verify = %v, want: signature", err)
	}
}

// A signature that was verified once says nothing of the time, of the scopes, or of a key that is no longer published.
func TestRememberedSignatures(t *testing.T) {
	w := newWorld(t)
	v, token := w.verifier(), w.token(t, map[string]any{"scope": "read"})
	verify := func(scopes ...string) string {
		if _, err := v.Verify(t.Context(), token, scopes); err != nil {
			return err.Error()
		}
		return ""
	}
	for range 2 {
		if got := verify(); got != "" {
			t.Fatal(got)
		}
	}
	if got := verify("pay"); !strings.Contains(got, "required scope") {
		t.Errorf("another scope: %q", got)
	}
	// The issuer publishes another key under the same id.
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	published := v.keys
	v.keys = map[string]jose.JSONWebKey{}
	for id := range published {
		v.keys[id] = jose.JSONWebKey{Key: &stranger.PublicKey, KeyID: id}
	}
	if got := verify(); !strings.Contains(got, "signature") {
		t.Errorf("with another key: %q", got)
	}
	v.keys = published
	started := w.now
	w.now = started.Add(2 * time.Hour)
	if got := verify(); !strings.Contains(got, "expired") {
		t.Errorf("two hours later: %q", got)
	}
	w.now = started.Add(refetch)
	v.keys, v.fetched = nil, time.Time{}
	for range 2 { // one that was published before may still be
		if err := w.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	if got := verify(); !strings.Contains(got, "does not publish") {
		t.Errorf("after two rotations: %q", got)
	}
}

func TestKeysAreCached(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	verify := func(claims map[string]any) error {
		t.Helper()
		_, err := v.Verify(t.Context(), w.token(t, claims), nil)
		return err
	}
	forever := map[string]any{"exp": w.now.Add(100 * time.Hour).Unix()}
	for range 5 {
		if err := verify(forever); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.requests.Load(); got != 2 {
		t.Errorf("%d requests to the issuer, want 2: discovery and keys", got)
	}

	// A rotation is seen at once, but not more often than every 10 s.
	if err := w.Rotate(); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(refetch)
	if err := verify(forever); err != nil {
		t.Errorf("a new key: %v", err)
	}
	if err := w.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := verify(forever); err == nil {
		t.Error("the issuer was asked again within 10 s")
	}
	w.now = w.now.Add(refetch)
	if err := verify(forever); err != nil {
		t.Errorf("10 s later: %v", err)
	}

	// An issuer that is down does no harm until the cache is old.
	w.broken.Store(true)
	w.now = w.now.Add(cacheLifetime - time.Second)
	if err := verify(forever); err != nil {
		t.Errorf("the issuer is down and the keys are cached: %v", err)
	}
	w.now = w.now.Add(2 * time.Second)
	if err := verify(forever); err == nil || !strings.Contains(err.Error(), "OIDC discovery endpoint communication error") {
		t.Errorf("the issuer is down and the cache is old: %v", err)
	}
	w.broken.Store(false)
	w.now = w.now.Add(refetch)
	if err := verify(forever); err != nil {
		t.Errorf("the issuer is back: %v", err)
	}
}

func TestSlowIssuerDelaysOnlyThoseWhoNeedIt(t *testing.T) {
	w := newWorld(t)
	v := w.verifier()
	good := w.token(t, nil)
	if _, err := v.Verify(t.Context(), good, nil); err != nil {
		t.Fatal(err)
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(refetch)
	v.fetching.Lock() // as if a request to the issuer hung
	waiting := make(chan error, 1)
	go func() {
		_, err := v.Verify(t.Context(), sign(t, jose.RS256, jose.JSONWebKey{Key: stranger, KeyID: "stranger"}, w.URL()), nil)
		waiting <- err
	}()
	if _, err := v.Verify(t.Context(), good, nil); err != nil {
		t.Errorf("a token of a cached key: %v", err)
	}
	v.fetching.Unlock()
	if err := <-waiting; err == nil {
		t.Error("a stranger's token was accepted")
	}
}

func TestTooManyKeys(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat(" ", maximumKeys+1) + "{}"))
	}))
	defer server.Close()
	w := newWorld(t)
	v := New(Settings{Issuer: server.URL}, server.Client(), time.Now)
	if _, err := v.Verify(t.Context(), w.token(t, nil), nil); err == nil || !strings.Contains(err.Error(), "more than 150000 bytes") {
		t.Errorf("Verify = %v, want a refusal of so many bytes", err)
	}
}

func TestStrings(t *testing.T) {
	w := newWorld(t)
	claims, err := w.verifier().Verify(t.Context(), w.token(t, map[string]any{"groups": []string{"a", "b"}, "auth_time": 1588000000, "admin": true}), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := claims.Strings()
	if got["groups"] != "[a b]" || got["auth_time"] != "1588000000" || got["admin"] != "true" || got["sub"] != "payer-1" {
		t.Errorf("claims %v", got)
	}
}
