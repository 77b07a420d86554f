package apigateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/authority"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/jwt"
	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway/routing"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

// Functions runs the integrations.
type Functions interface {
	// Invoke waits for the answer. A refusal is a *lambda.Error; when ctx ends, ctx's error.
	Invoke(ctx context.Context, invocation lambda.Invocation) (lambda.Result, error)
}

// Logs takes access log lines.
type Logs interface {
	Write(group, stream string, at time.Time, line string)
}

// Metrics takes values as CloudWatch does; unit is a CloudWatch unit.
type Metrics interface {
	Record(namespace, name, unit string, dimensions map[string]string, value float64, at time.Time)
}

// Options are what a Gateway stands on; Logs, Metrics and Client may be nil.
type Options struct {
	Region, Account string
	Functions       Functions
	Authority       *authority.Authority
	Logs            Logs
	Metrics         Metrics
	// Client fetches issuers' keys: it must reach them and trust their certificates. nil is http.DefaultClient.
	Client *http.Client
}

// Gateway is the API Gateway of one Region. Its methods are safe for concurrent use.
type Gateway struct {
	options Options
	now     func() time.Time
	state   atomic.Pointer[state]
}

// state is a configuration ready for use.
type state struct {
	apis     map[string]*api
	mappings map[string][]Mapping // by lower-case domain
}

type api struct {
	API
	table     *routing.Table
	routes    map[string]Route
	verifiers map[string]*jwt.Verifier // by route key
	stages    map[string]*stage
}

type stage struct {
	Stage
	limiter *rate.Limiter
}

// New makes a gateway that serves nothing yet.
func New(options Options) (*Gateway, error) {
	if options.Region == "" || options.Account == "" || options.Functions == nil || options.Authority == nil {
		return nil, errors.New("start gateway: Region, Account, Functions and Authority are needed")
	}
	if options.Client == nil {
		options.Client = http.DefaultClient
	}
	g := &Gateway{options: options, now: time.Now}
	g.state.Store(&state{})
	return g, nil
}

// Configure replaces what is served; requests in flight end as they began. Throttles and key caches start anew.
func (g *Gateway) Configure(configuration Configuration) error {
	if err := configuration.validate(); err != nil {
		return err
	}
	next := &state{apis: map[string]*api{}, mappings: map[string][]Mapping{}}
	for _, a := range configuration.APIs {
		made, err := g.prepare(a)
		if err != nil {
			return fmt.Errorf("configure gateway: API %s: %w", a.ID, err)
		}
		next.apis[a.ID] = made
	}
	for _, m := range configuration.Mappings {
		name := strings.ToLower(m.Domain)
		next.mappings[name] = append(next.mappings[name], m)
	}
	g.state.Store(next)
	return nil
}

func (g *Gateway) prepare(a API) (*api, error) {
	table, err := routing.New(a.keys())
	if err != nil {
		return nil, err
	}
	made := &api{API: a, table: table, routes: map[string]Route{}, verifiers: map[string]*jwt.Verifier{}, stages: map[string]*stage{}}
	shared := map[string]*jwt.Verifier{} // one key cache for equal authorizers
	for _, route := range a.Routes {
		if route.Timeout == 0 {
			route.Timeout = maximumTimeout
		}
		made.routes[route.Key] = route
		if route.Authorizer == nil {
			continue
		}
		settings := route.Authorizer.settings()
		name := fmt.Sprint(settings)
		if shared[name] == nil {
			shared[name] = jwt.New(settings, g.options.Client, func() time.Time { return g.now() })
		}
		made.verifiers[route.Key] = shared[name]
	}
	for _, s := range a.Stages {
		limit, burst := s.RateLimit, s.BurstLimit
		if limit == 0 && burst == 0 {
			limit, burst = defaultRate, defaultBurst
		}
		made.stages[s.Name] = &stage{Stage: s, limiter: rate.NewLimiter(rate.Limit(limit), burst)}
	}
	return made, nil
}

// defaultHost is the suffix of the execute-api hosts of this Region.
func (g *Gateway) defaultHost() string { return ".execute-api." + g.options.Region + ".amazonaws.com" }

// place is where a request goes: an API, a stage, and the path that is left for its routes (escaped).
type place struct {
	api        *api
	stage      *stage
	path       string
	mappingKey string
	prefix     string // of rawPath: the stage's name on the default host
}

// locate finds the API of a host and an escaped path; 0 is found, otherwise the status to answer.
func (g *Gateway) locate(host, path string) (place, int) {
	current := g.state.Load()
	if id, ok := strings.CutSuffix(host, g.defaultHost()); ok {
		a := current.apis[id]
		if a == nil {
			return place{}, http.StatusForbidden
		}
		if a.DisableExecuteAPIEndpoint {
			return place{}, http.StatusNotFound
		}
		first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if s := a.stages[first]; s != nil && first != defaultStage {
			return place{api: a, stage: s, path: "/" + rest, prefix: "/" + first}, 0
		}
		if s := a.stages[defaultStage]; s != nil {
			return place{api: a, stage: s, path: path}, 0
		}
		return place{}, http.StatusNotFound
	}
	var best *Mapping
	for index, m := range current.mappings[host] {
		if m.Key == "" || path == "/"+m.Key || strings.HasPrefix(path, "/"+m.Key+"/") {
			if best == nil || len(m.Key) > len(best.Key) {
				best = &current.mappings[host][index]
			}
		}
	}
	if best == nil {
		return place{}, http.StatusForbidden
	}
	a := current.apis[best.API]
	if best.Key != "" {
		path = "/" + strings.TrimPrefix(strings.TrimPrefix(path, "/"+best.Key), "/")
	}
	return place{api: a, stage: a.stages[best.Stage], path: path, mappingKey: best.Key}, 0
}
