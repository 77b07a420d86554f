package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// Route keys of the API, and whether a caller must be known.
var apiRoutes = []struct {
	name, key, path string
	known           bool
	why             string
}{
	{"pay", "POST /payments", "POST/payments", true, "Takes a payment."},
	{"payment", "GET /payments/{id}", "GET/payments/*", true, "Says what became of a payment."},
	{"health", "GET /health", "GET/health", false, "For Route 53's checkers, which have no token; says nothing about any payment."},
}

func (r region) api() {
	r = r.at("api.tf", "The payment API of this Region, under the failover name and under the Region's own name.")
	r.made.api = r.resource("aws_apigatewayv2_api", "payment", "The default host is closed: callers use the names below, whose certificate we own.").
		Set("name", r.named("api")).
		Set("description", "Payment API, "+r.here).
		Set("protocol_type", "HTTP").
		Set("disable_execute_api_endpoint", true)
	r.tagged(r.made.api, "api")
	authorizer := r.authorizer()
	r.routes(authorizer)
	r.stage()
	r.made.sharedDomain = r.domain("failover", r.names.FailoverDomain(),
		"The name that payers use; the same in both Regions, Route 53 decides which one answers.")
	r.made.regionalDomain = r.domain("regional", r.names.RegionalDomain(r.role),
		"This Region by name: for health checks, which must not follow a failover, and for clients that know both Regions.")
}

func (r region) authorizer() *hclgen.Block {
	if r.cfg.API.Auth.None {
		return nil
	}
	authorizer := r.resource("aws_apigatewayv2_authorizer", "jwt", "Keys are cached for up to two hours; the issuer should not live in one Region alone.").
		Set("api_id", r.made.api.Ref("id")).
		Set("name", r.named("jwt")).
		Set("authorizer_type", "JWT").
		Set("identity_sources", hclgen.List("$request.header.Authorization"))
	authorizer.Block("jwt_configuration").
		Set("issuer", r.cfg.API.Auth.JWT.Issuer).
		Set("audience", r.cfg.API.Auth.JWT.Audience)
	return authorizer
}

func (r region) routes(authorizer *hclgen.Block) {
	function := r.made.functions[config.PaymentProcessor]
	integration := r.resource("aws_apigatewayv2_integration", "payment", "").
		Set("api_id", r.made.api.Ref("id")).
		Set("description", "The payment processor").
		Set("integration_type", "AWS_PROXY").
		Set("integration_method", "POST").
		Set("integration_uri", function.Ref("invoke_arn")).
		Set("payload_format_version", "2.0").
		Set("timeout_milliseconds", 30000)
	for _, route := range apiRoutes {
		block := r.resource("aws_apigatewayv2_route", route.name, route.why).
			Set("api_id", r.made.api.Ref("id")).
			Set("route_key", route.key).
			Set("target", hclgen.Template("integrations/", integration.Ref("id")))
		if route.known && authorizer != nil {
			block.Set("authorization_type", "JWT").Set("authorizer_id", authorizer.Ref("id"))
		} else {
			block.Set("authorization_type", "NONE").Note("checkov:skip=CKV_AWS_309: " + openReason(route.known))
		}
		r.permission("api_"+route.name, config.PaymentProcessor, "", "apigateway.amazonaws.com",
			hclgen.Template(r.made.api.Ref("execution_arn"), "/$default/"+route.path))
	}
}

// openReason says why a route asks for no token.
func openReason(known bool) string {
	if known {
		return "api.auth is none, said aloud in the configuration."
	}
	return "the checkers have no token, and the answer says nothing about any payment."
}

func (r region) stage() {
	logs := r.logGroup("api", r.names.APILogGroup(r.role), "One line a request: who, what, how long; no body and no token.")
	r.made.stage = r.resource("aws_apigatewayv2_stage", "default", "").
		Set("api_id", r.made.api.Ref("id")).
		Set("name", "$default").
		Set("auto_deploy", true)
	r.tagged(r.made.stage, "api-stage")
	r.made.stage.Block("access_log_settings").
		Set("destination_arn", logs.Ref("arn")).
		Set("format", hclgen.JSON(hclgen.Object(
			hclgen.F("requestId", "$context.requestId"),
			hclgen.F("requestTime", "$context.requestTime"),
			hclgen.F("sourceIp", "$context.identity.sourceIp"),
			hclgen.F("domainName", "$context.domainName"),
			hclgen.F("routeKey", "$context.routeKey"),
			hclgen.F("status", "$context.status"),
			hclgen.F("responseLatency", "$context.responseLatency"),
			hclgen.F("integrationLatency", "$context.integrationLatency"),
			hclgen.F("integrationError", "$context.integrationErrorMessage"),
			hclgen.F("authorizerError", "$context.authorizer.error"),
			hclgen.F("subject", "$context.authorizer.claims.sub"),
		)))
	r.made.stage.Block("default_route_settings").
		Why("Requests a second and burst; above it the answer is 429 and nothing is started.").
		Set("throttling_rate_limit", r.cfg.API.Throttle.Rate).
		Set("throttling_burst_limit", r.cfg.API.Throttle.Burst).
		Set("detailed_metrics_enabled", true)
}

func (r region) domain(name, domainName, why string) *hclgen.Block {
	domain := r.resource("aws_apigatewayv2_domain_name", name, why).Set("domain_name", domainName)
	domain.Block("domain_name_configuration").
		Set("certificate_arn", r.fromGlobal("certificate_arns."+string(r.role))).
		Set("endpoint_type", "REGIONAL").
		Set("security_policy", "TLS_1_2")
	domain.Set("tags", nameTag(domainName))
	r.resource("aws_apigatewayv2_api_mapping", name, "").
		Set("api_id", r.made.api.Ref("id")).
		Set("domain_name", domain.Ref("id")).
		Set("stage", r.made.stage.Ref("id"))
	return domain
}

func (r region) regionOutputs() {
	prefix := string(r.role)
	r.output(prefix+"_vpc_id", "The VPC of "+r.here+".", r.made.vpc.Ref("id"))
	topic := "sns_topic_arn"
	if r.role == config.Secondary {
		topic = "secondary_sns_topic_arn"
	}
	r.output(topic, "Alerts of "+r.here+".", r.made.topic.Ref("arn"))
	var tables []any
	for _, table := range r.made.privateTables {
		tables = append(tables, table.Ref("id"))
	}
	r.output("private_route_table_ids", "Where the root link adds the route to the peer.", hclgen.List(tables...))
	target := func(domain *hclgen.Block) hclgen.Expr {
		return hclgen.Object(
			hclgen.F("domain_name", domain.Ref("domain_name_configuration[0].target_domain_name")),
			hclgen.F("zone_id", domain.Ref("domain_name_configuration[0].hosted_zone_id")),
		)
	}
	r.output("failover_target", "What the failover name points at while this Region answers.", target(r.made.sharedDomain))
	r.output("regional_target", "What this Region's own name points at.", target(r.made.regionalDomain))
	r.output("cluster_identifier", "This Region's Aurora cluster.", r.made.cluster.Ref("cluster_identifier"))
	r.output("cluster_arn", "What a failover or a switchover names as its target.", r.made.cluster.Ref("arn"))
	r.output("api_id", "The HTTP API.", r.made.api.Ref("id"))
	names := []hclgen.Field{}
	for _, name := range config.Functions() {
		names = append(names, hclgen.F(identifier(name), r.made.functions[name].Ref("function_name")))
	}
	r.output("function_names", "The functions.", hclgen.Object(names...))
}
