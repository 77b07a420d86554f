// Package layout says where everything of a local cloud listens: which loopback address and port each part of each
// Region has, so that the supervisor and the Regions' processes agree without asking each other.
package layout

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/paymentdr/paymentdr/internal/localcloud/network"
)

// The hosts of a Region's loopback network 127.cloud.region.0.
const (
	hostPublic    = 1  // what payers connect to; leads to hostGateway through the link from the internet
	hostGateway   = 2  // the Region's API Gateway
	hostAPI       = 3  // the AWS APIs, for what runs in the Region
	hostPublicAPI = 4  // the AWS APIs from outside; leads to hostAPI through the link from the internet
	hostInternal  = 5  // what other Regions' services tell this one's
	hostPeer      = 6  // the journal's member
	hostPeerWay   = 7  // where other members find it, through their links
	hostSilent    = 8  // accepts and never answers: what a security group drops
	hostIssuer    = 9  // the issuer of tokens; in a Region, the way to it
	hostWriter    = 10 // the global writer's name, as resolved in the Region
	hostServer    = 11 // the Region's database servers themselves, which only replication reaches by TCP
	hostFarServer = 12 // ways to the servers of other Regions
	hostNear      = 13 // the same for who reaches no database of the other Region
	hostDatabase  = 20 // the Region's own clusters from here on
	hostFarAway   = 40 // ways to the other Regions' clusters, at the distance of the cluster's own host
	hostDNS       = 53 // of the place "internet"
	mostDatabases = hostFarAway - hostDatabase
)

// Ports that need no privilege; PortHTTPS and PortDNS are in Layout, as they may need one.
const (
	PortPostgres = 5432
	portPeer     = 2380
	portInternal = 8080
)

// Layout is the addresses of one cloud.
type Layout struct {
	Cloud int
	// Regions are the places in their order: primary, secondary, witness.
	Primary, Secondary, Witness string
	// HTTPS and DNS are 443 and 53 where this user may listen there, else 8443 and 5353.
	HTTPS, DNS uint16
}

// The ports that stand in for those that need a privilege.
const (
	unprivilegedHTTPS = 8443
	unprivilegedDNS   = 5353
)

// Choose makes the layout of the cloud with that number, with ports that can be had now.
func Choose(cloud int, primary, secondary, witness string) (Layout, error) {
	l := Layout{Cloud: cloud, Primary: primary, Secondary: secondary, Witness: witness}
	plan, err := l.Plan()
	if err != nil {
		return Layout{}, err
	}
	if err := plan.Check(); err != nil {
		return Layout{}, err
	}
	public, err := plan.Address(primary, hostPublic)
	if err != nil {
		return Layout{}, err
	}
	if l.HTTPS, err = firstFree(public, 443, unprivilegedHTTPS); err != nil {
		return Layout{}, err
	}
	resolver, err := plan.Address(network.Internet, hostDNS)
	if err != nil {
		return Layout{}, err
	}
	l.DNS, err = firstFree(resolver, 53, unprivilegedDNS)
	return l, err
}

// firstFree is the first of the ports at which this process may listen.
func firstFree(address netip.Addr, ports ...uint16) (uint16, error) {
	var last error
	for _, port := range ports {
		listener, err := net.Listen("tcp", netip.AddrPortFrom(address, port).String())
		if err == nil {
			return port, listener.Close()
		}
		last = err
	}
	return 0, fmt.Errorf("find a port at %s: none of %v can be had (is another program listening at every address?): %w", address, ports, last)
}

// Fixed are the addresses at which the cloud listens for TCP from its start on; PortPostgres as the first cluster has it.
func (l Layout) Fixed() []netip.AddrPort {
	found := []netip.AddrPort{l.Issuer(), l.Resolver()}
	for _, place := range []string{l.Primary, l.Secondary, l.Witness} {
		found = append(found, l.Peer(place), l.PeerWay(place))
	}
	for _, region := range l.Regions() {
		found = append(found, l.Public(region), l.Gateway(region), l.API(region), l.PublicAPI(region), l.Internal(region),
			l.FarInternal(region), l.Silent(region, l.HTTPS), l.Silent(region, PortPostgres), l.FarIssuer(region),
			l.GlobalWriter(region, PortPostgres), l.NearWriter(region, PortPostgres), l.at(region, hostDatabase, PortPostgres), l.at(region, hostFarAway, PortPostgres))
	}
	return found
}

// Plan is the loopback networks of the cloud.
func (l Layout) Plan() (network.Plan, error) { return network.NewPlan(l.Cloud, l.Places()) }

// Places are the Regions and the internet.
func (l Layout) Places() []string {
	return []string{l.Primary, l.Secondary, l.Witness, network.Internet}
}

// Regions are the two that take payments.
func (l Layout) Regions() []string { return []string{l.Primary, l.Secondary} }

// Other is the other one of the two Regions.
func (l Layout) Other(region string) string {
	if region == l.Primary {
		return l.Secondary
	}
	return l.Primary
}

// at panics for a place that is not of this layout: the callers name none.
func (l Layout) at(place string, host int, port uint16) netip.AddrPort {
	plan, err := l.Plan()
	if err != nil {
		panic(err)
	}
	address, err := plan.Address(place, host)
	if err != nil {
		panic(err)
	}
	return netip.AddrPortFrom(address, port)
}

// Public is where payers reach the Region.
func (l Layout) Public(region string) netip.AddrPort { return l.at(region, hostPublic, l.HTTPS) }

// Gateway is where the Region's API Gateway listens.
func (l Layout) Gateway(region string) netip.AddrPort { return l.at(region, hostGateway, l.HTTPS) }

// API is where what runs in the Region finds the AWS APIs.
func (l Layout) API(region string) netip.AddrPort { return l.at(region, hostAPI, l.HTTPS) }

// PublicAPI is where operators find the Region's AWS APIs.
func (l Layout) PublicAPI(region string) netip.AddrPort { return l.at(region, hostPublicAPI, l.HTTPS) }

// Internal is where other Regions' services reach this one's.
func (l Layout) Internal(region string) netip.AddrPort {
	return l.at(region, hostInternal, portInternal)
}

// FarInternal is where services of a Region find Internal of the other one.
func (l Layout) FarInternal(region string) netip.AddrPort {
	return l.at(region, hostInternal, portInternal+1)
}

// Peer is where the journal's member listens; PeerWay is where the others find it.
func (l Layout) Peer(place string) netip.AddrPort { return l.at(place, hostPeer, portPeer) }

// PeerWay is where other members find the journal's member.
func (l Layout) PeerWay(place string) netip.AddrPort { return l.at(place, hostPeerWay, portPeer) }

// Silent is an address in the Region that accepts connections and never answers.
func (l Layout) Silent(region string, port uint16) netip.AddrPort {
	return l.at(region, hostSilent, port)
}

// Issuer is where the issuer of tokens listens; FarIssuer is the Region's way to it.
func (l Layout) Issuer() netip.AddrPort { return l.at(network.Internet, hostIssuer, l.HTTPS) }

// FarIssuer is the Region's way to the issuer.
func (l Layout) FarIssuer(region string) netip.AddrPort { return l.at(region, hostIssuer, l.HTTPS) }

// Resolver is where DNS is answered.
func (l Layout) Resolver() netip.AddrPort { return l.at(network.Internet, hostDNS, l.DNS) }

// GlobalWriter is what the global writer's name means in the Region.
func (l Layout) GlobalWriter(region string, port uint16) netip.AddrPort {
	return l.at(region, hostWriter, port)
}

// NearWriter is what the global writer's name means for what reaches the Region's own databases only: while the writer is
// elsewhere nothing answers.
func (l Layout) NearWriter(region string, port uint16) netip.AddrPort {
	return l.at(region, hostNear, port)
}

// Database is where the number-th cluster of the Region listens, counted from 0.
func (l Layout) Database(region string, number int, port uint16) (netip.AddrPort, error) {
	if number < 0 || number >= mostDatabases {
		return netip.AddrPort{}, fmt.Errorf("place cluster %d of %s: a Region has room for %d", number, region, mostDatabases)
	}
	return l.at(region, hostDatabase+number, port), nil
}

// FarDatabase is where the other Region finds the cluster that listens at the address.
func (l Layout) FarDatabase(region string, address netip.AddrPort) netip.AddrPort {
	host := int(address.Addr().As4()[3])
	return l.at(region, host-hostDatabase+hostFarAway, address.Port())
}

// Server is the address of the Region's database servers, without their ports.
func (l Layout) Server(region string) netip.Addr { return l.at(region, hostServer, 0).Addr() }

// FarServer is where a Region finds servers of another one, on ports that are free.
func (l Layout) FarServer(region string) netip.AddrPort { return l.at(region, hostFarServer, 0) }

// Region is the place that an address belongs to.
func (l Layout) Region(address netip.Addr) (string, bool) {
	plan, err := l.Plan()
	if err != nil {
		return "", false
	}
	return plan.Region(address)
}

// Databases are all addresses that may stand in front of a cluster, in any Region; its certificate names them.
func (l Layout) Databases() []string {
	var all []string
	for _, region := range l.Regions() {
		all = append(all, l.GlobalWriter(region, 0).Addr().String(), l.NearWriter(region, 0).Addr().String())
		for number := range mostDatabases {
			all = append(all, l.at(region, hostDatabase+number, 0).Addr().String(), l.at(region, hostFarAway+number, 0).Addr().String())
		}
	}
	return all
}
