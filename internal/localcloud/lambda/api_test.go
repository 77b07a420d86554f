package lambda

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/lambdatest"
)

// client is an unmodified AWS SDK at the service's API.
func client(t *testing.T, c cloud) *sdk.Client {
	t.Helper()
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("ASIA", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
	})
}

func TestSDKInvokes(t *testing.T) {
	c := start(t, Options{})
	api := client(t, c)
	for _, name := range []string{"probe", "123456789012:function:probe", "arn:aws:lambda:us-east-1:123456789012:function:probe", "probe:$LATEST"} {
		out, err := api.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: &name, Payload: []byte(`{"a":1}`), LogType: types.LogTypeTail})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
		if err != nil || !strings.Contains(string(log), "START RequestId: ") || !strings.Contains(string(log), "REPORT RequestId: ") {
			t.Errorf("%s: log %q, %v", name, log, err)
		}
		if string(out.Payload) != `{"a":1}` || out.StatusCode != 200 || out.FunctionError != nil || aws.ToString(out.ExecutedVersion) != "$LATEST" {
			t.Errorf("%s: %d %s %v", name, out.StatusCode, out.Payload, out.FunctionError)
		}
	}
}

func TestSDKSeesFunctionErrors(t *testing.T) {
	api := client(t, start(t, Options{}))
	out, err := api.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("probe"), Payload: []byte(`{"action":"error","text":"no"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.FunctionError) != "Unhandled" || out.StatusCode != 200 || !strings.Contains(string(out.Payload), `"errorMessage":"no"`) || out.LogResult != nil {
		t.Errorf("%d %v %s", out.StatusCode, aws.ToString(out.FunctionError), out.Payload)
	}
}

func TestSDKInvocationTypes(t *testing.T) {
	c := start(t, Options{})
	api := client(t, c)
	for kind, status := range map[types.InvocationType]int32{types.InvocationTypeDryRun: 204, types.InvocationTypeEvent: 202} {
		out, err := api.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("probe"), InvocationType: kind, Payload: []byte(`{}`)})
		if err != nil || out.StatusCode != status || len(out.Payload) != 0 {
			t.Errorf("%s: %+v, %v; want status %d", kind, out, err, status)
		}
	}
	eventually(t, "the event runs", func() bool { return c.value("Invocations") == 1 })
}

func TestSDKErrors(t *testing.T) {
	c := start(t, Options{}, func(f *Function) { f.Reserved = number(0) })
	api := client(t, c)
	for _, test := range []struct {
		name    string
		input   sdk.InvokeInput
		code    string
		status  int
		message string
	}{
		{"no such function", sdk.InvokeInput{FunctionName: aws.String("nobody")}, "ResourceNotFoundException", 404, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody"},
		{"another Region's", sdk.InvokeInput{FunctionName: aws.String("arn:aws:lambda:us-west-2:123456789012:function:probe")}, "ResourceNotFoundException", 404, "us-west-2"},
		{"no such version", sdk.InvokeInput{FunctionName: aws.String("probe"), Qualifier: aws.String("7")}, "ResourceNotFoundException", 404, "probe:7"},
		{"throttled", sdk.InvokeInput{FunctionName: aws.String("probe")}, "TooManyRequestsException", 429, "Rate Exceeded."},
		{"not JSON", sdk.InvokeInput{FunctionName: aws.String("probe"), Payload: []byte("{")}, "InvalidRequestContentException", 400, "Could not parse request body into json"},
		{"too large", sdk.InvokeInput{FunctionName: aws.String("probe"), Payload: []byte(`"` + strings.Repeat("x", 6<<20) + `"`)}, "RequestTooLargeException", 413, "limit 6291456 bytes"},
		{"too large an event", sdk.InvokeInput{FunctionName: aws.String("probe"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)}, "RequestTooLargeException", 413, "Event"},
		{"unknown type", sdk.InvokeInput{FunctionName: aws.String("probe"), InvocationType: "Later"}, "InvalidParameterValueException", 400, "invocationType"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := api.Invoke(t.Context(), &test.input)
			var known smithy.APIError
			var response interface{ HTTPStatusCode() int }
			if !errors.As(err, &known) || known.ErrorCode() != test.code || !errors.As(err, &response) || response.HTTPStatusCode() != test.status || !strings.Contains(err.Error(), test.message) {
				t.Errorf("%v, want %s, %d and %q", err, test.code, test.status, test.message)
			}
		})
	}
	var throttle *types.TooManyRequestsException
	_, err := api.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("probe")})
	if !errors.As(err, &throttle) || throttle.Reason != types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded {
		t.Errorf("%v, want the reason of the throttle", err)
	}
}

func TestSDKDescribes(t *testing.T) {
	c := start(t, Options{}, func(f *Function) {
		f.MemorySize, f.Environment, f.Reserved = 512, map[string]string{"KEY": "b"}, number(5)
		f.SubnetIDs, f.SecurityGroupIDs, f.Tags = []string{"subnet-1"}, []string{"sg-1"}, map[string]string{"Name": "probe"}
	})
	for _, name := range []string{"a", "b", "z"} {
		if err := c.Put(Function{Name: name}, lambdatest.Probe(t)); err != nil {
			t.Fatal(err)
		}
	}
	api := client(t, c)
	out, err := api.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: aws.String("probe")})
	if err != nil {
		t.Fatal(err)
	}
	f := out.Configuration
	if aws.ToInt32(f.MemorySize) != 512 || aws.ToInt32(f.Timeout) != 20 || f.Environment.Variables["KEY"] != "b" || f.VpcConfig.SubnetIds[0] != "subnet-1" ||
		f.Runtime != types.RuntimeProvidedal2023 || f.State != types.StateActive || aws.ToInt32(out.Concurrency.ReservedConcurrentExecutions) != 5 || out.Tags["Name"] != "probe" {
		t.Errorf("GetFunction = %+v", f)
	}
	configured, err := api.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("a")})
	if err != nil || aws.ToString(configured.FunctionArn) != "arn:aws:lambda:us-east-1:123456789012:function:a" {
		t.Errorf("GetFunctionConfiguration = %+v, %v", configured, err)
	}
	var names []string
	pages := sdk.NewListFunctionsPaginator(api, &sdk.ListFunctionsInput{MaxItems: aws.Int32(3)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range page.Functions {
			names = append(names, aws.ToString(f.FunctionName))
		}
	}
	if got := strings.Join(names, " "); got != "a b probe z" {
		t.Errorf("ListFunctions = %s", got)
	}
}

func TestSDKPolicyAndUnknownOperation(t *testing.T) {
	c := start(t, Options{})
	api := client(t, c)
	var missing *types.ResourceNotFoundException
	if _, err := api.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: aws.String("probe")}); !errors.As(err, &missing) {
		t.Errorf("GetPolicy without a statement: %v", err)
	}
	if err := c.AddPermission("probe", Permission{"s", "lambda:InvokeFunction", "events.amazonaws.com", "arn:aws:events:us-east-1:123456789012:rule/a"}); err != nil {
		t.Fatal(err)
	}
	policy, err := api.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: aws.String("probe")})
	want := `{"Id":"default","Statement":[{"Action":"lambda:InvokeFunction","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:events:us-east-1:123456789012:rule/a"}},"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Resource":"arn:aws:lambda:us-east-1:123456789012:function:probe","Sid":"s"}],"Version":"2012-10-17"}`
	if err != nil || aws.ToString(policy.Policy) != want {
		t.Errorf("GetPolicy = %s, %v", aws.ToString(policy.Policy), err)
	}
	_, err = api.ListLayers(t.Context(), &sdk.ListLayersInput{})
	var known smithy.APIError
	if !errors.As(err, &known) || known.ErrorCode() != "UnknownOperationException" {
		t.Errorf("an operation that is not modelled: %v", err)
	}
}

func TestFunctionsThatAreRefused(t *testing.T) {
	c := start(t, Options{})
	for name, function := range map[string]Function{
		"name":            {Name: "a b"},
		"runtime":         {Name: "f", Runtime: "python3.11"},
		"memory":          {Name: "f", MemorySize: 64},
		"timeout":         {Name: "f", Timeout: 901e9},
		"part of seconds": {Name: "f", Timeout: 1500e6},
		"log format":      {Name: "f", LogFormat: "XML"},
		"reserved key":    {Name: "f", Environment: map[string]string{"AWS_REGION": "x"}},
		"odd key":         {Name: "f", Environment: map[string]string{"A B": "x"}},
		"too much":        {Name: "f", Environment: map[string]string{"AB": strings.Repeat("x", 4096)}},
		"age":             {Name: "f", Asynchronous: Asynchronous{MaximumAge: 1e9}},
		"retries":         {Name: "f", Asynchronous: Asynchronous{MaximumRetries: number(3)}},
		"reserved":        {Name: "f", Reserved: number(-1)},
	} {
		var known *Error
		if err := c.Put(function, lambdatest.Probe(t)); !errors.As(err, &known) || known.Code != "InvalidParameterValueException" {
			t.Errorf("%s: Put = %v, want InvalidParameterValueException", name, err)
		}
	}
	if err := c.Put(Function{Name: "f"}, []byte("no zip")); err == nil {
		t.Error("a function without a zip file was taken")
	}
}
