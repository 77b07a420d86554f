package config

import "net/netip"

// Roles lists the two places in the order in which they are deployed.
func Roles() []Role { return []Role{Primary, Secondary} }

// Peer is the other place.
func (r Role) Peer() Role {
	if r == Primary {
		return Secondary
	}
	return Primary
}

// Region is the AWS Region of a place.
func (c Config) Region(role Role) string {
	if role == Primary {
		return c.Regions.Primary
	}
	return c.Regions.Secondary
}

// Peer is the AWS Region of the other place.
func (c Config) Peer(role Role) string { return c.Region(role.Peer()) }

// RegionNames lists primary, secondary and witness.
func (c Config) RegionNames() []string {
	return []string{c.Regions.Primary, c.Regions.Secondary, c.Regions.Witness}
}

// CIDR is the VPC's IPv4 range of a place; the zero Prefix if the configured text is not one (Validate says so).
func (c Config) CIDR(role Role) netip.Prefix {
	text := c.CIDRs.Primary
	if role == Secondary {
		text = c.CIDRs.Secondary
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
