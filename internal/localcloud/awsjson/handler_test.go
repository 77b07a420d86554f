package awsjson

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

type input struct {
	Name  string
	Count int
}

func call(t *testing.T, h *Handler, target, body string) (status int, answer string) {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("X-Amz-Target", target)
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	if recorder.Header().Get("Content-Type") != "application/x-amz-json-1.1" || recorder.Header().Get("X-Amzn-Requestid") == "" {
		t.Errorf("%s: headers %v", target, recorder.Header())
	}
	return recorder.Code, recorder.Body.String()
}

func TestHandler(t *testing.T) {
	var log strings.Builder
	h := &Handler{Service: "Things", Target: "things.", MessageField: "Message", Logger: slog.New(slog.NewTextHandler(&log, nil)), Operations: map[string]Operation{
		"Echo": Typed(func(_ context.Context, in *input) (any, error) {
			switch in.Name {
			case "refused":
				return nil, fmt.Errorf("echo: %w", awserror.Refuse("InvalidThing", "no %s", "good"))
			case "broken":
				return nil, errors.New("the disk of the local cloud is full")
			case "nothing":
				return nil, nil
			}
			return in, nil
		}),
	}}
	for _, test := range []struct {
		target, body string
		status       int
		want         string
	}{
		{"things.Echo", `{"Name":"a","Count":2}`, 200, `{"Name":"a","Count":2}`},
		{"things.Echo", `{"Name":"nothing"}`, 200, `{}`},
		{"things.Echo", `{"Name":"refused"}`, 400, `{"Message":"no good","__type":"InvalidThing"}`},
		{"things.Echo", `{"Name":"broken"}`, 500, `{"Message":"An error occurred on the server side.","__type":"InternalServiceError"}`},
		{"things.Echo", `{"Count":"2"}`, 400, `"__type":"SerializationException"`},
		{"things.Echo", `{`, 400, `"__type":"SerializationException"`},
		{"things.Echo", ``, 400, `"__type":"SerializationException"`},
		{"things.Echo", `{"Name":"` + strings.Repeat("x", maximumBody) + `"}`, 413, `"__type":"RequestEntityTooLargeException"`},
		{"things.Other", `{}`, 400, `{"Message":"The local Things does not model Other","__type":"UnknownOperationException"}`},
		{"others.Echo", `{}`, 400, `"__type":"UnknownOperationException"`},
		{"", `{}`, 400, `"__type":"UnknownOperationException"`},
	} {
		status, answer := call(t, h, test.target, test.body)
		if status != test.status || !strings.Contains(answer, test.want) {
			t.Errorf("%s %.40s: %d %s, want %d %s", test.target, test.body, status, answer, test.status, test.want)
		}
	}
	if !strings.Contains(log.String(), "disk of the local cloud") {
		t.Errorf("the cause of an internal error is not logged: %s", log.String())
	}
}

func TestConstraint(t *testing.T) {
	if got := Constraint(nil, "secretId", "Member must not be null").Message; got != "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null" {
		t.Error(got)
	}
	if got := Constraint(5000, "passwordLength", "small").Message; !strings.Contains(got, "Value '5000' at 'passwordLength'") {
		t.Error(got)
	}
}

func TestTime(t *testing.T) {
	if At(time.Time{}) != nil {
		t.Error("the zero time is written")
	}
	text, err := At(time.Date(2026, 3, 1, 0, 0, 0, 123_000_000, time.UTC)).MarshalJSON()
	if err != nil || string(text) != "1772323200.123" {
		t.Errorf("%s, %v", text, err)
	}
}
