package apigateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/jwt"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/routing"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

// exchange is one request on its way through the gateway.
type exchange struct {
	place
	id, traceID string
	began       time.Time
	host        string
	sourceIP    string
	request     *http.Request
	match       routing.Match
	claims      jwt.Claims
	scopes      []string

	status             int
	length             int
	integrationStatus  int
	integrationLatency time.Duration
	integrated         bool
	integrationError   string
	authorizerError    string
	lambdaRequestID    string
}

// answer is a response of the gateway itself or of a function.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// plain is the gateway's own answer.
func plain(status int) answer {
	text := map[int]string{
		http.StatusInternalServerError:         "Internal Server Error",
		http.StatusServiceUnavailable:          "Service Unavailable",
		http.StatusTooManyRequests:             "Too Many Requests",
		http.StatusRequestEntityTooLarge:       "Request Entity Too Large",
		http.StatusRequestHeaderFieldsTooLarge: "Request Header Fields Too Large",
	}[status]
	if text == "" {
		text = http.StatusText(status)
	}
	return answer{status, http.Header{"Content-Type": {"application/json"}}, []byte(`{"message":"` + text + `"}`)}
}

// ServeHTTP handles a request; the host name decides which API it is for.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{id: requestID(), began: g.now(), host: hostName(r.Host), sourceIP: hostName(r.RemoteAddr), request: r, traceID: traceID(r, g.now())}
	out := g.handle(x)
	if out.status == 0 {
		return // the caller hung up
	}
	header := w.Header()
	for name, values := range out.header {
		header[name] = values
	}
	header.Set("Apigw-Requestid", x.id)
	header.Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(out.body) // a caller that hung up
	}
	x.status, x.length = out.status, len(out.body)
	g.record(x)
}

// handle goes through the gateway's steps until one answers.
func (g *Gateway) handle(x *exchange) answer {
	r := x.request
	if r.TLS != nil && r.TLS.ServerName != "" && !strings.EqualFold(r.TLS.ServerName, x.host) {
		return plain(http.StatusForbidden)
	}
	var status int
	if x.place, status = g.locate(x.host, r.URL.EscapedPath()); status != 0 {
		return plain(status)
	}
	if headerSize(r) > maximumHeader {
		return plain(http.StatusRequestHeaderFieldsTooLarge)
	}
	match, found := x.api.table.Find(r.Method, x.path)
	if !found {
		return plain(http.StatusNotFound)
	}
	x.match = match
	if !x.stage.limiter.AllowN(x.began, 1) {
		return plain(http.StatusTooManyRequests)
	}
	route := x.api.routes[match.Key]
	if refused, ok := g.authorize(x, route); !ok {
		return refused
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maximumPayload+1))
	if err != nil {
		return answer{} // the caller hung up in the middle
	}
	if len(body) > maximumPayload {
		return plain(http.StatusRequestEntityTooLarge)
	}
	return g.integrate(x, route, body)
}

// authorize checks the token of a route that asks for one, and tells whether the request may go on.
func (g *Gateway) authorize(x *exchange, route Route) (answer, bool) {
	if route.Authorizer == nil {
		return answer{}, true
	}
	token := bearer(x.request, route.Authorizer.IdentitySource)
	if token == "" {
		x.authorizerError = "missing: token not provided"
		out := plain(http.StatusUnauthorized)
		out.header.Set("Www-Authenticate", "Bearer")
		return out, false
	}
	claims, err := x.api.verifiers[route.Key].Verify(x.request.Context(), token, route.Scopes)
	if err == nil {
		x.claims, x.scopes = claims, route.Scopes
		return answer{}, true
	}
	x.authorizerError = err.Error()
	status, kind := http.StatusUnauthorized, "invalid_token"
	var refusal *jwt.Refusal
	if errors.As(err, &refusal) && refusal.Scope {
		status, kind = http.StatusForbidden, "insufficient_scope"
	}
	out := plain(status)
	out.header.Set("Www-Authenticate", fmt.Sprintf(`Bearer scope="%s" error="%s" error_description="%s"`, strings.Join(route.Scopes, " "), kind, err))
	return out, false
}

// bearer reads the token from its place; "Bearer " before it is optional.
func bearer(r *http.Request, source string) string {
	if source == "" {
		source = defaultSource
	}
	place, name, _ := identitySource(source)
	value := r.Header.Get(name)
	if place == "querystring" {
		value = r.URL.Query().Get(name)
	}
	if len(value) >= 7 && strings.EqualFold(value[:7], "bearer ") {
		value = value[7:]
	}
	return strings.TrimSpace(value)
}

// integrate runs the function and turns its answer, or its failure, into a response.
func (g *Gateway) integrate(x *exchange, route Route, body []byte) answer {
	payload, err := x.event(g.options.Account, body)
	if err != nil {
		x.integrationError = err.Error()
		return plain(http.StatusInternalServerError)
	}
	ctx, cancel := context.WithTimeout(x.request.Context(), route.Timeout)
	defer cancel()
	began := time.Now()
	result, err := g.options.Functions.Invoke(ctx, lambda.Invocation{
		Function: route.Function, Payload: payload, TraceID: x.traceID,
		Caller: lambda.Caller{Service: "apigateway.amazonaws.com", SourceARN: g.sourceARN(x)},
	})
	x.integrated, x.integrationLatency = true, time.Since(began)
	if err != nil && x.request.Context().Err() != nil {
		return answer{}
	}
	x.lambdaRequestID = result.RequestID
	if err != nil {
		var status int
		status, x.integrationStatus, x.integrationError = failed(err)
		return plain(status)
	}
	x.integrationStatus = http.StatusOK
	if result.FunctionError != "" {
		x.integrationError = "The Lambda function returned the following error: " + string(result.Payload) + ". Check your Lambda function code and try again."
		return plain(http.StatusInternalServerError)
	}
	out, err := interpret(result.Payload)
	if err != nil {
		x.integrationError = "The response from the Lambda function doesn't match the format that API Gateway expects: " + err.Error()
		return plain(http.StatusInternalServerError)
	}
	return out
}

// failed decides what the caller sees of an integration that could not be run, and what the access log says.
func failed(err error) (status, integrationStatus int, message string) {
	var refusal *lambda.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, http.StatusGatewayTimeout, "Endpoint request timed out"
	case !errors.As(err, &refusal):
		return http.StatusInternalServerError, http.StatusInternalServerError, err.Error()
	case refusal.Code == lambda.CodeThrottled:
		return http.StatusServiceUnavailable, refusal.Status, "Lambda invocation failed with status: 429. " + refusal.Message
	case refusal.Code == lambda.CodeTooLarge:
		return http.StatusRequestEntityTooLarge, refusal.Status, refusal.Message
	case refusal.Code == lambda.CodeDenied:
		return http.StatusInternalServerError, refusal.Status, "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again."
	}
	return http.StatusInternalServerError, refusal.Status, refusal.Error()
}

// sourceARN is what the function's policy is compared with: the API, the stage and the route's key.
func (g *Gateway) sourceARN(x *exchange) string {
	route := x.match.Key
	if method, path, found := strings.Cut(route, " "); found {
		if method == routing.Any {
			method = "*"
		}
		route = method + path
	}
	return fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s", g.options.Region, g.options.Account, x.api.ID, x.stage.Name, route)
}

// headerSize is the size of the request line and the headers as HTTP/1.1 writes them, in bytes.
func headerSize(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(" HTTP/1.1\r\n") + 1
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(": \r\n") + len(value)
		}
	}
	return size
}

func hostName(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		hostPort = host
	}
	return strings.ToLower(strings.TrimSuffix(hostPort, "."))
}

// requestID looks like API Gateway's: 11 random bytes in base64.
func requestID() string {
	var id [11]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	return base64.URLEncoding.EncodeToString(id[:])
}

// traceID keeps a caller's trace, or begins one.
func traceID(r *http.Request, now time.Time) string {
	if given := r.Header.Get("X-Amzn-Trace-Id"); given != "" {
		return given
	}
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	return fmt.Sprintf("Root=1-%08x-%s", now.Unix(), hex.EncodeToString(id[:]))
}
