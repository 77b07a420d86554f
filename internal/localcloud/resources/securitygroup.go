package resources

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

func (c *Cloud) group() handler {
	return c.facts(func(full attributes, r apply.Resource) ([]topology.Fact, error) {
		return groupFacts(full, r, full.text("vpc_id"))
	})
}

// defaultSecurityGroup takes the VPC's own group over, and with it away the rules that AWS gives it.
func (c *Cloud) defaultSecurityGroup() handler {
	return c.facts(func(full attributes, r apply.Resource) ([]topology.Fact, error) {
		return groupFacts(full, r, full.text("vpc_id"))
	}, func(full attributes, _ apply.Resource) map[string]cty.Value {
		id := defaultGroup(full.text("vpc_id"))
		return map[string]cty.Value{"id": cty.StringVal(id), "name": cty.StringVal("default"), "description": cty.StringVal("default VPC security group"),
			"arn": cty.StringVal(strings.Replace(full.text("arn"), full.text("id"), id, 1))}
	})
}

func groupFacts(full attributes, r apply.Resource, vpc string) ([]topology.Fact, error) {
	group := topology.Group{ID: full.text("id"), Name: named(full, r), Region: r.Region, VPC: vpc}
	for name, into := range map[string]*[]reach.Rule{"egress": &group.Egress, "ingress": &group.Ingress} {
		for _, block := range full.blocks(name) {
			rules, err := inlineRules(block, group.ID)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			*into = append(*into, rules...)
		}
	}
	return []topology.Fact{group}, nil
}

// inlineRules are those of a block inside a group: one for each prefix, group and list that it names.
func inlineRules(block object, self string) ([]reach.Rule, error) {
	base := ports(block.text("protocol"), block)
	var rules []reach.Rule
	for _, cidr := range block.texts("cidr_blocks") {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, fmt.Errorf("cidr_blocks: %w", err)
		}
		base := base
		base.Prefix = prefix
		rules = append(rules, base)
	}
	groups := block.texts("security_groups")
	if block.yes("self") {
		groups = append(groups, self)
	}
	for _, group := range slices.Compact(slices.Sorted(slices.Values(groups))) {
		base := base
		base.Group = group
		rules = append(rules, base)
	}
	for _, list := range block.texts("prefix_list_ids") {
		base := base
		base.PrefixList = list
		rules = append(rules, base)
	}
	return rules, nil
}

// ports begins a rule.
func ports(protocol string, from object) reach.Rule {
	rule := reach.Rule{Protocol: strings.ToLower(protocol), From: from.number("from_port"), To: from.number("to_port")}
	switch rule.Protocol {
	case "6":
		rule.Protocol = "tcp"
	case "all":
		rule.Protocol = "-1"
	}
	return rule
}

// rule handles the rules that stand outside their group.
func (c *Cloud) rule(egress bool) handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		rule := ports(full.text("ip_protocol"), full.object)
		rule.Group, rule.PrefixList = full.text("referenced_security_group_id"), full.text("prefix_list_id")
		if cidr := full.text("cidr_ipv4"); cidr != "" {
			prefix, err := netip.ParsePrefix(cidr)
			if err != nil {
				return nil, fmt.Errorf("cidr_ipv4: %w", err)
			}
			rule.Prefix = prefix
		}
		return []topology.Fact{topology.GroupRule{Group: full.text("security_group_id"), Egress: egress, Rule: rule}}, nil
	})
}
