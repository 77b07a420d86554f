package install

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
)

// apis collects the seven types that a gateway's configuration consists of. The installer's lock guards it.
type apis struct {
	gateway      Gateway
	apis         map[string]apigateway.API // by id, as all
	authorizers  map[string]authorizer
	integrations map[string]integration
	routes       map[string]route
	stages       map[string]stage  // by API and name
	domains      map[string]string // by name, to itself
	mappings     map[string]apigateway.Mapping
	served       apigateway.Configuration
}

func newAPIs(gateway Gateway) *apis {
	return &apis{gateway: gateway, apis: map[string]apigateway.API{}, authorizers: map[string]authorizer{}, integrations: map[string]integration{},
		routes: map[string]route{}, stages: map[string]stage{}, domains: map[string]string{}, mappings: map[string]apigateway.Mapping{}}
}

func (a *apis) register(into map[string]func(raw []byte) (resource, error)) {
	into["aws_apigatewayv2_api"] = a.decodeAPI
	into["aws_apigatewayv2_api_mapping"] = a.decodeMapping
	into["aws_apigatewayv2_authorizer"] = a.decodeAuthorizer
	into["aws_apigatewayv2_domain_name"] = a.decodeDomain
	into["aws_apigatewayv2_integration"] = a.decodeIntegration
	into["aws_apigatewayv2_route"] = a.decodeRoute
	into["aws_apigatewayv2_stage"] = a.decodeStage
}

// serve configures the gateway with all that is there now. Throttles and key caches start anew with every configuration,
// so one that changes nothing is none.
func (a *apis) serve() error {
	next := a.configuration()
	if reflect.DeepEqual(next, a.served) {
		return nil
	}
	if err := a.gateway.Configure(next); err != nil {
		return err
	}
	a.served = next
	return nil
}

// configuration is everything in a fixed order, without what lost its ground.
func (a *apis) configuration() apigateway.Configuration {
	var c apigateway.Configuration
	for _, id := range slices.Sorted(maps.Keys(a.apis)) {
		api := a.apis[id]
		for _, name := range slices.Sorted(maps.Keys(a.routes)) {
			if r := a.routes[name]; r.api == id && a.lacksOfRoute(r) == nil {
				api.Routes = append(api.Routes, a.route(r))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(a.stages)) {
			if s := a.stages[name]; s.api == id {
				api.Stages = append(api.Stages, s.stage)
			}
		}
		c.APIs = append(c.APIs, api)
	}
	for _, id := range slices.Sorted(maps.Keys(a.mappings)) {
		if m := a.mappings[id]; a.lacksOfMapping(m) == nil {
			c.Mappings = append(c.Mappings, m)
		}
	}
	return c
}

func (a *apis) route(r route) apigateway.Route {
	to := a.integrations[r.integration]
	made := apigateway.Route{Key: r.key, Function: to.function, Timeout: to.timeout, Scopes: r.scopes}
	if r.authorizer != "" {
		by := a.authorizers[r.authorizer].authorizer
		made.Authorizer = &by
	}
	return made
}

func (a *apis) lacksAPI(id string) error {
	if _, ok := a.apis[id]; !ok {
		return needs("API %s", id)
	}
	return nil
}

func (a *apis) lacksOfRoute(r route) error {
	if to, ok := a.integrations[r.integration]; !ok || to.api != r.api {
		return needs("integration %s of API %s", r.integration, r.api)
	}
	if by, ok := a.authorizers[r.authorizer]; r.authorizer != "" && (!ok || by.api != r.api) {
		return needs("authorizer %s of API %s", r.authorizer, r.api)
	}
	return a.lacksAPI(r.api)
}

func (a *apis) lacksOfMapping(m apigateway.Mapping) error {
	if _, ok := a.domains[m.Domain]; !ok {
		return needs("domain name %s", m.Domain)
	}
	if _, ok := a.stages[m.API+"/"+m.Stage]; !ok {
		return needs("stage %s of API %s", m.Stage, m.API)
	}
	return a.lacksAPI(m.API)
}

// part is one of the resources that are served together.
type part[P any] struct {
	of    *apis
	among map[string]P
	name  string
	value P
	// lacks is a missing while what it names is not there; nil if it names nothing.
	lacks func() error
}

func (p part[P]) id() string { return p.name }

func (p part[P]) lost() error {
	if p.lacks == nil {
		return nil
	}
	return p.lacks()
}

func (p part[P]) install(context.Context) error {
	if err := p.lost(); err != nil {
		return err
	}
	return p.change(func() { p.among[p.name] = p.value })
}

func (p part[P]) remove(context.Context) error {
	return p.change(func() { delete(p.among, p.name) })
}

// change serves everything with a change; if that fails the part is as before.
func (p part[P]) change(do func()) error {
	before, existed := p.among[p.name]
	do()
	err := p.of.serve()
	if err != nil {
		if delete(p.among, p.name); existed {
			p.among[p.name] = before
		}
	}
	return err
}
