package resources

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// certificate is what others need to know of one. The local authority makes the real one when a name is first asked for.
type certificate struct {
	region  string
	names   []string
	options []validation
	issued  bool
}

// validation is the record that proves a name.
type validation struct{ domain, name, value string }

// certificates handles aws_acm_certificate.
func (c *Cloud) certificateHandler() handler {
	return handler{cloud: c,
		put: func(_ context.Context, full attributes, r apply.Resource) (attributes, error) {
			if method := full.text("validation_method"); method != "DNS" {
				return full, fmt.Errorf("validation_method %q is not modelled here, only DNS is", method)
			}
			made := certificate{region: r.Region, names: append([]string{full.text("domain_name")}, full.texts("subject_alternative_names")...)}
			slices.Sort(made.names)
			made.names = slices.Compact(made.names)
			var values []cty.Value
			for _, name := range made.names {
				option := validate(name)
				made.options = append(made.options, option)
				values = append(values, cty.ObjectVal(map[string]cty.Value{
					"domain_name": cty.StringVal(option.domain), "resource_record_type": cty.StringVal("CNAME"),
					"resource_record_name": cty.StringVal(option.name), "resource_record_value": cty.StringVal(option.value),
				}))
			}
			full = full.with(map[string]cty.Value{"domain_validation_options": cty.SetVal(values), "status": cty.StringVal("PENDING_VALIDATION")})
			c.mutex.Lock()
			defer c.mutex.Unlock()
			made.issued = c.certificates[full.text("arn")].issued && slices.Equal(c.certificates[full.text("arn")].names, made.names)
			c.certificates[full.text("arn")] = made
			return full, nil
		},
		delete: func(_ context.Context, prior object, _ apply.Resource) error {
			c.mutex.Lock()
			defer c.mutex.Unlock()
			delete(c.certificates, prior.text("arn"))
			return nil
		},
	}
}

// validate gives the record that proves a domain. It depends on domain and account only: certificates of all Regions
// share it, and so do a name and the wildcard below it.
func validate(domain string) validation {
	base := strings.TrimPrefix(domain, "*.")
	return validation{domain: domain, name: "_" + hexWord("acm name "+base, 32) + "." + base + ".",
		value: "_" + hexWord("acm value "+base, 32) + "." + word("acm "+base, 10) + ".acm-validations.aws."}
}

// issue handles aws_acm_certificate_validation: issued at once when the records stand in a zone, as ACM would some time
// later, and an error where ACM would wait for ever.
func (c *Cloud) issue() handler {
	return handler{cloud: c, put: func(_ context.Context, full attributes, r apply.Resource) (attributes, error) {
		arn := full.text("certificate_arn")
		c.mutex.Lock()
		defer c.mutex.Unlock()
		found, ok := c.certificates[arn]
		if !ok || found.region != r.Region {
			return full, fmt.Errorf("there is no certificate %s in %s", arn, r.Region)
		}
		for _, option := range found.options {
			if !c.zones.has(option.name, "CNAME", option.value) {
				return full, fmt.Errorf("certificate %s: no zone has the record that proves %s: %s CNAME %s", arn, option.domain, option.name, option.value)
			}
		}
		found.issued = true
		c.certificates[arn] = found
		return full, nil
	}}
}

// covers checks that a certificate may be used for a domain, as API Gateway does.
func (c *Cloud) covers(arn, domain, region string) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	found, ok := c.certificates[arn]
	switch {
	case !ok:
		return fmt.Errorf("there is no certificate %q; known are %s", arn, quoted(slices.Sorted(maps.Keys(c.certificates))))
	case found.region != region:
		return fmt.Errorf("certificate %s is in %s, a regional domain of %s needs one of its own Region", arn, found.region, region)
	case !found.issued:
		return fmt.Errorf("certificate %s is not issued: it waits for its validation", arn)
	}
	_, parent, _ := strings.Cut(domain, ".")
	for _, name := range found.names {
		if strings.EqualFold(name, domain) || strings.EqualFold(name, "*."+parent) {
			return nil
		}
	}
	return fmt.Errorf("certificate %s is for %s, not for %s", arn, quoted(found.names), domain)
}
