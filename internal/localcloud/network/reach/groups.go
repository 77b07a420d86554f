package reach

import (
	"fmt"
	"slices"
	"strings"
)

func (g Group) egress() []Rule  { return g.Egress }
func (g Group) ingress() []Rule { return g.Ingress }

// egress asks the groups of the caller.
func (r Rules) egress(from, to Place, port int) Verdict {
	return r.some(from, "egress", Group.egress, port, to.Name, func(rule Rule) bool { return r.names(rule, from, to) })
}

// ingress asks the groups of the called.
func (r Rules) ingress(from, to Place, port int) Verdict {
	return r.some(to, "ingress", Group.ingress, port, from.Name, func(rule Rule) bool { return r.names(rule, to, from) })
}

// some looks for a rule among the groups of a place; one is enough. No group at all allows nothing.
func (r Rules) some(at Place, word string, list func(Group) []Rule, port int, other string, matches func(Rule) bool) Verdict {
	var names []string
	for _, id := range at.Groups {
		group, known := r.Groups[id]
		if !known {
			names = append(names, fmt.Sprintf("%s (no such group)", id))
			continue
		}
		names = append(names, group.Name)
		for _, rule := range list(group) {
			if rule.covers(port) && matches(rule) {
				return allow("%s rule of %s allows port %d, %s", word, group.Name, port, other)
			}
		}
	}
	if len(names) == 0 {
		return deny("no %s rule: %s has no security group", word, at.Name)
	}
	return deny("no %s rule of %s allows port %d, %s", word, strings.Join(names, ", "), port, other)
}

func (r Rule) covers(port int) bool {
	return r.Protocol == "-1" || (r.Protocol == "tcp" && r.From <= port && port <= r.To)
}

// names says whether the rule of a place means the other one. A group of another Region cannot be named: the rule
// then means nobody.
func (r Rules) names(rule Rule, at, other Place) bool {
	if rule.Group != "" {
		return at.Region == other.Region && slices.Contains(other.Groups, rule.Group)
	}
	return rule.Prefix.IsValid() && rule.Prefix.Contains(other.Address)
}

func everywhere(rule Rule) bool {
	return rule.Prefix.IsValid() && rule.Prefix.Bits() == 0
}
