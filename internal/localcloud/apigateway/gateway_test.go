package apigateway

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/issuer"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

func TestAnswerReachesTheCaller(t *testing.T) {
	c := start(t, simple("POST /payments"))
	c.function.payload = `{"statusCode":201,"headers":{"Content-Type":"application/json","X-Own":"1"},"cookies":["a=1"],"body":"{\"ok\":true}"}`
	got := c.do(request(t, "POST /payments?x=1", `{"amount":"1"}`, "Content-Type", "application/json"))
	if got.status != 201 || got.body != `{"ok":true}` || got.header.Get("X-Own") != "1" || got.header.Get("Set-Cookie") != "a=1" || len(got.header.Get("Apigw-Requestid")) != 16 {
		t.Errorf("answer %+v", got)
	}
	asked := c.function.last(t)
	if asked.Caller.Service != "apigateway.amazonaws.com" || asked.Caller.SourceARN != "arn:aws:execute-api:us-east-1:123456789012:abc123/$default/POST/payments" {
		t.Errorf("caller %+v", asked.Caller)
	}
	var sent event
	if err := json.Unmarshal(asked.Payload, &sent); err != nil {
		t.Fatal(err)
	}
	if sent.Body != `{"amount":"1"}` || sent.RawQueryString != "x=1" || sent.RequestContext.DomainName != domain || sent.RequestContext.RequestID != got.header.Get("Apigw-Requestid") {
		t.Errorf("event %s", asked.Payload)
	}
}

func TestTLS(t *testing.T) {
	c := start(t, simple("$default"))
	for _, test := range []struct {
		name   string
		url    string
		change func(*tls.Config)
		say    string // an error of the handshake
		status int
	}{
		{"TLS 1.3", "https://" + domain, func(s *tls.Config) { s.MinVersion = tls.VersionTLS13 }, "", 200},
		{"TLS 1.2", "https://" + domain, func(s *tls.Config) { s.MaxVersion = tls.VersionTLS12 }, "", 200},
		{"TLS 1.1", "https://" + domain, func(s *tls.Config) { s.MinVersion, s.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, "protocol version", 0},
		{"capital letters", "https://" + strings.ToUpper(domain), nil, "", 200},
		{"a name that is not served", "https://other.example.net", nil, "not other.example.net", 0},
		{"a name that is not served, unverified as by a health check", "https://other.example.net", func(s *tls.Config) { s.InsecureSkipVerify = true }, "", 403},
		{"SNI of another name than Host", "https://other.example.net", func(s *tls.Config) { s.ServerName = domain }, "", 403},
		{"no trust in the authority", "https://" + domain, func(s *tls.Config) { s.RootCAs = nil }, "unknown authority", 0},
		{"the default host", "https://abc123.execute-api.us-east-1.amazonaws.com", nil, "", 404},
		{"the default host of no API", "https://xyz.execute-api.us-east-1.amazonaws.com", nil, "", 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, err := c.client(test.change).Get(test.url)
			if test.say != "" {
				if err == nil || !strings.Contains(err.Error(), test.say) {
					t.Errorf("Get = %v, want %q", err, test.say)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != test.status {
				t.Errorf("status %d, want %d", response.StatusCode, test.status)
			}
		})
	}
}

func TestStagesAndMappings(t *testing.T) {
	api := func(id, function string) API {
		return API{ID: id, Routes: []Route{{Key: "ANY /{proxy+}", Function: function}}, Stages: []Stage{{Name: "$default"}, {Name: "beta"}}}
	}
	c := start(t, Configuration{
		APIs: []API{api("one", "first"), api("two", "second")},
		Mappings: []Mapping{
			{Domain: domain, API: "one", Stage: "$default"}, {Domain: domain, API: "two", Stage: "beta", Key: "v1/orders"}, {Domain: "API.Other.net", API: "two", Stage: "$default", Key: "v2"},
		},
	})
	for _, test := range []struct {
		url, function, stage, rawPath string
		status                        int
	}{
		{"https://" + domain + "/a/b", "first", "$default", "/a/b", 200},
		{"https://" + domain + "/v1/orders/7", "second", "beta", "/7", 200},
		{"https://" + domain + "/v1/ordersandmore", "first", "$default", "/v1/ordersandmore", 200},
		{"https://api.other.net/v2/x", "second", "$default", "/x", 200},
		{"https://api.other.net/v3/x", "", "", "", 403},
		{"https://one.execute-api.us-east-1.amazonaws.com/x", "first", "$default", "/x", 200},
		{"https://one.execute-api.us-east-1.amazonaws.com/beta/x", "first", "beta", "/beta/x", 200},
		{"https://one.execute-api.us-east-1.amazonaws.com/", "", "", "", 404},
	} {
		got := c.do(request(t, "GET "+test.url, ""))
		if got.status != test.status {
			t.Errorf("%s: status %d %s, want %d", test.url, got.status, got.body, test.status)
		}
		if test.status != 200 {
			continue
		}
		asked := c.function.last(t)
		var sent event
		if err := json.Unmarshal(asked.Payload, &sent); err != nil {
			t.Fatal(err)
		}
		if asked.Function != test.function || sent.RequestContext.Stage != test.stage || sent.RawPath != test.rawPath {
			t.Errorf("%s: %s on %s with %s, want %s on %s with %s", test.url, asked.Function, sent.RequestContext.Stage, sent.RawPath, test.function, test.stage, test.rawPath)
		}
	}
}

func TestFailures(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(*script)
		status  int
		message string
		logged  string
	}{
		{"the function fails", func(s *script) { s.failure, s.payload = "Unhandled", `{"errorMessage":"no"}` }, 500, "Internal Server Error", "no"},
		{"the answer has no form", func(s *script) { s.payload = "hello" }, 500, "Internal Server Error", "not JSON"},
		{"throttled", func(s *script) {
			s.err = &lambda.Error{Code: lambda.CodeThrottled, Status: 429, Message: "Rate Exceeded."}
		}, 503, "Service Unavailable", "Rate Exceeded."},
		{"not allowed", func(s *script) { s.err = &lambda.Error{Code: lambda.CodeDenied, Status: 403} }, 500, "Internal Server Error", "doesn't have permissions"},
		{"no such function", func(s *script) { s.err = &lambda.Error{Code: lambda.CodeNotFound, Status: 404} }, 500, "Internal Server Error", "ResourceNotFoundException"},
		{"event too large", func(s *script) { s.err = &lambda.Error{Code: lambda.CodeTooLarge, Status: 413, Message: "too large"} }, 413, "Request Entity Too Large", "too large"},
		{"broken", func(s *script) { s.err = errors.New("no idea") }, 500, "Internal Server Error", "no idea"},
		{"too slow", func(s *script) { s.hang = true }, 503, "Service Unavailable", "timed out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			configuration := simple("GET /x")
			configuration.APIs[0].Routes[0].Timeout = 50 * time.Millisecond
			configuration.APIs[0].Stages[0].LogGroup = "/api"
			configuration.APIs[0].Stages[0].LogFormat = "$context.requestId $context.status $context.integrationErrorMessage"
			c := start(t, configuration)
			test.change(c.function)
			got := c.do(request(t, "GET /x", ""))
			if want := `{"message":"` + test.message + `"}`; got.status != test.status || got.body != want || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("answer %d %s, want %d %s", got.status, got.body, test.status, want)
			}
			if line := c.log(t, 1)[0]; !strings.Contains(line, fmt.Sprint(test.status)) || !strings.Contains(line, test.logged) {
				t.Errorf("access log %q, want %d and %q", line, test.status, test.logged)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	c := start(t, simple("POST /x"))
	for _, test := range []struct {
		name    string
		request *http.Request
		status  int
	}{
		{"10 MB", request(t, "POST /x", strings.Repeat("x", 10<<20)), 200},
		{"10 MB and a byte", request(t, "POST /x", strings.Repeat("x", 10<<20+1)), 413},
		{"a header of 9,000 bytes", request(t, "POST /x", "", "X-Long", strings.Repeat("x", 9000)), 200},
		{"a header of 10,240 bytes", request(t, "POST /x", "", "X-Long", strings.Repeat("x", 10240)), 431},
		{"a query of 10,240 bytes", request(t, "POST /x?"+strings.Repeat("x", 10240), ""), 431},
		{"another method", request(t, "GET /x", ""), 404},
		{"another path", request(t, "POST /y", ""), 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := c.do(test.request); got.status != test.status {
				t.Errorf("status %d %s, want %d", got.status, got.body, test.status)
			}
		})
	}
}

func TestThrottle(t *testing.T) {
	configuration := simple("GET /x")
	configuration.APIs[0].Stages[0].RateLimit, configuration.APIs[0].Stages[0].BurstLimit = 1, 3
	c := start(t, configuration)
	now := time.Now()
	c.Gateway.now = func() time.Time { return now }
	var statuses []int
	ask := func() {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest("GET", "http://"+domain+"/x", nil))
		statuses = append(statuses, w.Code)
		if w.Code == 429 && w.Body.String() != `{"message":"Too Many Requests"}` {
			t.Errorf("answer %s", w.Body)
		}
	}
	for range 5 {
		ask()
	}
	now = now.Add(time.Second)
	for range 2 {
		ask()
	}
	if got := fmt.Sprint(statuses); got != "[200 200 200 429 429 200 429]" {
		t.Errorf("statuses %s", got)
	}
	if c.function.count() != 4 {
		t.Errorf("the function was asked %d times, want 4", c.function.count())
	}
	if got := c.value("AWS/ApiGateway 4xx abc123 $default"); got != 3 {
		t.Errorf("4xx = %v, want 3", got)
	}
}

// authorized is a gateway with a local issuer behind a route that asks for a token.
func authorized(t *testing.T, scopes ...string) (cloud, *issuer.Issuer) {
	t.Helper()
	var handler http.Handler
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	tokens, err := issuer.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	handler = tokens.Handler()
	configuration := simple("POST /payments", "GET /health")
	api := &configuration.APIs[0]
	api.Routes[0].Authorizer = &Authorizer{Issuer: server.URL, Audience: []string{"payments"}}
	api.Routes[0].Scopes = scopes
	api.Stages[0].LogGroup = "/api"
	api.Stages[0].LogFormat = `{"requestId":"$context.requestId","status":"$context.status","error":"$context.authorizer.error","subject":"$context.authorizer.claims.sub","latency":"$context.integrationLatency"}`
	function := &script{payload: `{"statusCode":200,"body":"fine"}`}
	return startWith(t, configuration, Options{Functions: function, Client: server.Client()}, function), tokens
}

func TestAuthorizer(t *testing.T) {
	c, tokens := authorized(t, "pay")
	mint := func(claims map[string]any) string {
		token, err := tokens.Token("payer-1", "payments", time.Hour, claims)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	scope := map[string]any{"scope": "pay"}
	for _, test := range []struct {
		name, line, header string
		status             int
		body, challenge    string
	}{
		{"good", "POST /payments", "Bearer " + mint(scope), 200, "fine", ""},
		{"without the word Bearer", "POST /payments", mint(scope), 200, "fine", ""},
		{"no token", "POST /payments", "", 401, `{"message":"Unauthorized"}`, "Bearer"},
		{"rubbish", "POST /payments", "Bearer rubbish", 401, `{"message":"Unauthorized"}`, `Bearer scope="pay" error="invalid_token" error_description="unable to decode the token`},
		{"wrong audience", "POST /payments", "Bearer " + mint(map[string]any{"aud": "x", "scope": "pay"}), 401, `{"message":"Unauthorized"}`, `Bearer scope="pay" error="invalid_token" error_description="the token does not have a valid audience"`},
		{"no scope", "POST /payments", "Bearer " + mint(nil), 403, `{"message":"Forbidden"}`, `Bearer scope="pay" error="insufficient_scope"`},
		{"an open route", "GET /health", "", 200, "fine", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := c.function.count()
			r := request(t, test.line, "")
			if test.header != "" {
				r.Header.Set("Authorization", test.header)
			}
			got := c.do(r)
			if got.status != test.status || got.body != test.body || !strings.HasPrefix(got.header.Get("Www-Authenticate"), test.challenge) {
				t.Errorf("answer %d %s %q, want %d %s %q", got.status, got.body, got.header.Get("Www-Authenticate"), test.status, test.body, test.challenge)
			}
			if asked := c.function.count() > before; asked != (test.status == 200) {
				t.Errorf("the function was asked: %t", asked)
			}
		})
	}
	seen := map[string]bool{} // lines come after the answers, in any order
	for _, text := range c.log(t, 7) {
		var line struct{ Status, Error, Subject, Latency string }
		_, content, _ := strings.Cut(text, "{")
		if err := json.Unmarshal([]byte("{"+content), &line); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		seen[line.Status+" "+line.Error+" "+line.Subject] = true
		if (line.Latency == "-") != (line.Status != "200") {
			t.Errorf("integration latency %q of a request with status %s", line.Latency, line.Status)
		}
	}
	for _, want := range []string{"200 - payer-1", "200 - -", "401 missing: token not provided -", "401 the token does not have a valid audience -", "403 the token does not have a required scope -"} {
		if !seen[want] {
			t.Errorf("no access log line says %q: %v", want, seen)
		}
	}
	var sent event
	c.function.mutex.Lock()
	first := c.function.asked[0].Payload
	c.function.mutex.Unlock()
	if err := json.Unmarshal(first, &sent); err != nil || sent.RequestContext.Authorizer.JWT.Claims["sub"] != "payer-1" || sent.RequestContext.Authorizer.JWT.Scopes[0] != "pay" {
		t.Errorf("event %s, %v", first, err)
	}
}

func TestMetrics(t *testing.T) {
	configuration := simple("GET /x/{id}")
	configuration.APIs[0].Stages[0].DetailedMetrics = true
	c := start(t, configuration)
	for _, line := range []string{"GET /x/1", "GET /x/2", "GET /nothing"} {
		c.do(request(t, line, ""))
	}
	c.function.failure = "Unhandled"
	c.do(request(t, "GET /x/3", ""))
	for key, want := range map[string]float64{
		"Count abc123": 4, "Count abc123 $default": 4, "Count abc123 $default GET /x/{id}": 3,
		"4xx abc123 $default": 1, "5xx abc123 $default": 1, "5xx abc123 $default GET /x/{id}": 1,
	} {
		// They are recorded after the answer.
		deadline := time.Now().Add(20 * time.Second)
		for c.value("AWS/ApiGateway "+key) != want {
			if time.Now().After(deadline) {
				t.Fatalf("%s = %v after 20 s, want %v", key, c.value("AWS/ApiGateway "+key), want)
			}
			time.Sleep(time.Millisecond)
		}
	}
	if latency := c.value("AWS/ApiGateway Latency abc123 $default"); latency <= 0 {
		t.Errorf("Latency = %v", latency)
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Configuration)
		say    string
	}{
		{"two APIs of one id", func(c *Configuration) { c.APIs = append(c.APIs, c.APIs[0]) }, "twice"},
		{"a mapping to no API", func(c *Configuration) { c.Mappings[0].API = "x" }, "no API"},
		{"a mapping to no stage", func(c *Configuration) { c.Mappings[0].Stage = "x" }, "no stage"},
		{"a mapping twice", func(c *Configuration) { c.Mappings = append(c.Mappings, c.Mappings[0]) }, "twice"},
		{"a route without a function", func(c *Configuration) { c.APIs[0].Routes[0].Function = "" }, "no function"},
		{"a route without a form", func(c *Configuration) { c.APIs[0].Routes[0].Key = "GET" }, "route key"},
		{"31 seconds", func(c *Configuration) { c.APIs[0].Routes[0].Timeout = 31 * time.Second }, "timeout"},
		{"an issuer without TLS", func(c *Configuration) {
			c.APIs[0].Routes[0].Authorizer = &Authorizer{Issuer: "http://x", Audience: []string{"a"}}
		}, "https"},
		{"no audience", func(c *Configuration) { c.APIs[0].Routes[0].Authorizer = &Authorizer{Issuer: "https://x"} }, "audience"},
		{"a log without the request id", func(c *Configuration) { c.APIs[0].Stages[0].LogFormat = "$context.status" }, "requestId"},
		{"a negative rate", func(c *Configuration) { c.APIs[0].Stages[0].RateLimit = -1 }, "negative"},
		{"a stage twice", func(c *Configuration) { c.APIs[0].Stages = append(c.APIs[0].Stages, c.APIs[0].Stages[0]) }, "twice"},
	} {
		configuration := simple("GET /x")
		test.change(&configuration)
		if err := configuration.validate(); err == nil || !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: %v, want %q", test.name, err, test.say)
		}
	}
}

func TestShutdownLetsRequestsEnd(t *testing.T) {
	c := start(t, simple("GET /x"))
	if got := c.do(request(t, "GET /x", "")); got.status != 200 {
		t.Fatalf("status %d", got.status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := c.server.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := c.server.Shutdown(ctx); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if _, err := c.client(nil).Do(request(t, "GET /x", "")); err == nil {
		t.Error("a gateway that was shut down answers")
	}
}
