package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// globalZone makes the zone and, in each Region, the certificate for the failover name and that Region's own name.
// They are here and not in the Regions' roots because Route 53's control plane is in us-east-1.
func globalZone(c concern) {
	zone := c.resource("aws_route53_zone", "payment", "Public: payers resolve the failover name here.").
		Set("name", c.names.Zone()).
		Set("enable_accelerated_recovery", true).
		Set("force_destroy", false).
		Set("tags", nameTag(c.names.Zone())).
		Note("checkov:skip=CKV2_AWS_38: DNSSEC needs a record in the parent zone, which is the domain owner's to make.").
		Note("checkov:skip=CKV2_AWS_39: queries name no payer; who needs the log adds it for a cost per query.")
	if c.cfg.ParentZoneID != "" {
		c.resource("aws_route53_record", "delegation", "Delegates the zone from its parent, which is in the same account.").
			Set("zone_id", c.cfg.ParentZoneID).
			Set("name", c.names.Zone()).
			Set("type", "NS").
			Set("ttl", 3600).
			Set("records", zone.Ref("name_servers"))
	}
	primary, secondary := c.certificate(config.Primary), c.certificate(config.Secondary)
	record := c.validationRecord(zone, primary)
	validated := map[config.Role]*hclgen.Block{
		config.Primary:   c.validation(primary, record, config.Primary),
		config.Secondary: c.validation(secondary, record, config.Secondary),
	}
	c.output("zone_id", "The zone of the payment names.", zone.Ref("zone_id"))
	c.output("name_servers", "What the parent zone must delegate to.", zone.Ref("name_servers"))
	c.output("certificate_arns", "Validated certificates, one a Region.", c.byRole(func(role config.Role) any {
		return validated[role].Ref("certificate_arn")
	}))
}

// certificate covers the failover name and, by a wildcard below it, the names of the Regions and nothing else.
// Both Regions' certificates cover the same names, for which an account has one validation record
// (ACM: DNS validation; the token depends on the account and the name, and a wildcard shares its parent's).
func (c concern) certificate(role config.Role) *hclgen.Block {
	certificate := c.resource("aws_acm_certificate", string(role),
		"For the failover name, which moves between the Regions, and for the Regions' own names below it.")
	c.regional(certificate, role)
	return certificate.Set("domain_name", c.names.FailoverDomain()).
		Set("subject_alternative_names", []string{"*." + c.names.FailoverDomain()}).
		Set("validation_method", "DNS").
		Set("tags", nameTag(c.names.Named(role, "api"))).
		Note("checkov:skip=CKV2_AWS_71: the wildcard covers the Regions' names below our own failover name and nothing else.").
		Lifecycle(func(l *hclgen.Block) { l.Set("create_before_destroy", true) })
}

func (c concern) validationRecord(zone, certificate *hclgen.Block) *hclgen.Block {
	options := c.Local(c.file, "validation_options", hclgen.Call("tolist", certificate.Ref("domain_validation_options")))
	option := func(attribute string) hclgen.Expr { return hclgen.Traverse(options, "[0]."+attribute) }
	return c.resource("aws_route53_record", "certificate",
		"Proves the names to the certificate authority; one record serves both Regions' certificates.").
		Set("zone_id", zone.Ref("zone_id")).
		Set("name", option("resource_record_name")).
		Set("type", option("resource_record_type")).
		Set("ttl", 300).
		Set("records", hclgen.List(option("resource_record_value")))
}

func (c concern) validation(certificate, record *hclgen.Block, role config.Role) *hclgen.Block {
	validation := c.resource("aws_acm_certificate_validation", string(role),
		"Waits until the certificate is issued, for which the zone must be delegated.")
	c.regional(validation, role)
	return validation.Set("certificate_arn", certificate.Ref("arn")).
		Set("validation_record_fqdns", hclgen.List(record.Ref("fqdn")))
}
