package apigateway

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/jwt"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/routing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden events anew")

// exchangeOf is what the gateway knows of a request at a fixed time.
func exchangeOf(r *http.Request, match routing.Match) *exchange {
	return &exchange{
		place: place{api: &api{API: API{ID: "aaaaaaaaaa"}}, stage: &stage{Stage: Stage{Name: "$default"}}, path: r.URL.EscapedPath()},
		id:    "LV7fzho-PHcEJPw=", traceID: "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c", host: hostName(r.Host), sourceIP: "1.2.3.4",
		began: time.UnixMilli(1587481701067), request: r, match: match,
	}
}

// goldenRequests are the requests behind testdata/*.json.
func goldenRequests(t *testing.T) map[string][]byte {
	t.Helper()
	build := func(x *exchange, body string) []byte {
		event, err := x.event("123456789012", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return event
	}
	all := map[string][]byte{}

	plain := httptest.NewRequest("GET", "https://aaaaaaaaaa.execute-api.us-west-2.amazonaws.com/", nil)
	plain.Header = http.Header{"Accept": {"*/*"}, "User-Agent": {"curl/7.58.0"}}
	all["no-authorizer"] = build(exchangeOf(plain, routing.Match{Key: "$default"}), "")

	full := httptest.NewRequest("POST", "https://api.example.net:8443/payments/a%2Fb/caf%C3%A9?parameter1=value1&parameter1=value2&parameter2=a%20b&empty=", nil)
	full.Header = http.Header{
		"Content-Type": {"application/json; charset=utf-8"}, "Header1": {"value1"}, "Header2": {"value1", "value2"},
		"Cookie": {"cookie1=a; cookie2=b", "cookie3=c"}, "X-Forwarded-For": {"10.9.8.7"}, "Connection": {"keep-alive"}, "Te": {"trailers"},
	}
	x := exchangeOf(full, routing.Match{Key: "POST /payments/{id}/{name}", Parameters: map[string]string{"id": "a/b", "name": "café"}})
	x.stage.Variables = map[string]string{"stageVariable1": "value1"}
	x.claims = jwt.Claims{"sub": "payer-1", "groups": []any{"a", "b"}, "exp": json.Number("1516239022")}
	x.scopes = []string{"pay"}
	all["jwt-authorizer"] = build(x, "{\r\n\t\"a\": \"é\"\r\n}")

	binary := httptest.NewRequest("POST", "https://api.example.net/v1/upload", nil)
	binary.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	x = exchangeOf(binary, routing.Match{Key: "ANY /{proxy+}", Parameters: map[string]string{"proxy": "upload"}})
	x.prefix, x.path = "/v1", "/upload"
	all["form-on-a-stage"] = build(x, "a=b&c=d")
	return all
}

func TestGoldenEvents(t *testing.T) {
	for name, event := range goldenRequests(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".json")
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, event, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			if *rewrite {
				if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
				t.Errorf("the event differs from %s (-want +got):\n%s", path, diff)
			}
		})
	}
}

// TestEventsAreThoseOfTheLibrary holds the events against the type that the functions read.
func TestEventsAreThoseOfTheLibrary(t *testing.T) {
	for name, event := range goldenRequests(t) {
		decoder := json.NewDecoder(bytes.NewReader(event))
		decoder.DisallowUnknownFields()
		var typed events.APIGatewayV2HTTPRequest
		if err := decoder.Decode(&typed); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := json.Marshal(typed)
		if err != nil {
			t.Fatal(err)
		}
		var ours, theirs map[string]any
		if err := json.Unmarshal(event, &ours); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(again, &theirs); err != nil {
			t.Fatal(err)
		}
		// The type always writes an empty client certificate, which an API without mutual TLS does not send.
		delete(theirs["requestContext"].(map[string]any), "authentication")
		if diff := cmp.Diff(ours, theirs); diff != "" {
			t.Errorf("%s changes on its way through the library's type:\n%s", name, diff)
		}
	}
}

// recorded is the event that a curl 7.58.0 caused at a real HTTP API, as published in aws-lambda-go's
// events/testdata/apigw-v2-request-no-authorizer.json, without the client certificate that was added to it there.
const recorded = `{
  "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
  "headers": {
    "accept": "*/*", "content-length": "0", "host": "aaaaaaaaaa.execute-api.us-west-2.amazonaws.com", "user-agent": "curl/7.58.0",
    "x-amzn-trace-id": "Root=1-5e9f0c65-1de4d666d4dd26aced652b6c", "x-forwarded-for": "1.2.3.4", "x-forwarded-port": "443", "x-forwarded-proto": "https"
  },
  "requestContext": {
    "accountId": "123456789012", "apiId": "aaaaaaaaaa", "domainName": "aaaaaaaaaa.execute-api.us-west-2.amazonaws.com", "domainPrefix": "aaaaaaaaaa",
    "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "1.2.3.4", "userAgent": "curl/7.58.0"},
    "requestId": "LV7fzho-PHcEJPw=", "routeKey": "$default", "stage": "$default", "time": "21/Apr/2020:15:08:21 +0000", "timeEpoch": 1587481701067
  },
  "isBase64Encoded": false
}`

func TestEventEqualsARecordedOne(t *testing.T) {
	var want, got any
	if err := json.Unmarshal([]byte(recorded), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(goldenRequests(t)["no-authorizer"], &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the same request gives another event (-recorded +ours):\n%s", diff)
	}
}

func TestBodies(t *testing.T) {
	for _, test := range []struct {
		name, body string
		headers    http.Header
		want       string
		encoded    bool
	}{
		{"JSON", `{"a":1}`, http.Header{"Content-Type": {"application/json"}}, `{"a":1}`, false},
		{"text", "é", http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, "é", false},
		{"XML", "<a/>", http.Header{"Content-Type": {"application/xml"}}, "<a/>", false},
		{"form", "a=b", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "YT1i", true},
		{"compressed JSON", "a=b", http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, "YT1i", true},
		{"no type", "a=b", http.Header{}, "YT1i", true},
		{"bytes", "\xff", http.Header{"Content-Type": {"application/octet-stream"}}, "/w==", true},
		{"text that is none", "\xff", http.Header{"Content-Type": {"text/plain"}}, "/w==", true},
		{"nothing", "", http.Header{"Content-Type": {"application/octet-stream"}}, "", false},
	} {
		r := httptest.NewRequest("POST", "https://api.example.net/", nil)
		r.Header = test.headers
		content, err := exchangeOf(r, routing.Match{Key: "$default"}).event("1", []byte(test.body))
		if err != nil {
			t.Fatal(err)
		}
		var got event
		if err := json.Unmarshal(content, &got); err != nil {
			t.Fatal(err)
		}
		if got.Body != test.want || got.IsBase64Encoded != test.encoded {
			t.Errorf("%s: body %q, base64 %t; want %q, %t", test.name, got.Body, got.IsBase64Encoded, test.want, test.encoded)
		}
	}
}

func TestInterpret(t *testing.T) {
	for _, test := range []struct {
		name, payload string
		status        int
		kind, body    string
		header        string // NAME: VALUE, more than the content type
		say           string // an error
	}{
		{"an object without a status", `{"a":1}`, 200, "application/json", `{"a":1}`, "", ""},
		{"a string", `"Hello from Lambda!"`, 200, "application/json", "Hello from Lambda!", "", ""},
		{"a number", `7`, 200, "application/json", "7", "", ""},
		{"a list", `[1]`, 200, "application/json", "[1]", "", ""},
		{"null", `null`, 200, "application/json", "null", "", ""},
		{"a status alone", `{"statusCode":204}`, 204, "", "", "", ""},
		{"a status as text", `{"statusCode":"201","body":"x"}`, 201, "text/plain;charset=UTF-8", "x", "", ""},
		{"a type", `{"statusCode":200,"headers":{"content-type":"application/problem+json"},"body":"{}"}`, 200, "application/problem+json", "{}", "", ""},
		{"a number as a header", `{"statusCode":503,"headers":{"retry-after":5},"body":""}`, 503, "", "", "Retry-After: 5", ""},
		{"base64", `{"statusCode":200,"body":"/w==","isBase64Encoded":true}`, 200, "text/plain;charset=UTF-8", "\xff", "", ""},
		{"cookies", `{"statusCode":200,"cookies":["a=1; Secure","b=2"]}`, 200, "", "", "Set-Cookie: a=1; Secure|b=2", ""},
		{"a length of its own", `{"statusCode":200,"headers":{"content-length":"99","connection":"close"},"body":"x"}`, 200, "text/plain;charset=UTF-8", "x", "Content-Length: ", ""},
		{"a header in two lines", `{"statusCode":200,"headers":{"x-a":"b\r\nx-c: d"}}`, 200, "", "", "X-A: b  x-c: d", ""},
		{"no JSON", `hello`, 0, "", "", "", "not JSON"},
		{"nothing", ``, 0, "", "", "", "not JSON"},
		{"no status", `{"statusCode":"fine"}`, 0, "", "", "", "no HTTP status"},
		{"an odd status", `{"statusCode":999}`, 0, "", "", "", "no HTTP status"},
		{"an object as the body", `{"statusCode":200,"body":{"a":1}}`, 0, "", "", "", "body"},
		{"no base64", `{"statusCode":200,"body":"!","isBase64Encoded":true}`, 0, "", "", "", "base64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := interpret([]byte(test.payload))
			if test.say != "" {
				if err == nil || !strings.Contains(err.Error(), test.say) {
					t.Fatalf("interpret = %+v, %v; want an error: %q", got, err, test.say)
				}
				return
			}
			if err != nil || got.status != test.status || string(got.body) != test.body || got.header.Get("Content-Type") != test.kind {
				t.Errorf("interpret = %d %v %q, %v", got.status, got.header, got.body, err)
			}
			if name, value, has := strings.Cut(test.header, ": "); has && strings.Join(got.header[name], "|") != value {
				t.Errorf("%s = %q, want %q", name, got.header[name], value)
			}
		})
	}
}
