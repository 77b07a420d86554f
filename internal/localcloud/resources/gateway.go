package resources

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// api handles aws_apigatewayv2_api. Its own host has an address, even while the API is closed there.
func (c *Cloud) api() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if err := c.send(ctx, full, r); err != nil {
				return full, err
			}
			return full, c.lead(host(full.object), r.Region)
		},
		delete: func(ctx context.Context, prior object, r apply.Resource) error {
			if err := c.options.Names.DeleteTarget(host(prior)); err != nil {
				return fmt.Errorf("delete the name of %s: %w", key(r), err)
			}
			return c.withdraw(ctx, r)
		},
	}
}

func host(api object) string { return strings.TrimPrefix(api.text("api_endpoint"), "https://") }

// domainName handles aws_apigatewayv2_domain_name: the Region answers it, and the world finds the Region by the name that
// AWS gives it (target_domain_name).
func (c *Cloud) domainName() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			configuration := full.block("domain_name_configuration")
			if err := c.covers(configuration.text("certificate_arn"), full.text("domain_name"), r.Region); err != nil {
				return full, err
			}
			configuration.value = awsshape.WithMembers(configuration.value, map[string]cty.Value{"hosted_zone_id": cty.StringVal(gatewayZone(r.Region))})
			full = full.replaced("domain_name_configuration", cty.ListVal([]cty.Value{configuration.value}))
			if err := c.send(ctx, full, r); err != nil {
				return full, err
			}
			return full, c.lead(configuration.text("target_domain_name"), r.Region)
		},
		delete: func(ctx context.Context, prior object, r apply.Resource) error {
			if err := c.options.Names.DeleteTarget(prior.block("domain_name_configuration").text("target_domain_name")); err != nil {
				return fmt.Errorf("delete the name of %s: %w", key(r), err)
			}
			return c.withdraw(ctx, r)
		},
	}
}

// lead makes one of AWS's own names lead to a Region.
func (c *Cloud) lead(name, region string) error {
	address, err := c.options.Address(region)
	if err != nil {
		return fmt.Errorf("find the address of %s: %w", region, err)
	}
	return c.target(name, address)
}

// gatewayZone is the hosted zone that all of a Region's API names are in.
func gatewayZone(region string) string { return "Z" + strings.ToUpper(word("execute-api "+region, 13)) }
