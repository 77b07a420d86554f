// Command probe is a Lambda function that does what its event says, for tests of the local Lambda.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// event is an order to the function; an event without an action is answered with itself.
type event struct {
	Action string `json:"action"`
	Text   string `json:"text"`
	Millis int    `json:"millis"`
	Size   int    `json:"size"`
}

var invocations int

func main() {
	switch os.Getenv("PROBE_INIT") {
	case "exit":
		fmt.Println("giving up")
		os.Exit(3)
	case "panic":
		panic("no way to start")
	case "hang":
		time.Sleep(time.Hour)
	case "second":
		// The first process of a function fails, the next one does not.
		if file, err := os.OpenFile("started", os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			file.Close()
			os.Exit(4)
		}
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, payload json.RawMessage) (any, error) {
	invocations++
	var order event
	if err := json.Unmarshal(payload, &order); err != nil || order.Action == "" {
		return payload, nil
	}
	switch order.Action {
	case "who":
		invocation, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return map[string]any{"pid": os.Getpid(), "count": invocations, "requestId": invocation.AwsRequestID,
			"arn": invocation.InvokedFunctionArn, "left": time.Until(deadline).Milliseconds()}, nil
	case "environment":
		values := map[string]string{}
		for _, variable := range os.Environ() {
			name, value, _ := strings.Cut(variable, "=")
			values[name] = value
		}
		return values, nil
	case "print":
		fmt.Println(order.Text)
		fmt.Fprintln(os.Stderr, "error: "+order.Text)
		return nil, nil
	case "sleep":
		time.Sleep(time.Duration(order.Millis) * time.Millisecond)
		return os.Getpid(), nil
	case "error":
		return nil, errors.New(order.Text)
	case "panic":
		panic(order.Text)
	case "exit":
		os.Exit(order.Size)
	case "large":
		return strings.Repeat("x", order.Size), nil
	}
	return nil, fmt.Errorf("unknown action %q", order.Action)
}
