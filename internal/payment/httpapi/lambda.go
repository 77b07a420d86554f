package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// gatewayEvent is the part of a payload 2.0 event that is read. Decoding all of events.APIGatewayV2HTTPRequest, with
// its claims and cookies, would cost more than the rest of the request.
type gatewayEvent struct {
	RawPath         string            `json:"rawPath"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	RequestContext  struct {
		Stage     string `json:"stage"`
		RequestID string `json:"requestId"`
		// HTTP is nil in every other event: no other kind has it.
		HTTP *struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
}

// Lambda answers one event of the function: API Gateway's payload 2.0, else the original system's bare event. Give it
// to lambda.Start. The error is for Lambda's Errors metric (see the package comment).
func (a *API) Lambda(ctx context.Context, event json.RawMessage) (any, error) {
	var request gatewayEvent
	// What cannot be decoded API Gateway did not write: somebody invoked the function with it.
	if err := json.Unmarshal(event, &request); err != nil || request.RequestContext.HTTP == nil {
		return a.bare(ctx, event)
	}
	return a.gateway(ctx, request)
}

func (a *API) gateway(ctx context.Context, event gatewayEvent) (events.APIGatewayV2HTTPResponse, error) {
	request, err := fromGateway(event)
	ctx = payment.WithRequestID(ctx, request.RequestID)
	var response Response
	if err != nil {
		err = a.rejected(ctx, err)
		if response, err = a.refuse(err, request.RequestID); err == nil {
			response = a.finish(response, request.RequestID)
		}
	} else {
		response, err = a.Handle(ctx, request)
	}
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: response.Status, Headers: response.Header, Body: string(response.Body)}, nil
}

// fromGateway reads a payload 2.0 event: lower-case headers with repeated ones joined by commas, a body that may be in
// base64, and the stage's name in front of the path unless the stage is $default.
func fromGateway(event gatewayEvent) (Request, error) {
	path := event.RawPath
	if stage := event.RequestContext.Stage; stage != "$default" {
		if rest, ok := strings.CutPrefix(path, "/"+stage); ok && strings.HasPrefix(rest, "/") {
			path = rest
		}
	}
	request := Request{
		Method: event.RequestContext.HTTP.Method, Path: path, ContentType: header(event.Headers, headerType),
		IdempotencyKey: header(event.Headers, headerKey), Body: []byte(event.Body), RequestID: event.RequestContext.RequestID,
	}
	if hasHeader(event.Headers, headerKey) {
		request.IdempotencyKeys = 1
	}
	if event.IsBase64Encoded {
		if base64.StdEncoding.DecodedLen(len(event.Body)) > payment.MaxBody+3 {
			return request, payment.ProblemBodyTooLarge.With("body is larger than %d bytes", payment.MaxBody)
		}
		body, err := base64.StdEncoding.DecodeString(event.Body)
		if err != nil {
			return request, payment.ProblemInvalidBase64.With("%v", err)
		}
		request.Body = body
	}
	return request, nil
}

// header finds a header whatever its case: API Gateway sends lower case, people who write events by hand do not.
func header(headers map[string]string, name string) string {
	if value, ok := headers[strings.ToLower(name)]; ok {
		return value
	}
	for key, value := range headers {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

func hasHeader(headers map[string]string, name string) bool {
	for key := range headers {
		if strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

// requestID is the invocation's own id, empty outside Lambda.
func requestID(ctx context.Context) string {
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		return invocation.AwsRequestID
	}
	return ""
}
