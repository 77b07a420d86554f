// Package sdktest helps tests that let an unmodified AWS SDK talk to a service of the local cloud.
package sdktest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

// Config serves a handler for the test's duration and returns what an SDK's client needs to talk to it: NewFromConfig.
// There are no retries.
func Config(t testing.TB, region string, handler http.Handler) aws.Config {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return aws.Config{
		Region: region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("ASIA", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
	}
}

// Must returns a function that passes a result on, and ends the test at an error.
func Must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// Refusal is a call and the error that it must get.
type Refusal struct {
	Name    string
	Call    func() error
	Status  int // 0 is 400
	Code    string
	Message string // a part of it
}

// Refused makes calls that must be refused, over an SDK or directly.
func Refused(t *testing.T, refusals ...Refusal) {
	t.Helper()
	for _, one := range refusals {
		want := one.Status
		if want == 0 {
			want = http.StatusBadRequest
		}
		err := one.Call()
		status, code, message := read(err)
		if status != want || code != one.Code || !strings.Contains(message, one.Message) {
			t.Errorf("%s: %v, want %d %s: %s", one.Name, err, want, one.Code, one.Message)
		}
	}
}

// read takes an error apart, whether it came over the wire or not.
func read(err error) (status int, code, message string) {
	var ours *awserror.Error
	var theirs smithy.APIError
	var response interface{ HTTPStatusCode() int }
	switch {
	case errors.As(err, &ours):
		return ours.Status, ours.Code, ours.Message
	case errors.As(err, &theirs) && errors.As(err, &response):
		return response.HTTPStatusCode(), theirs.ErrorCode(), theirs.ErrorMessage()
	}
	return 0, "", ""
}
