package install_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/region/install"
)

const functionARN = "arn:aws:lambda:us-east-1:123456789012:function:pay"

// api is an HTTP API in the order of its references.
func api() []given {
	part := func(kind, name string, attributes object) given {
		return given{"aws_apigatewayv2_" + kind, "r/aws_apigatewayv2_" + kind + "." + name, attributes}
	}
	return []given{
		part("api", "pay", object{"id": "a1", "protocol_type": "HTTP", "disable_execute_api_endpoint": true, "cors_configuration": []object{}}),
		part("authorizer", "jwt", object{"id": "u1", "api_id": "a1", "authorizer_type": "JWT", "identity_sources": []string{"$request.header.Authorization"},
			"jwt_configuration": []object{{"issuer": "https://auth.example.net/", "audience": []string{"pay"}}}}),
		part("integration", "pay", object{"id": "i1", "api_id": "a1", "integration_type": "AWS_PROXY", "payload_format_version": "2.0", "timeout_milliseconds": 29000,
			"integration_uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations"}),
		part("route", "pay", object{"id": "r1", "api_id": "a1", "route_key": "POST /payments", "target": "integrations/i1", "authorization_type": "JWT", "authorizer_id": "u1"}),
		part("route", "health", object{"id": "r2", "api_id": "a1", "route_key": "GET /health", "target": "integrations/i1", "authorization_type": "NONE"}),
		part("stage", "default", object{"api_id": "a1", "name": "$default", "stage_variables": nil,
			"access_log_settings":    []object{{"destination_arn": "arn:aws:logs:us-east-1:1:log-group:/api", "format": "$context.requestId"}},
			"default_route_settings": []object{{"throttling_rate_limit": 500, "throttling_burst_limit": 1000, "detailed_metrics_enabled": true}}}),
		part("domain_name", "regional", object{"domain_name": "pay.example.net", "mutual_tls_authentication": []object{}}),
		part("api_mapping", "regional", object{"id": "m1", "api_id": "a1", "domain_name": "pay.example.net", "stage": "$default", "api_mapping_key": nil}),
	}
}

func wholeAPI() apigateway.Configuration {
	return apigateway.Configuration{
		APIs: []apigateway.API{{ID: "a1", DisableExecuteAPIEndpoint: true,
			Routes: []apigateway.Route{
				{Key: "POST /payments", Function: functionARN, Timeout: 29 * time.Second, Authorizer: &apigateway.Authorizer{Issuer: "https://auth.example.net/",
					Audience: []string{"pay"}, IdentitySource: "$request.header.Authorization"}},
				{Key: "GET /health", Function: functionARN, Timeout: 29 * time.Second},
			},
			Stages: []apigateway.Stage{{Name: "$default", RateLimit: 500, BurstLimit: 1000, LogGroup: "/api", LogFormat: "$context.requestId", DetailedMetrics: true}}}},
		Mappings: []apigateway.Mapping{{Domain: "pay.example.net", API: "a1", Stage: "$default"}},
	}
}

// TestAPIInAnyOrder: whatever the order, and at the same time, the whole is served in the end, and nothing fails on the way.
func TestAPIInAnyOrder(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 50 {
		r := newRecorder()
		installer := install.New(r.services())
		all := api()
		putAtOnce(t, random, seed, installer, all)
		if !reflect.DeepEqual(r.gateway, wholeAPI()) {
			t.Fatalf("seed %d: served %+v", seed, r.gateway)
		}
		deleteAll(t, random, seed, installer, all)
		if len(r.gateway.APIs)+len(r.gateway.Mappings) != 0 {
			t.Fatalf("seed %d: left %+v", seed, r.gateway)
		}
	}
}

// TestAPIChanges: a part that loses its ground is not served until that is back; a deleted part does not come back.
func TestAPIChanges(t *testing.T) {
	r := newRecorder()
	installer := install.New(r.services())
	all := api()
	put(t, installer, all...)
	configured := len(r.calls)
	put(t, installer, all...)
	if len(r.calls) != configured {
		t.Errorf("the same again called %q: throttles would start anew", r.calls[configured:])
	}
	integration, health := all[2], all[4]
	for _, one := range []given{integration, health} {
		if err := installer.Delete(t.Context(), one.kind, one.address); err != nil {
			t.Fatal(err)
		}
	}
	waits(t, installer, "there is no integration i1 of API a1")
	if len(r.gateway.APIs[0].Routes) != 0 {
		t.Errorf("served without an integration: %+v", r.gateway.APIs[0].Routes)
	}
	put(t, installer, integration)
	waits(t, installer)
	if routes := r.gateway.APIs[0].Routes; len(routes) != 1 || routes[0].Key != "POST /payments" {
		t.Errorf("routes = %+v, want the one that was not deleted", routes)
	}
}

// TestGatewayRefuses: a refused part leaves what was served.
func TestGatewayRefuses(t *testing.T) {
	r := newRecorder()
	installer := install.New(r.services())
	all := api()
	put(t, installer, all...)
	r.fail = errors.New("bad route key")
	route := all[3]
	route.attributes["route_key"] = "POST payments"
	if err := route.put(t.Context(), installer); err == nil || !strings.Contains(err.Error(), "bad route key") {
		t.Fatalf("Put = %v, want the gateway's error", err)
	}
	stage := all[5]
	stage.attributes["stage_variables"] = object{"a": "b"}
	put(t, installer, stage) // another part still gets through
	want := wholeAPI()
	want.APIs[0].Stages[0].Variables = map[string]string{"a": "b"}
	if !reflect.DeepEqual(r.gateway, want) {
		t.Errorf("served %+v, want the old route", r.gateway)
	}
}

func TestAPIRefused(t *testing.T) {
	for name, test := range map[string]struct {
		part      int
		attribute string
		value     any
	}{
		"CORS":            {0, "cors_configuration", []object{{"allow_origins": []string{"*"}}}},
		"WebSocket":       {0, "protocol_type", "WEBSOCKET"},
		"request":         {1, "authorizer_type", "REQUEST"},
		"HTTP proxy":      {2, "integration_type", "HTTP_PROXY"},
		"no function":     {2, "integration_uri", "https://example.net"},
		"format":          {2, "payload_format_version", "1.0"},
		"IAM":             {3, "authorization_type", "AWS_IAM"},
		"no target":       {3, "target", nil},
		"per-route limit": {5, "route_settings", []object{{"route_key": "GET /health"}}},
		"mutual TLS":      {6, "mutual_tls_authentication", []object{{"truststore_uri": "s3://x/y"}}},
	} {
		t.Run(name, func(t *testing.T) {
			one := api()[test.part]
			one.attributes[test.attribute] = test.value
			err := one.put(t.Context(), install.New(newRecorder().services()))
			if err == nil || !strings.Contains(err.Error(), "not modelled") {
				t.Errorf("Put = %v, want a refusal", err)
			}
		})
	}
}
