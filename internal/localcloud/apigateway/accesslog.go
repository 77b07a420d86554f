package apigateway

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var variable = regexp.MustCompile(`\$context(\.[A-Za-z0-9_-]+)+`)

// logLine fills a format in ("Customize HTTP API access logs"). A variable without a value is "-". Values are escaped as in
// JSON strings, so that a JSON format gives JSON.
func (x *exchange) logLine(format, account string) string {
	values := x.variables(account)
	return variable.ReplaceAllStringFunc(format, func(name string) string {
		name = strings.TrimPrefix(name, "$context.")
		value, ok := values[name]
		if claim, isClaim := strings.CutPrefix(name, "authorizer.claims."); isClaim {
			value, ok = x.claims.Strings()[claim]
		}
		if !ok || value == "" {
			return "-"
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			panic(err) // a string always marshals
		}
		return string(quoted[1 : len(quoted)-1])
	})
}

func (x *exchange) variables(account string) map[string]string {
	r := x.request
	latency := strconv.FormatInt(time.Since(x.began).Milliseconds(), 10)
	prefix, _, _ := strings.Cut(x.host, ".")
	values := map[string]string{
		"accountId": account, "apiId": x.api.ID, "authorizer.error": x.authorizerError, "awsEndpointRequestId": x.lambdaRequestID,
		"customDomain.basePathMatched": x.mappingKey, "dataProcessed": strconv.Itoa(x.length), "domainName": x.host, "domainPrefix": prefix,
		"error.message": "", "extendedRequestId": x.id, "httpMethod": r.Method, "identity.sourceIp": x.sourceIP, "identity.userAgent": r.UserAgent(),
		"integration.error": x.integrationError, "integrationErrorMessage": x.integrationError, "integration.requestId": x.lambdaRequestID,
		"path": x.prefix + unescaped(x.path), "protocol": "HTTP/1.1", "requestId": x.id, "requestTime": x.began.UTC().Format(commonLogTime),
		"requestTimeEpoch": strconv.FormatInt(x.began.UnixMilli(), 10), "responseLatency": latency, "responseLength": strconv.Itoa(x.length),
		"routeKey": x.match.Key, "stage": x.stage.Name, "status": strconv.Itoa(x.status),
	}
	if x.integrated {
		integration := strconv.FormatInt(x.integrationLatency.Milliseconds(), 10)
		status := strconv.Itoa(x.integrationStatus)
		values["integrationLatency"], values["integration.latency"] = integration, integration
		values["integrationStatus"], values["integration.integrationStatus"] = status, status
		if x.integrationError == "" {
			values["integration.status"] = strconv.Itoa(x.status)
		}
	}
	return values
}

// record writes the access log line and the metrics of an exchange that reached a stage.
func (g *Gateway) record(x *exchange) {
	if x.stage == nil {
		return // a host or a path without an API: AWS logs nothing either
	}
	now := g.now()
	if g.options.Logs != nil && x.stage.LogGroup != "" && x.stage.LogFormat != "" {
		g.options.Logs.Write(x.stage.LogGroup, x.api.ID+"/"+x.stage.Name, now, x.logLine(x.stage.LogFormat, g.options.Account))
	}
	if g.options.Metrics == nil {
		return
	}
	dimensions := []map[string]string{{"ApiId": x.api.ID}, {"ApiId": x.api.ID, "Stage": x.stage.Name}}
	if method, resource, found := strings.Cut(x.match.Key, " "); found && x.stage.DetailedMetrics {
		dimensions = append(dimensions, map[string]string{"ApiId": x.api.ID, "Stage": x.stage.Name, "Method": method, "Resource": resource})
	}
	latency := float64(now.Sub(x.began).Microseconds()) / 1000
	for _, d := range dimensions {
		put := func(name, unit string, value float64) {
			g.options.Metrics.Record("AWS/ApiGateway", name, unit, d, value, now)
		}
		put("Count", "Count", 1)
		put("4xx", "Count", oneIf(x.status/100 == 4))
		put("5xx", "Count", oneIf(x.status/100 == 5))
		put("Latency", "Milliseconds", latency)
		put("DataProcessed", "Bytes", float64(x.length))
		if x.integrated {
			put("IntegrationLatency", "Milliseconds", float64(x.integrationLatency.Microseconds())/1000)
		}
	}
}

func oneIf(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
