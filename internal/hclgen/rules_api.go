package hclgen

func apiRules() []rule {
	return []rule{
		{"authorizer-jwt", []string{"aws_apigatewayv2_authorizer"}, "API Gateway guide, http-api-jwt-authorizer", func(v view) {
			if v.is("authorizer_type", "JWT") {
				needs("identity_sources", "jwt_configuration")(v)
				for _, jwt := range v.nested("jwt_configuration") {
					needs("audience", "issuer")(jwt)
				}
			}
			if v.is("authorizer_type", "REQUEST") {
				needs("authorizer_uri")(v)
			}
		}},
		{"route-authorizer", []string{"aws_apigatewayv2_route"}, "provider docs r/apigatewayv2_route: authorizer_id with JWT and CUSTOM", func(v view) {
			if (v.is("authorization_type", "JWT") || v.is("authorization_type", "CUSTOM")) && !v.has("authorizer_id") {
				v.fault("authorizer_id", "is not set on a route that authorizes by one", "set the id of an aws_apigatewayv2_authorizer")
			}
		}},
		{"integration-uri", []string{"aws_apigatewayv2_integration"}, "provider docs r/apigatewayv2_integration: a proxy needs its uri", func(v view) {
			if v.is("integration_type", "AWS_PROXY") && !v.has("integration_subtype") && !v.has("integration_uri") {
				v.fault("integration_uri", "is not set on an AWS_PROXY integration", "set the function's invoke_arn")
			}
		}},
		{"integration-timeout", []string{"aws_apigatewayv2_integration"}, "API Gateway guide, http-api-quotas: 50 ms to 30 s", within("timeout_milliseconds", 50, 30000)},
	}
}
