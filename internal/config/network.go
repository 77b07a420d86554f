package config

import (
	"net/netip"
)

// Subnets are /24 whatever the VPC's size: three private ones from the start of the range (the original's 10.0.0.0/24,
// 10.0.1.0/24, 10.0.2.0/24 of 10.0.0.0/16) and three public ones from the ninth, so that both kinds can grow. The
// smallest allowed VPC, a /20, has sixteen of them.
const (
	subnetBits        = 24
	subnetsOfEachKind = 3
	firstPublicSubnet = 8
)

// PrivateSubnets are the ranges of a place's private subnets, one for each of Zones; none if the CIDR is not valid.
func (c Config) PrivateSubnets(role Role) []netip.Prefix { return subnets(c.CIDR(role), 0) }

// PublicSubnets are the ranges of a place's public subnets, which exist with egress: nat only.
func (c Config) PublicSubnets(role Role) []netip.Prefix {
	return subnets(c.CIDR(role), firstPublicSubnet)
}

func subnets(vpc netip.Prefix, first int) []netip.Prefix {
	if !vpc.IsValid() || !vpc.Addr().Is4() || vpc.Bits() > 20 {
		return nil
	}
	var found []netip.Prefix
	for i := first; i < first+subnetsOfEachKind; i++ {
		octets := vpc.Masked().Addr().As4()
		octets[2] += byte(i) // a /20 or larger leaves the low four bits of this octet free
		found = append(found, netip.PrefixFrom(netip.AddrFrom4(octets), subnetBits))
	}
	return found
}

// privateRanges are those of RFC 1918 and the shared space of RFC 6598.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"),
}

func validateNetwork(c Config, report reporter) {
	primary := validateCIDR("cidrs.primary", c.CIDRs.Primary, report)
	secondary := validateCIDR("cidrs.secondary", c.CIDRs.Secondary, report)
	if overlap(primary, secondary) {
		report("cidrs.secondary", c.CIDRs.Secondary, "overlaps cidrs.primary, "+c.CIDRs.Primary+"; the VPCs are peered, and peering needs distinct ranges (https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html)",
			"choose another range, such as 10.1.0.0/16 beside 10.0.0.0/16")
	}
}

// overlap says whether two ranges share an address; an invalid range shares none.
func overlap(a, b netip.Prefix) bool {
	return a.IsValid() && b.IsValid() && a.Overlaps(b)
}

// validateCIDR returns the range, or the zero Prefix if it is not one.
func validateCIDR(key, text string, report reporter) netip.Prefix {
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !prefix.Addr().Is4():
		report(key, text, "is not an IPv4 range", "write it as 10.0.0.0/16")
		return netip.Prefix{}
	case prefix.Masked() != prefix:
		report(key, text, "has address bits below its mask", "write "+prefix.Masked().String())
	case prefix.Bits() < 16 || prefix.Bits() > 20:
		report(key, text, "is not between /16, the largest VPC, and /20, the smallest with room for the subnets (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html)", "")
	case !isPrivate(prefix):
		report(key, text, "is not private address space (RFC 1918: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16; RFC 6598: 100.64.0.0/10)", "")
	}
	return prefix
}

func isPrivate(prefix netip.Prefix) bool {
	for _, private := range privateRanges {
		if private.Bits() <= prefix.Bits() && private.Contains(prefix.Addr()) {
			return true
		}
	}
	return false
}
