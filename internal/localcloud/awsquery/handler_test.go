package awsquery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

func TestHandler(t *testing.T) {
	var log strings.Builder
	type result struct{ Name string }
	h := &Handler{Service: "Things", Version: "2020-01-01", Namespace: "http://things/", Logger: slog.New(slog.NewTextHandler(&log, nil)), Actions: map[string]Action{
		"Echo": func(_ context.Context, form Form) (any, error) {
			switch form.Get("Name") {
			case "refused":
				return nil, fmt.Errorf("echo: %w", awserror.With(404, "NotFound", "no <%s>", "good"))
			case "broken":
				return nil, errors.New("the disk is full")
			case "nothing":
				return nil, nil
			}
			return result{form.Get("Name")}, nil
		},
	}}
	for _, test := range []struct {
		body   string
		status int
		want   string
	}{
		{"Action=Echo&Version=2020-01-01&Name=a%26b", 200, `<EchoResponse xmlns="http://things/"><EchoResult><Name>a&amp;b</Name></EchoResult><ResponseMetadata><RequestId>`},
		{"Action=Echo&Version=2020-01-01&Name=nothing", 200, `<EchoResponse xmlns="http://things/"><ResponseMetadata><RequestId>`},
		{"Action=Echo&Version=2020-01-01&Name=refused", 404, `<ErrorResponse xmlns="http://things/"><Error><Type>Sender</Type><Code>NotFound</Code><Message>no &lt;good&gt;</Message></Error><RequestId>`},
		{"Action=Echo&Version=2020-01-01&Name=broken", 500, `<Type>Receiver</Type><Code>InternalFailure</Code>`},
		{"Action=Echo&Version=2019-01-01", 400, `<Code>InvalidAction</Code><Message>The local Things does not model Echo of version`},
		{"Action=Other&Version=2020-01-01", 400, `<Code>InvalidAction</Code>`},
		{"Version=2020-01-01", 400, `<Code>MissingAction</Code>`},
		{"Action=%zz", 400, `<Code>MalformedQueryString</Code>`},
		{"Action=" + strings.Repeat("x", maximumBody), 413, `<Code>RequestEntityTooLarge</Code>`},
	} {
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body)))
		if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.want) || recorder.Header().Get("X-Amzn-Requestid") == "" || recorder.Header().Get("Content-Type") != "text/xml" {
			t.Errorf("%.60s: %d %s, want %d %s", test.body, recorder.Code, recorder.Body, test.status, test.want)
		}
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/?Action=Echo&Version=2020-01-01&Name=query", nil))
	if !strings.Contains(recorder.Body.String(), "<Name>query</Name>") {
		t.Errorf("parameters of the URL: %s", recorder.Body)
	}
	if !strings.Contains(log.String(), "the disk is full") || strings.Contains(log.String(), "good") {
		t.Errorf("log: %s", log.String())
	}
}

func TestForm(t *testing.T) {
	values, err := url.ParseQuery("Keys.member.1=a&Keys.member.2=b&Keys.member.4=d&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.2.Key=l&Attributes.entry.1.key=x&Attributes.entry.1.value=y")
	if err != nil {
		t.Fatal(err)
	}
	form := Form{values}
	for name, got := range map[string][2]any{
		"list":    {form.List("Keys"), []string{"a", "b"}},
		"members": {form.Members("Tags", "Key"), 2},
		"none":    {form.Members("Keys", "Key"), 0},
		"tags":    {form.Map("Tags.member", "Key", "Value"), map[string]string{"k": "v", "l": ""}},
		"entries": {form.Map("Attributes.entry", "key", "value"), map[string]string{"x": "y"}},
	} {
		if !reflect.DeepEqual(got[0], got[1]) {
			t.Errorf("%s: %v, want %v", name, got[0], got[1])
		}
	}
}
