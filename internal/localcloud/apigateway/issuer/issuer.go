// Package issuer is an OpenID Connect issuer for this machine: discovery, keys, and tokens for anybody who asks the Go
// value. It has no login and no token endpoint: it is for tests and drills, and keeps its keys in memory.
package issuer

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Paths of the two documents, below the issuer's URL.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeysPath      = "/.well-known/jwks.json"
)

// Issuer mints tokens. Its methods are safe for concurrent use.
type Issuer struct {
	url string

	mutex sync.Mutex
	keys  []jose.JSONWebKey // private; the last one signs
}

// New makes an issuer with one key. url is what tokens name as iss, to the letter: where the Handler is served.
func New(url string) (*Issuer, error) {
	i := &Issuer{url: url}
	return i, i.Rotate()
}

// URL is the issuer's name.
func (i *Issuer) URL() string { return i.url }

// Rotate makes a new key that signs from now on; the old ones stay in the key set.
func (i *Issuer) Rotate() error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("make issuer's key: %w", err)
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.keys = append(i.keys, jose.JSONWebKey{Key: private, KeyID: hex.EncodeToString(id[:]), Algorithm: string(jose.RS256), Use: "sig"})
	return nil
}

// Forget drops every key but the one that signs: tokens of the others become worthless when caches expire.
func (i *Issuer) Forget() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.keys = i.keys[len(i.keys)-1:]
}

// Token mints a token for a subject and an audience, valid from now for lifetime. claims are added and win; a nil value
// removes a claim.
func (i *Issuer) Token(subject, audience string, lifetime time.Duration, claims map[string]any) (string, error) {
	now := time.Now()
	all := map[string]any{
		"iss": i.url, "sub": subject, "aud": audience, "iat": now.Add(-time.Second).Unix(), "exp": now.Add(lifetime).Unix(),
	}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	i.mutex.Lock()
	key := i.keys[len(i.keys)-1]
	i.mutex.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	token, err := jwt.Signed(signer).Claims(all).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return token, nil
}

// Handler serves the discovery document and the public keys.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+DiscoveryPath, func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{
			"issuer": i.url, "jwks_uri": strings.TrimSuffix(i.url, "/") + KeysPath, "id_token_signing_alg_values_supported": []string{string(jose.RS256)},
			"response_types_supported": []string{"token"}, "subject_types_supported": []string{"public"},
		})
	})
	mux.HandleFunc("GET "+KeysPath, func(w http.ResponseWriter, _ *http.Request) {
		i.mutex.Lock()
		set := jose.JSONWebKeySet{}
		for _, key := range i.keys {
			set.Keys = append(set.Keys, key.Public())
		}
		i.mutex.Unlock()
		write(w, set)
	})
	return mux
}

func write(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(document) // a reader that hung up
}
