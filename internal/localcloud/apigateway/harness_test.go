package apigateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/authority"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const domain = "api.payment-dr-test.example.net"

// script is a function for tests: it keeps what it was asked and answers as it is told.
type script struct {
	mutex   sync.Mutex
	asked   []lambda.Invocation
	payload string
	failure string
	err     error
	hang    bool
}

func (s *script) Invoke(ctx context.Context, invocation lambda.Invocation) (lambda.Result, error) {
	s.mutex.Lock()
	s.asked = append(s.asked, invocation)
	s.mutex.Unlock()
	if s.hang {
		<-ctx.Done()
		return lambda.Result{}, ctx.Err()
	}
	return lambda.Result{RequestID: "lambda-request", Payload: []byte(s.payload), FunctionError: s.failure}, s.err
}

func (s *script) last(t *testing.T) lambda.Invocation {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.asked) == 0 {
		t.Fatal("the function was not asked")
	}
	return s.asked[len(s.asked)-1]
}

func (s *script) count() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.asked)
}

type sink struct {
	mutex  sync.Mutex
	lines  []string
	values map[string]float64 // sum by metric and dimensions
}

func (s *sink) Write(group, stream string, _ time.Time, line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.lines = append(s.lines, group+" "+stream+" "+line)
}

func (s *sink) Record(namespace, name, _ string, dimensions map[string]string, value float64, _ time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	key := namespace + " " + name
	for _, dimension := range []string{"ApiId", "Stage", "Method", "Resource"} {
		if dimensions[dimension] != "" {
			key += " " + dimensions[dimension]
		}
	}
	s.values[key] += value
}

func (s *sink) value(key string) float64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.values[key]
}

// log waits for a number of lines: they are written after the answer.
func (s *sink) log(t *testing.T, lines int) []string {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		s.mutex.Lock()
		got := append([]string(nil), s.lines...)
		s.mutex.Unlock()
		if len(got) >= lines {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d log lines after 20 s, want %d", len(got), lines)
		}
		time.Sleep(time.Millisecond)
	}
}

type cloud struct {
	*Gateway
	*sink
	function *script
	server   *Server
	t        testing.TB
}

// simple is an API with one function behind the routes, under the domain.
func simple(routes ...string) Configuration {
	api := API{ID: "abc123", DisableExecuteAPIEndpoint: true, Stages: []Stage{{Name: "$default"}}}
	for _, key := range routes {
		api.Routes = append(api.Routes, Route{Key: key, Function: "arn:aws:lambda:us-east-1:123456789012:function:pay"})
	}
	return Configuration{APIs: []API{api}, Mappings: []Mapping{{Domain: domain, API: "abc123", Stage: "$default"}}}
}

func start(t testing.TB, configuration Configuration) cloud {
	t.Helper()
	function := &script{payload: `{"statusCode":200,"body":"fine"}`}
	return startWith(t, configuration, Options{Functions: function}, function)
}

func startWith(t testing.TB, configuration Configuration, options Options, function *script) cloud {
	t.Helper()
	trusted, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	out := &sink{values: map[string]float64{}}
	options.Region, options.Account, options.Authority, options.Logs, options.Metrics = "us-east-1", "123456789012", trusted, out, out
	gateway, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := gateway.Configure(configuration); err != nil {
		t.Fatal(err)
	}
	server, err := gateway.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return cloud{gateway, out, function, server, t}
}

// client reaches the gateway under any name.
func (c cloud) client(change func(*tls.Config)) *http.Client {
	settings := &tls.Config{RootCAs: c.options.Authority.Pool()}
	if change != nil {
		change(settings)
	}
	transport := &http.Transport{
		TLSClientConfig: settings, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, c.server.Address())
		},
	}
	c.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

func (c cloud) do(request *http.Request) reply {
	c.t.Helper()
	response, err := c.client(nil).Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(body)}
}

// request makes a request from "METHOD URL".
func request(t testing.TB, line, body string, headers ...string) *http.Request {
	t.Helper()
	method, url, _ := strings.Cut(line, " ")
	if strings.HasPrefix(url, "/") {
		url = "https://" + domain + url
	}
	made, err := http.NewRequest(method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for index := 0; index < len(headers); index += 2 {
		made.Header.Add(headers[index], headers[index+1])
	}
	return made
}
