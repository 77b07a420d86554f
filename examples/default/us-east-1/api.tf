# The payment API of this Region, under the failover name and under the Region's own name.

# The default host is closed: callers use the names below, whose certificate we own.
resource "aws_apigatewayv2_api" "payment" {
  name                         = "payment-primary-api-dev-test"
  description                  = "Payment API, us-east-1"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true

  tags = {
    Name = "payment-primary-api-dev-test"
  }
}

# Keys are cached for up to two hours; the issuer should not live in one Region alone.
resource "aws_apigatewayv2_authorizer" "jwt" {
  api_id           = aws_apigatewayv2_api.payment.id
  name             = "payment-primary-jwt-dev-test"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = "https://auth.pay.example.net/"
    audience = ["payment-api"]
  }
}

resource "aws_apigatewayv2_integration" "payment" {
  api_id                 = aws_apigatewayv2_api.payment.id
  description            = "The payment processor"
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = aws_lambda_function.payment_processor.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

# Takes a payment.
resource "aws_apigatewayv2_route" "pay" {
  api_id             = aws_apigatewayv2_api.payment.id
  route_key          = "POST /payments"
  target             = "integrations/${aws_apigatewayv2_integration.payment.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.jwt.id
}

resource "aws_lambda_permission" "api_pay" {
  statement_id  = "Allow-payment-processor-primary-dev-test-api-pay"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.payment_processor.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.payment.execution_arn}/$default/POST/payments"
}

# Says what became of a payment.
resource "aws_apigatewayv2_route" "payment" {
  api_id             = aws_apigatewayv2_api.payment.id
  route_key          = "GET /payments/{id}"
  target             = "integrations/${aws_apigatewayv2_integration.payment.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.jwt.id
}

resource "aws_lambda_permission" "api_payment" {
  statement_id  = "Allow-payment-processor-primary-dev-test-api-payment"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.payment_processor.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.payment.execution_arn}/$default/GET/payments/*"
}

# For Route 53's checkers, which have no token; says nothing about any payment.
resource "aws_apigatewayv2_route" "health" {
  # checkov:skip=CKV_AWS_309: the checkers have no token, and the answer says nothing about any payment.
  api_id             = aws_apigatewayv2_api.payment.id
  route_key          = "GET /health"
  target             = "integrations/${aws_apigatewayv2_integration.payment.id}"
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "api_health" {
  statement_id  = "Allow-payment-processor-primary-dev-test-api-health"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.payment_processor.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.payment.execution_arn}/$default/GET/health"
}

# One line a request: who, what, how long; no body and no token.
resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/apigateway/payment-primary-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/apigateway/payment-primary-dev-test"
  }
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.payment.id
  name        = "$default"
  auto_deploy = true

  tags = {
    Name = "payment-primary-api-stage-dev-test"
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn

    format = jsonencode({
      requestId          = "$context.requestId"
      requestTime        = "$context.requestTime"
      sourceIp           = "$context.identity.sourceIp"
      domainName         = "$context.domainName"
      routeKey           = "$context.routeKey"
      status             = "$context.status"
      responseLatency    = "$context.responseLatency"
      integrationLatency = "$context.integrationLatency"
      integrationError   = "$context.integrationErrorMessage"
      authorizerError    = "$context.authorizer.error"
      subject            = "$context.authorizer.claims.sub"
    })
  }

  # Requests a second and burst; above it the answer is 429 and nothing is started.
  default_route_settings {
    throttling_rate_limit    = 500
    throttling_burst_limit   = 1000
    detailed_metrics_enabled = true
  }
}

# The name that payers use; the same in both Regions, Route 53 decides which one answers.
resource "aws_apigatewayv2_domain_name" "failover" {
  domain_name = "api.payment-dr-dev-test.pay.example.net"

  tags = {
    Name = "api.payment-dr-dev-test.pay.example.net"
  }

  domain_name_configuration {
    certificate_arn = local.global.certificate_arns.primary
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "failover" {
  api_id      = aws_apigatewayv2_api.payment.id
  domain_name = aws_apigatewayv2_domain_name.failover.id
  stage       = aws_apigatewayv2_stage.default.id
}

# This Region by name: for health checks, which must not follow a failover, and for clients that know both
# Regions.
resource "aws_apigatewayv2_domain_name" "regional" {
  domain_name = "us-east-1.api.payment-dr-dev-test.pay.example.net"

  tags = {
    Name = "us-east-1.api.payment-dr-dev-test.pay.example.net"
  }

  domain_name_configuration {
    certificate_arn = local.global.certificate_arns.primary
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "regional" {
  api_id      = aws_apigatewayv2_api.payment.id
  domain_name = aws_apigatewayv2_domain_name.regional.id
  stage       = aws_apigatewayv2_stage.default.id
}
