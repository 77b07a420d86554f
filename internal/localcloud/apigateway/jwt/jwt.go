// Package jwt checks bearer tokens as the JWT authorizer of an HTTP API does ("Control access to HTTP APIs with JWT
// authorizers in API Gateway"): RSA signatures by a key of the issuer's key set, then iss, aud or client_id, exp, nbf, iat,
// then scopes.
package jwt

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// AWS's limits: how long keys are cached, how long a document may take, how many bytes of keys there may be.
const (
	cacheLifetime = 2 * time.Hour
	fetchTimeout  = 1500 * time.Millisecond
	maximumKeys   = 150_000
)

// refetch is how soon an unknown key id, or a fetch that failed, makes it ask the issuer again. AWS documents no figure.
const refetch = 10 * time.Second

var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}

// Settings are an authorizer's configuration.
type Settings struct {
	Issuer   string
	Audience []string
}

// Claims of a token that was accepted.
type Claims map[string]any

// Refusal is why a token was not accepted.
type Refusal struct {
	// Scope tells that the token is good and lacks every scope of the route: 403; otherwise 401.
	Scope bool
	// Description is for the www-authenticate header and the access log.
	Description string
}

func (r *Refusal) Error() string { return r.Description }

func refuse(format string, arguments ...any) *Refusal {
	return &Refusal{Description: fmt.Sprintf(format, arguments...)}
}

// Verifier checks tokens of one issuer. Its methods are safe for concurrent use.
type Verifier struct {
	settings Settings
	client   *http.Client
	now      func() time.Time

	fetching sync.Mutex // one request to the issuer at a time; guards the next two
	tried    time.Time
	failure  error // of the last try

	mutex   sync.Mutex
	keys    map[string]jose.JSONWebKey
	fetched time.Time
	signed  map[string]signed // by token
}

// signed are the claims of a token whose signature was verified with the key.
type signed struct {
	key    any
	claims Claims
}

// maximumSigned is how many signatures are remembered.
const maximumSigned = 1024

// New makes a verifier; client must trust the issuer's certificate.
func New(settings Settings, client *http.Client, now func() time.Time) *Verifier {
	return &Verifier{settings: settings, client: client, now: now}
}

// Verify returns the claims of an accepted token, which must not be changed, or a *Refusal. With scopes, the token must have
// one of them.
func (v *Verifier) Verify(ctx context.Context, token string, scopes []string) (Claims, error) {
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return nil, refuse("unable to decode the token: %s", plain(err))
	}
	id := parsed.Headers[0].KeyID
	if id == "" {
		return nil, refuse("the token names no key (kid)")
	}
	key, err := v.key(ctx, id)
	if err != nil {
		return nil, err
	}
	claims, err := v.decode(token, parsed, key)
	if err != nil {
		return nil, err
	}
	if err := check(claims, v.settings, v.now()); err != nil {
		return nil, err
	}
	if len(scopes) > 0 && !slices.ContainsFunc(claims.Scopes(), func(s string) bool { return slices.Contains(scopes, s) }) {
		return nil, &Refusal{Scope: true, Description: "the token does not have a required scope"}
	}
	return claims, nil
}

// decode verifies the signature unless it did so with this very key. The claims are shared and must not be changed.
func (v *Verifier) decode(token string, parsed *jwt.JSONWebToken, key jose.JSONWebKey) (Claims, error) {
	v.mutex.Lock()
	known, found := v.signed[token]
	v.mutex.Unlock()
	if found && known.key == key.Key {
		return known.claims, nil
	}
	claims, err := decode(parsed, key)
	if err != nil {
		return nil, err
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.signed == nil || len(v.signed) >= maximumSigned {
		v.signed = map[string]signed{}
	}
	v.signed[token] = signed{key.Key, claims}
	return claims, nil
}

// decode verifies the signature and keeps numbers as they are written.
func decode(parsed *jwt.JSONWebToken, key jose.JSONWebKey) (Claims, error) {
	var raw json.RawMessage
	if err := parsed.Claims(key.Key, &raw); err != nil {
		return nil, refuse("the token's signature is not valid")
	}
	var claims Claims
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	if err := decoder.Decode(&claims); err != nil {
		return nil, refuse("unable to decode the token: %s", plain(err))
	}
	return claims, nil
}

// check decides about claims at the time now; it allows no difference of clocks, as AWS documents none.
func check(claims Claims, settings Settings, now time.Time) error {
	if claims["iss"] != settings.Issuer {
		return refuse("the token does not have a valid issuer")
	}
	audience := claims.list("aud")
	if _, has := claims["aud"]; !has {
		audience = claims.list("client_id") // looked at only when there is no aud
	}
	if !slices.ContainsFunc(audience, func(a string) bool { return slices.Contains(settings.Audience, a) }) {
		return refuse("the token does not have a valid audience")
	}
	expires, has, err := claims.time("exp")
	if err != nil || !has || !expires.After(now) {
		return refuse("the token has expired")
	}
	for _, name := range []string{"nbf", "iat"} {
		if at, has, err := claims.time(name); err != nil || has && at.After(now) {
			return refuse("the token is not valid yet (%s)", name)
		}
	}
	return nil
}

// list is a claim that is a string or an array of strings.
func (c Claims) list(name string) []string {
	switch value := c[name].(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, item := range value {
			if text, ok := item.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

func (c Claims) time(name string) (time.Time, bool, error) {
	value, has := c[name]
	if !has {
		return time.Time{}, false, nil
	}
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, true, fmt.Errorf("claim %s is a %T", name, value)
	}
	seconds, err := number.Float64()
	if err != nil {
		return time.Time{}, true, fmt.Errorf("claim %s: %w", name, err)
	}
	return time.UnixMicro(int64(seconds * 1e6)), true, nil
}

// Scopes are those of the claims scope (separated by spaces) or scp.
func (c Claims) Scopes() []string {
	var all []string
	for _, name := range []string{"scope", "scp"} {
		for _, item := range c.list(name) {
			all = append(all, strings.Fields(item)...)
		}
	}
	return all
}

// Strings are the claims as an event shows them: every value as text, arrays as [a b].
func (c Claims) Strings() map[string]string {
	all := make(map[string]string, len(c))
	for name, value := range c {
		all[name] = fmt.Sprint(value)
	}
	return all
}

// key finds the issuer's key, from the cache or anew. Whoever's key is cached never waits for the issuer.
func (v *Verifier) key(ctx context.Context, id string) (jose.JSONWebKey, error) {
	now := v.now()
	if key, ok := v.cached(id, now); ok {
		return key, nil
	}
	v.fetching.Lock()
	defer v.fetching.Unlock()
	if key, ok := v.cached(id, now); ok { // fetched while this one waited
		return key, nil
	}
	if v.tried.IsZero() || now.Sub(v.tried) >= refetch {
		v.tried = now
		var keys map[string]jose.JSONWebKey
		if keys, v.failure = v.fetch(ctx); v.failure == nil {
			v.store(keys, now)
		}
	}
	if key, ok := v.cached(id, now); ok {
		return key, nil
	}
	if v.failure != nil {
		return jose.JSONWebKey{}, refuse("%s", plain(v.failure))
	}
	return jose.JSONWebKey{}, refuse("the token was signed by a key (kid) that the issuer does not publish")
}

func (v *Verifier) cached(id string, now time.Time) (jose.JSONWebKey, bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	key, known := v.keys[id]
	return key, known && now.Sub(v.fetched) < cacheLifetime
}

func (v *Verifier) store(keys map[string]jose.JSONWebKey, now time.Time) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.keys, v.fetched = keys, now
}

func (v *Verifier) fetch(ctx context.Context) (map[string]jose.JSONWebKey, error) {
	// One request's caller that hangs up must not cost the others their keys.
	ctx = context.WithoutCancel(ctx)
	var discovery struct {
		Keys string `json:"jwks_uri"`
	}
	if err := v.get(ctx, strings.TrimSuffix(v.settings.Issuer, "/")+"/.well-known/openid-configuration", &discovery); err != nil {
		return nil, fmt.Errorf("OIDC discovery endpoint communication error: %w", err)
	}
	var set jose.JSONWebKeySet
	if err := v.get(ctx, discovery.Keys, &set); err != nil {
		return nil, fmt.Errorf("JWKS endpoint communication error: %w", err)
	}
	keys := map[string]jose.JSONWebKey{}
	for _, key := range set.Keys {
		if key.IsPublic() && key.KeyID != "" {
			keys[key.KeyID] = key
		}
	}
	return keys, nil
}

func (v *Verifier) get(ctx context.Context, url string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := v.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maximumKeys+1))
	if err != nil {
		return err
	}
	if len(content) > maximumKeys {
		return fmt.Errorf("%s answers more than %d bytes", url, maximumKeys)
	}
	return json.Unmarshal(content, into)
}

// plain makes an error's text fit into a quoted string of a header.
func plain(err error) string {
	return strings.NewReplacer(`"`, "'", "\n", " ", "\r", " ", `\`, "/").Replace(err.Error())
}
