package apigateway

import (
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/jwt"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/routing"
)

// Configuration is everything that one Region's gateway serves.
type Configuration struct {
	APIs []API
	// Mappings connect custom domains with stages.
	Mappings []Mapping
}

// API is an HTTP API with its stages.
type API struct {
	ID string
	// DisableExecuteAPIEndpoint closes the default host, ID.execute-api.REGION.amazonaws.com.
	DisableExecuteAPIEndpoint bool
	Routes                    []Route
	Stages                    []Stage
}

// Route leads requests to a function.
type Route struct {
	// Key is "GET /payments/{id}", "ANY /{proxy+}" or "$default".
	Key string
	// Function is the ARN of the integration's function.
	Function string
	// Timeout of the integration, 50 ms to 30 s; default 30 s.
	Timeout time.Duration
	// Authorizer, nil for an open route, and the scopes of which a token needs one.
	Authorizer *Authorizer
	Scopes     []string
}

// Authorizer is a JWT authorizer.
type Authorizer struct {
	Issuer   string
	Audience []string
	// IdentitySource is $request.header.NAME or $request.querystring.NAME; default $request.header.Authorization.
	IdentitySource string
}

// Stage is a deployment of an API.
type Stage struct {
	// Name; "$default" needs no path prefix.
	Name      string
	Variables map[string]string
	// RateLimit in requests a second, and BurstLimit; 0 and 0 are the account's 10,000 and 5,000.
	RateLimit  float64
	BurstLimit int
	// LogGroup and LogFormat of the access log; "" is none.
	LogGroup, LogFormat string
	// DetailedMetrics adds the dimensions Method and Resource.
	DetailedMetrics bool
}

// Mapping gives a stage a name.
type Mapping struct {
	Domain string
	API    string
	Stage  string
	// Key is the first part of the path, "" for all paths.
	Key string
}

// AWS's fixed and default values ("Quotas for configuring and running an HTTP API").
const (
	maximumTimeout, minimumTimeout = 30 * time.Second, 50 * time.Millisecond
	defaultRate, defaultBurst      = 10_000, 5_000
	maximumRoutes                  = 300
	maximumPayload                 = 10 << 20 // bytes
	maximumHeader                  = 10_240   // bytes of the request line and the headers
	defaultStage                   = "$default"
	defaultSource                  = "$request.header.Authorization"
)

// validate checks what AWS refuses, and that everything that is named exists.
func (c Configuration) validate() error {
	apis := map[string]API{}
	for _, api := range c.APIs {
		if _, twice := apis[api.ID]; twice || api.ID == "" {
			return fmt.Errorf("configure gateway: API id %q is empty or there twice", api.ID)
		}
		apis[api.ID] = api
		if err := api.validate(); err != nil {
			return fmt.Errorf("configure gateway: API %s: %w", api.ID, err)
		}
	}
	seen := map[string]bool{}
	for _, m := range c.Mappings {
		name := strings.ToLower(m.Domain) + "/" + m.Key
		if m.Domain == "" || seen[name] {
			return fmt.Errorf("configure gateway: mapping of %q is empty or there twice", name)
		}
		seen[name] = true
		api, ok := apis[m.API]
		if !ok {
			return fmt.Errorf("configure gateway: mapping of %s: no API %q", name, m.API)
		}
		if !api.hasStage(m.Stage) {
			return fmt.Errorf("configure gateway: mapping of %s: API %s has no stage %q", name, m.API, m.Stage)
		}
	}
	return nil
}

func (a API) hasStage(name string) bool {
	for _, stage := range a.Stages {
		if stage.Name == name {
			return true
		}
	}
	return false
}

func (a API) validate() error {
	if len(a.Routes) > maximumRoutes {
		return fmt.Errorf("%d routes, more than %d", len(a.Routes), maximumRoutes)
	}
	for _, route := range a.Routes {
		if route.Function == "" {
			return fmt.Errorf("route %q has no function", route.Key)
		}
		if route.Timeout != 0 && (route.Timeout < minimumTimeout || route.Timeout > maximumTimeout) {
			return fmt.Errorf("route %q: timeout %s is not between %s and %s", route.Key, route.Timeout, minimumTimeout, maximumTimeout)
		}
		if err := route.Authorizer.validate(); err != nil {
			return fmt.Errorf("route %q: %w", route.Key, err)
		}
	}
	stages := map[string]bool{}
	for _, stage := range a.Stages {
		if stage.Name == "" || stages[stage.Name] {
			return fmt.Errorf("stage %q is empty or there twice", stage.Name)
		}
		stages[stage.Name] = true
		if stage.RateLimit < 0 || stage.BurstLimit < 0 {
			return fmt.Errorf("stage %s: rate limit %v and burst limit %d must not be negative", stage.Name, stage.RateLimit, stage.BurstLimit)
		}
		if stage.LogFormat != "" && !strings.Contains(stage.LogFormat, "$context.requestId") && !strings.Contains(stage.LogFormat, "$context.extendedRequestId") {
			return fmt.Errorf("stage %s: the log format must contain $context.requestId", stage.Name)
		}
	}
	_, err := routing.New(a.keys())
	return err
}

func (a API) keys() []string {
	keys := make([]string, 0, len(a.Routes))
	for _, route := range a.Routes {
		keys = append(keys, route.Key)
	}
	return keys
}

func (a *Authorizer) validate() error {
	if a == nil {
		return nil
	}
	if !strings.HasPrefix(a.Issuer, "https://") {
		return fmt.Errorf("issuer %q is no https address", a.Issuer)
	}
	if len(a.Audience) == 0 {
		return fmt.Errorf("issuer %s: an audience is needed", a.Issuer)
	}
	if a.IdentitySource != "" {
		if _, _, ok := identitySource(a.IdentitySource); !ok {
			return fmt.Errorf("identity source %q is neither $request.header.NAME nor $request.querystring.NAME", a.IdentitySource)
		}
	}
	return nil
}

// identitySource splits $request.header.NAME.
func identitySource(source string) (place, name string, ok bool) {
	for _, place := range []string{"header", "querystring"} {
		if name, found := strings.CutPrefix(source, "$request."+place+"."); found && name != "" {
			return place, name, true
		}
	}
	return "", "", false
}

func (a *Authorizer) settings() jwt.Settings {
	return jwt.Settings{Issuer: a.Issuer, Audience: a.Audience}
}
