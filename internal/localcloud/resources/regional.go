package resources

import (
	"context"
	"fmt"
	"slices"

	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// regionalTypes are sent to their Region, and nobody else needs to know of them.
var regionalTypes = []string{
	"aws_apigatewayv2_api_mapping",
	"aws_apigatewayv2_authorizer",
	"aws_apigatewayv2_integration",
	"aws_apigatewayv2_route",
	"aws_apigatewayv2_stage",
	"aws_cloudwatch_composite_alarm",
	"aws_cloudwatch_dashboard",
	"aws_cloudwatch_event_rule",
	"aws_cloudwatch_event_target",
	"aws_cloudwatch_log_group",
	"aws_cloudwatch_metric_alarm",
	"aws_lambda_function_event_invoke_config",
	"aws_lambda_permission",
	"aws_secretsmanager_secret_rotation",
	"aws_sns_topic",
	"aws_sns_topic_policy",
	"aws_sns_topic_subscription",
}

// RegionTypes are all types that Regions are sent, sorted.
func RegionTypes() []string {
	return slices.Sorted(slices.Values(append([]string{"aws_apigatewayv2_api", "aws_apigatewayv2_domain_name", "aws_lambda_function",
		"aws_secretsmanager_secret", "aws_secretsmanager_secret_version"}, regionalTypes...)))
}

// regional handles a type that only its Region needs to know.
func (c *Cloud) regional() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			return full, c.send(ctx, full, r)
		},
		delete: func(ctx context.Context, _ object, r apply.Resource) error { return c.withdraw(ctx, r) },
	}
}

// send gives a resource to its Region.
func (c *Cloud) send(ctx context.Context, full attributes, r apply.Resource) error {
	encoded, err := ctyjson.SimpleJSONValue{Value: full.value}.MarshalJSON()
	if err != nil {
		return fmt.Errorf("encode %s: %w", key(r), err)
	}
	if err := c.options.Regions.Put(ctx, r.Region, r.Type, key(r), encoded); err != nil {
		return fmt.Errorf("put %s into %s: %w", key(r), r.Region, err)
	}
	return nil
}

// withdraw takes a resource from its Region.
func (c *Cloud) withdraw(ctx context.Context, r apply.Resource) error {
	if err := c.options.Regions.Delete(ctx, r.Region, r.Type, key(r)); err != nil {
		return fmt.Errorf("delete %s from %s: %w", key(r), r.Region, err)
	}
	return nil
}
