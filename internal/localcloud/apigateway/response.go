package apigateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// response is a function's answer in format 2.0.
type response struct {
	StatusCode      json.RawMessage            `json:"statusCode"`
	Headers         map[string]json.RawMessage `json:"headers"`
	Cookies         []string                   `json:"cookies"`
	Body            *string                    `json:"body"`
	IsBase64Encoded bool                       `json:"isBase64Encoded"`
}

// Headers of a function's answer that the gateway does not pass on.
var hopHeaders = map[string]bool{
	"Connection": true, "Content-Length": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// interpret decides what a function's answer is to the caller. JSON without a statusCode is the body itself, with status 200
// and application/json; a JSON string is its text.
func interpret(payload []byte) (answer, error) {
	payload = bytes.TrimSpace(payload)
	if !json.Valid(payload) {
		return answer{}, errors.New("it is not JSON")
	}
	var fields map[string]json.RawMessage
	if payload[0] != '{' || json.Unmarshal(payload, &fields) != nil || fields["statusCode"] == nil {
		return inferred(payload)
	}
	var r response
	if err := json.Unmarshal(payload, &r); err != nil {
		return answer{}, err
	}
	status, err := strconv.Atoi(strings.Trim(string(r.StatusCode), `"`))
	if err != nil || status < 200 || status > 599 {
		return answer{}, fmt.Errorf("statusCode %s is no HTTP status", r.StatusCode)
	}
	out := answer{status: status, header: http.Header{}}
	if r.Body != nil {
		out.body = []byte(*r.Body)
	}
	if r.IsBase64Encoded {
		if out.body, err = base64.StdEncoding.DecodeString(string(out.body)); err != nil {
			return answer{}, fmt.Errorf("body: %w", err)
		}
	}
	for name, raw := range r.Headers {
		name = http.CanonicalHeaderKey(name)
		if value := headerText(raw); !hopHeaders[name] {
			out.header.Set(name, value)
		}
	}
	for _, cookie := range r.Cookies {
		out.header.Add("Set-Cookie", cookie)
	}
	if out.header.Get("Content-Type") == "" && len(out.body) > 0 {
		out.header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	return out, nil
}

func inferred(payload []byte) (answer, error) {
	out := answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: payload}
	if payload[0] == '"' {
		var text string
		if err := json.Unmarshal(payload, &text); err != nil {
			return answer{}, err
		}
		out.body = []byte(text)
	}
	return out, nil
}

// headerText takes numbers and booleans as they are written.
func headerText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
	}
	return string(raw)
}
