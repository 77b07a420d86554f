package install

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
)

// What the parts of an API say, in so far as the whole is made of it.
type (
	authorizer struct {
		api        string
		authorizer apigateway.Authorizer
	}
	integration struct {
		api, function string // id, ARN
		timeout       time.Duration
	}
	route struct {
		api, key, integration string
		authorizer            string // "" for an open route
		scopes                []string
	}
	stage struct {
		api   string
		stage apigateway.Stage
	}
)

func (a *apis) decodeAPI(raw []byte) (resource, error) {
	if err := refuse(raw, "body", "cors_configuration", "credentials_arn", "route_key", "target"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		ID       string
		Protocol string `json:"protocol_type"`
		Closed   bool   `json:"disable_execute_api_endpoint"`
	}](raw)
	if err != nil {
		return nil, err
	}
	if written.Protocol != "HTTP" {
		return nil, fmt.Errorf("protocol_type %s is not modelled here, only HTTP is", written.Protocol)
	}
	return part[apigateway.API]{of: a, among: a.apis, name: written.ID, value: apigateway.API{ID: written.ID, DisableExecuteAPIEndpoint: written.Closed}}, nil
}

func (a *apis) decodeAuthorizer(raw []byte) (resource, error) {
	written, err := decode[struct {
		ID      string
		API     string   `json:"api_id"`
		Type    string   `json:"authorizer_type"`
		Sources []string `json:"identity_sources"`
		JWT     []struct {
			Audience []string
			Issuer   string
		} `json:"jwt_configuration"`
	}](raw)
	if err != nil {
		return nil, err
	}
	if written.Type != "JWT" || len(written.Sources) > 1 {
		return nil, fmt.Errorf("authorizer_type %s with %d identity_sources is not modelled here, only JWT with one is", written.Type, len(written.Sources))
	}
	jwt := first(written.JWT)
	value := authorizer{written.API, apigateway.Authorizer{Issuer: jwt.Issuer, Audience: jwt.Audience, IdentitySource: first(written.Sources)}}
	return part[authorizer]{a, a.authorizers, written.ID, value, func() error { return a.lacksAPI(value.api) }}, nil
}

func (a *apis) decodeIntegration(raw []byte) (resource, error) {
	if err := refuse(raw, "connection_id", "credentials_arn", "integration_subtype", "request_parameters", "request_templates", "response_parameters", "tls_config"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		ID      string
		API     string `json:"api_id"`
		Type    string `json:"integration_type"`
		URI     string `json:"integration_uri"`
		Format  string `json:"payload_format_version"`
		Timeout int    `json:"timeout_milliseconds"`
	}](raw)
	if err != nil {
		return nil, err
	}
	function, ok := functionARN(written.URI)
	switch {
	case written.Type != "AWS_PROXY" || !ok:
		return nil, fmt.Errorf("integration_type %s with %q is not modelled here, only AWS_PROXY with a function is", written.Type, written.URI)
	case written.Format != "2.0":
		return nil, fmt.Errorf("payload_format_version %q is not modelled here, only 2.0 is", written.Format)
	}
	value := integration{written.API, function, time.Duration(written.Timeout) * time.Millisecond}
	return part[integration]{a, a.integrations, written.ID, value, func() error { return a.lacksAPI(value.api) }}, nil
}

// functionARN is the function's ARN in an invoke ARN, or itself.
func functionARN(uri string) (string, bool) {
	if _, path, ok := strings.Cut(uri, ":lambda:path/2015-03-31/functions/"); ok {
		return strings.CutSuffix(path, "/invocations")
	}
	return uri, strings.HasPrefix(uri, "arn:") && strings.Contains(uri, ":function:")
}

func (a *apis) decodeRoute(raw []byte) (resource, error) {
	if err := refuse(raw, "api_key_required", "request_parameter", "request_models"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		ID         string
		API        string   `json:"api_id"`
		Key        string   `json:"route_key"`
		Target     string   `json:"target"`
		Type       string   `json:"authorization_type"`
		Authorizer string   `json:"authorizer_id"`
		Scopes     []string `json:"authorization_scopes"`
	}](raw)
	if err != nil {
		return nil, err
	}
	to, ok := strings.CutPrefix(written.Target, "integrations/")
	if !ok {
		return nil, fmt.Errorf("target %q is not modelled here, only integrations/ID is", written.Target)
	}
	switch written.Type {
	case "JWT":
	case "NONE", "":
		written.Authorizer, written.Scopes = "", nil
	default:
		return nil, fmt.Errorf("authorization_type %s is not modelled here, only JWT and NONE are", written.Type)
	}
	value := route{written.API, written.Key, to, written.Authorizer, slices.Sorted(slices.Values(written.Scopes))}
	return part[route]{a, a.routes, written.ID, value, func() error { return a.lacksOfRoute(value) }}, nil
}

func (a *apis) decodeStage(raw []byte) (resource, error) {
	if err := refuse(raw, "client_certificate_id", "route_settings"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		API       string `json:"api_id"`
		Name      string
		Variables map[string]string `json:"stage_variables"`
		Log       []struct {
			Destination string `json:"destination_arn"`
			Format      string
		} `json:"access_log_settings"`
		Settings []struct {
			Detailed bool    `json:"detailed_metrics_enabled"`
			Burst    int     `json:"throttling_burst_limit"`
			Rate     float64 `json:"throttling_rate_limit"`
		} `json:"default_route_settings"`
	}](raw)
	if err != nil {
		return nil, err
	}
	log, settings := first(written.Log), first(written.Settings)
	value := stage{written.API, apigateway.Stage{Name: written.Name, Variables: written.Variables, RateLimit: settings.Rate, BurstLimit: settings.Burst,
		LogFormat: log.Format, DetailedMetrics: settings.Detailed}}
	if log.Destination != "" {
		_, group, ok := strings.Cut(log.Destination, ":log-group:")
		if !ok {
			return nil, fmt.Errorf("access_log_settings: %q is no log group", log.Destination)
		}
		value.stage.LogGroup = strings.TrimSuffix(group, ":*")
	}
	return part[stage]{a, a.stages, value.api + "/" + written.Name, value, func() error { return a.lacksAPI(value.api) }}, nil
}

func (a *apis) decodeDomain(raw []byte) (resource, error) {
	if err := refuse(raw, "mutual_tls_authentication"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Name string `json:"domain_name"`
	}](raw)
	return part[string]{of: a, among: a.domains, name: written.Name, value: written.Name}, err
}

func (a *apis) decodeMapping(raw []byte) (resource, error) {
	written, err := decode[struct {
		ID     string
		API    string `json:"api_id"`
		Domain string `json:"domain_name"`
		Stage  string
		Key    string `json:"api_mapping_key"`
	}](raw)
	value := apigateway.Mapping{Domain: written.Domain, API: written.API, Stage: written.Stage, Key: written.Key}
	return part[apigateway.Mapping]{a, a.mappings, written.ID, value, func() error { return a.lacksOfMapping(value) }}, err
}
