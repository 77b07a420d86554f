package front_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/region/front"
)

func TestRequestsGoToTheServiceOfTheirSignature(t *testing.T) {
	named := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
	}
	services := front.Services{"dynamodb": named("dynamodb"), "monitoring": named("monitoring")}
	const prefix = "AWS4-HMAC-SHA256 Credential="
	for _, test := range []struct {
		name, authorization, query string
		status                     int
		want                       string
	}{
		{"header", prefix + "AKIA/20261125/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00", "", http.StatusOK, "dynamodb"},
		{"header without spaces", prefix + "AKIA/20261125/us-east-1/monitoring/aws4_request,SignedHeaders=host,Signature=00", "", http.StatusOK, "monitoring"},
		{"a key with slashes", prefix + "a/b/20261125/us-east-1/dynamodb/aws4_request, Signature=00", "", http.StatusOK, "dynamodb"},
		{"presigned", "", "?X-Amz-Credential=AKIA%2F20261125%2Fus-east-1%2Fdynamodb%2Faws4_request", http.StatusOK, "dynamodb"},
		{"unsigned", "", "", http.StatusForbidden, "dynamodb, monitoring"},
		{"another scheme", "Bearer token", "", http.StatusForbidden, "not signed"},
		{"a service that is not there", prefix + "AKIA/20261125/us-east-1/s3/aws4_request, Signature=00", "", http.StatusNotImplemented, `no service \"s3\"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := httptest.NewRequest(http.MethodPost, "/"+test.query, nil)
			if test.authorization != "" {
				request.Header.Set("Authorization", test.authorization)
			}
			recorder := httptest.NewRecorder()
			services.ServeHTTP(recorder, request)
			if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.want) {
				t.Errorf("status %d, body %s; want %d and %q", recorder.Code, recorder.Body, test.status, test.want)
			}
		})
	}
}
