package apigateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// event is payload format 2.0 ("Create AWS Lambda proxy integrations for HTTP APIs in API Gateway").
type event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	RequestContext        requestContext    `json:"requestContext"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
	Body                  string            `json:"body,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

type requestContext struct {
	AccountID    string      `json:"accountId"`
	APIID        string      `json:"apiId"`
	Authorizer   *authorizer `json:"authorizer,omitempty"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         httpContext `json:"http"`
	RequestID    string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	Time         string      `json:"time"`
	TimeEpoch    int64       `json:"timeEpoch"` // milliseconds
}

type authorizer struct {
	JWT struct {
		Claims map[string]string `json:"claims"`
		Scopes []string          `json:"scopes"` // null if the route asks for none
	} `json:"jwt"`
}

type httpContext struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// commonLogTime is the time of requestContext, as 12/Mar/2020:19:03:58 +0000.
const commonLogTime = "02/Jan/2006:15:04:05 -0700"

// event is the function's payload for a request and its body.
func (x *exchange) event(account string, body []byte) ([]byte, error) {
	r := x.request
	path := x.prefix + unescaped(x.path)
	prefix, _, _ := strings.Cut(x.host, ".")
	e := event{
		Version: "2.0", RouteKey: x.match.Key, RawPath: path, RawQueryString: r.URL.RawQuery,
		Cookies: cookies(r.Header), Headers: x.headers(len(body)), QueryStringParameters: parameters(r.URL.RawQuery),
		PathParameters: x.match.Parameters, StageVariables: x.stage.Variables,
		RequestContext: requestContext{
			AccountID: account, APIID: x.api.ID, DomainName: x.host, DomainPrefix: prefix,
			// Recorded events say HTTP/1.1 for callers of HTTP/2, too.
			HTTP:      httpContext{Method: r.Method, Path: path, Protocol: "HTTP/1.1", SourceIP: x.sourceIP, UserAgent: r.UserAgent()},
			RequestID: x.id, RouteKey: x.match.Key, Stage: x.stage.Name,
			Time: x.began.UTC().Format(commonLogTime), TimeEpoch: x.began.UnixMilli(),
		},
	}
	if x.claims != nil {
		e.RequestContext.Authorizer = &authorizer{}
		e.RequestContext.Authorizer.JWT.Claims = x.claims.Strings()
		e.RequestContext.Authorizer.JWT.Scopes = x.scopes
	}
	if isText(r.Header) && utf8.Valid(body) {
		e.Body = string(body)
	} else if len(body) > 0 {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	var payload bytes.Buffer
	encoder := json.NewEncoder(&payload)
	encoder.SetEscapeHTML(false) // an & of a query stays one
	if err := encoder.Encode(e); err != nil {
		return nil, fmt.Errorf("write event: %w", err)
	}
	return bytes.TrimRight(payload.Bytes(), "\n"), nil
}

// Headers that belong to a connection, or that the event shows elsewhere.
var hidden = map[string]bool{
	"Connection": true, "Cookie": true, "Keep-Alive": true, "Proxy-Connection": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// headers are the caller's, lower-cased and joined with commas, and those that the gateway adds.
func (x *exchange) headers(length int) map[string]string {
	all := map[string]string{}
	for name, values := range x.request.Header {
		if !hidden[name] {
			all[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	forwarded := x.sourceIP
	if before := all["x-forwarded-for"]; before != "" {
		forwarded = before + ", " + forwarded
	}
	maps.Copy(all, map[string]string{
		"content-length": strconv.Itoa(length), "host": x.host, "x-amzn-trace-id": x.traceID,
		"x-forwarded-for": forwarded, "x-forwarded-port": "443", "x-forwarded-proto": "https",
	})
	return all
}

// cookies are the parts of every cookie header.
func cookies(header http.Header) []string {
	var all []string
	for _, line := range header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// parameters are the decoded query parameters; values of one name are joined with commas.
func parameters(query string) map[string]string {
	values, _ := url.ParseQuery(query) // what is not well escaped is left out
	if len(values) == 0 {
		return nil
	}
	all := make(map[string]string, len(values))
	for name, list := range values {
		all[name] = strings.Join(list, ",")
	}
	return all
}

// textTypes are the media types, besides text/*, whose bodies reach a function as they are. A form is not among them.
var textTypes = []string{"application/json", "application/javascript", "application/xml"}

func isText(header http.Header) bool {
	if header.Get("Content-Encoding") != "" {
		return false
	}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (strings.HasPrefix(kind, "text/") || slices.Contains(textTypes, kind))
}

func unescaped(path string) string {
	if decoded, err := url.PathUnescape(path); err == nil {
		return decoded
	}
	return path
}
