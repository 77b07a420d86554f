package iamtoken_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds/iamtoken"
)

const (
	host   = "ledger.cluster-abc.us-east-1.rds.amazonaws.com:5432"
	region = "us-east-1"
)

var known = map[string]aws.Credentials{
	"LONG":  {AccessKeyID: "LONG", SecretAccessKey: "long secret"},
	"SHORT": {AccessKeyID: "SHORT", SecretAccessKey: "short secret", SessionToken: "a/session+token="},
}

func keys(id string) (aws.Credentials, bool) {
	found, ok := known[id]
	return found, ok
}

// sdkToken is made as applications make it.
func sdkToken(t *testing.T, endpoint, region, user string, with aws.Credentials) string {
	t.Helper()
	token, err := auth.BuildAuthToken(t.Context(), endpoint, region, user,
		credentials.NewStaticCredentialsProvider(with.AccessKeyID, with.SecretAccessKey, with.SessionToken))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestVerify(t *testing.T) {
	good := sdkToken(t, host, region, "app user+1", known["LONG"])
	want := iamtoken.Expected{User: "app user+1", Region: region, Hosts: []string{"other:1", host}}
	for name, test := range map[string]struct {
		token  string
		change func(*iamtoken.Expected)
		after  time.Duration
		reason string // "" is accepted
	}{
		"of a user":          {token: good},
		"of a role":          {token: sdkToken(t, host, region, "app user+1", known["SHORT"])},
		"just before expiry": {token: good, after: 14*time.Minute + 50*time.Second},
		"expired":            {token: good, after: 15*time.Minute + 2*time.Second, reason: "it expired at"},
		"from the future":    {token: good, after: -10 * time.Minute, reason: "in the future"},
		"another user":       {token: good, change: func(e *iamtoken.Expected) { e.User = "admin" }, reason: `"admin" logs in`},
		"another Region":     {token: good, change: func(e *iamtoken.Expected) { e.Region = "us-west-2" }, reason: "its scope is"},
		"an alias as host":   {token: good, change: func(e *iamtoken.Expected) { e.Hosts = []string{"ledger.example.com:5432"} }, reason: "it is for host"},
		"unknown key":        {token: sdkToken(t, host, region, "app user+1", aws.Credentials{AccessKeyID: "NONE", SecretAccessKey: "x"}), reason: `unknown access key "NONE"`},
		"wrong secret":       {token: sdkToken(t, host, region, "app user+1", aws.Credentials{AccessKeyID: "LONG", SecretAccessKey: "x"}), reason: "wrong signature"},
		"longer life forged": {token: strings.Replace(good, "X-Amz-Expires=900", "X-Amz-Expires=90000", 1), reason: "wrong signature"},
		"another action":     {token: strings.Replace(good, "Action=connect", "Action=drop", 1), reason: "its action is"},
		"a password":         {token: "correct horse battery staple", reason: "verify token"},
		"nothing":            {reason: "it is for host"},
	} {
		t.Run(name, func(t *testing.T) {
			want := want
			if test.change != nil {
				test.change(&want)
			}
			err := iamtoken.Verify(context.Background(), test.token, want, keys, time.Now().Add(test.after))
			if (err == nil) != (test.reason == "") || (err != nil && !strings.Contains(err.Error(), test.reason)) {
				t.Fatalf("error %v, want %q", err, test.reason)
			}
			if err != nil && strings.Contains(err.Error(), "Signature=") {
				t.Errorf("the error shows a signature: %v", err)
			}
		})
	}
}
