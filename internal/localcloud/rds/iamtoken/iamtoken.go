// Package iamtoken verifies the authentication tokens of RDS: presigned requests of Signature Version 4 for the action
// "connect" of the service rds-db, which a client sends in place of a password (RDS user guide, UsingWithRDS.IAMDBAuth).
//
// It checks what the database checks: signature, host, user, Region and age. It evaluates no policy.
package iamtoken

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	service = "rds-db"
	// Lifetime is how long a token is accepted after it was signed, whatever it says itself.
	Lifetime = 15 * time.Minute
	// skew is how far the signer's clock may be ahead, as for every AWS request.
	skew       = 5 * time.Minute
	dateFormat = "20060102T150405Z"
	// emptyPayloadHash is the SHA-256 of an empty body.
	emptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// Keys look up the secret of an access key; ok is false for an unknown one.
type Keys func(accessKeyID string) (credentials aws.Credentials, ok bool)

// Expected is what a token must be for.
type Expected struct {
	User   string   // the database user that logs in
	Region string   // of the cluster
	Hosts  []string // "host:port" of every name that the cluster has; a token for any other name is refused
}

// Verify says why the token is no valid one at this time, or nil. Its errors hold no secret and no signature.
func Verify(ctx context.Context, token string, want Expected, keys Keys, now time.Time) error {
	// A token is a URL without its scheme.
	address, err := url.Parse("https://" + token)
	if err != nil {
		return errors.New("verify token: it is no URL")
	}
	query := address.Query()
	if err := check(address, query, want, now); err != nil {
		return fmt.Errorf("verify token: %w", err)
	}
	id, scope, _ := strings.Cut(query.Get("X-Amz-Credential"), "/")
	signed, _ := time.Parse(dateFormat, query.Get("X-Amz-Date")) // check has parsed it
	if expected := fmt.Sprintf("%s/%s/%s/aws4_request", signed.Format("20060102"), want.Region, service); scope != expected {
		return fmt.Errorf("verify token: its scope is %q, expected %q", scope, expected)
	}
	credentials, ok := keys(id)
	if !ok {
		return fmt.Errorf("verify token: unknown access key %q", id)
	}
	signature, err := sign(ctx, address, query, credentials, want.Region, signed)
	if err != nil {
		return fmt.Errorf("verify token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(signature), []byte(query.Get("X-Amz-Signature"))) != 1 {
		return fmt.Errorf("verify token: wrong signature for access key %q", id)
	}
	return nil
}

// check compares everything but the signature.
func check(address *url.URL, query url.Values, want Expected, now time.Time) error {
	if !slices.Contains(want.Hosts, strings.ToLower(address.Host)) {
		return fmt.Errorf("it is for host %q, expected one of %q", address.Host, want.Hosts)
	}
	if action := query.Get("Action"); action != "connect" {
		return fmt.Errorf("its action is %q, expected connect", action)
	}
	if user := query.Get("DBUser"); user != want.User {
		return fmt.Errorf("it is for user %q, and %q logs in", user, want.User)
	}
	if algorithm := query.Get("X-Amz-Algorithm"); algorithm != "AWS4-HMAC-SHA256" {
		return fmt.Errorf("its algorithm is %q, expected AWS4-HMAC-SHA256", algorithm)
	}
	signed, err := time.Parse(dateFormat, query.Get("X-Amz-Date"))
	if err != nil {
		return fmt.Errorf("its date %q is not understood", query.Get("X-Amz-Date"))
	}
	life, err := time.ParseDuration(query.Get("X-Amz-Expires") + "s")
	if err != nil || life < 0 {
		return fmt.Errorf("its life of %q seconds is not understood", query.Get("X-Amz-Expires"))
	}
	if end := signed.Add(min(life, Lifetime)); now.After(end) {
		return fmt.Errorf("it expired at %s", end.Format(time.RFC3339))
	}
	if signed.After(now.Add(skew)) {
		return fmt.Errorf("it was signed in the future, at %s", signed.Format(time.RFC3339))
	}
	return nil
}

// sign returns the signature that the token's request has with these credentials.
func sign(ctx context.Context, address *url.URL, query url.Values, credentials aws.Credentials, region string, at time.Time) (string, error) {
	unsigned := url.Values{}
	for name, values := range query {
		if !strings.HasPrefix(name, "X-Amz-") || name == "X-Amz-Expires" {
			unsigned[name] = values
		}
	}
	path := address.Path
	if path == "" {
		path = "/"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		(&url.URL{Scheme: "https", Host: address.Host, Path: path, RawQuery: unsigned.Encode()}).String(), nil)
	if err != nil {
		return "", err
	}
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, credentials, request, emptyPayloadHash, service, region, at)
	if err != nil {
		return "", err
	}
	again, err := url.Parse(signed)
	if err != nil {
		return "", err
	}
	return again.Query().Get("X-Amz-Signature"), nil
}
