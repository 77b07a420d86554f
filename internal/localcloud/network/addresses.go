package network

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
)

// Limits of the address plan: 127.<cloud>.<region>.<host>. Cloud 0 would hold 127.0.0.1, everybody's own address.
const (
	mostClouds  = 254
	mostRegions = 254
	mostHosts   = 254
)

// ErrPlan says that there is no such address.
var ErrPlan = errors.New("no loopback address")

// Plan gives every Region of one local cloud its own loopback network, so that two clouds, and two Regions, can use the
// same ports.
type Plan struct {
	cloud   int
	regions []string
}

// NewPlan makes the plan of the cloud with that number, 1 to 254, for 1 to 254 Regions in their order.
func NewPlan(cloud int, regions []string) (Plan, error) {
	if cloud < 1 || cloud > mostClouds {
		return Plan{}, fmt.Errorf("%w: cloud %d is not from 1 to %d", ErrPlan, cloud, mostClouds)
	}
	if len(regions) < 1 || len(regions) > mostRegions {
		return Plan{}, fmt.Errorf("%w: %d Regions, 1 to %d can be had", ErrPlan, len(regions), mostRegions)
	}
	seen := map[string]bool{}
	for _, region := range regions {
		if region == "" || seen[region] {
			return Plan{}, fmt.Errorf("%w: Region %q is empty or there twice", ErrPlan, region)
		}
		seen[region] = true
	}
	return Plan{cloud: cloud, regions: append([]string(nil), regions...)}, nil
}

// Address is the address of a host, 1 to 254, in the Region; host 1 is the Region's own.
func (p Plan) Address(region string, host int) (netip.Addr, error) {
	if host < 1 || host > mostHosts {
		return netip.Addr{}, fmt.Errorf("%w: host %d of %s is not from 1 to %d", ErrPlan, host, region, mostHosts)
	}
	for i, each := range p.regions {
		if each == region {
			return netip.AddrFrom4([4]byte{127, byte(p.cloud), byte(i + 1), byte(host)}), nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%w: Region %q is none of %v", ErrPlan, region, p.regions)
}

// Region is the Region that an address of the plan belongs to.
func (p Plan) Region(address netip.Addr) (string, bool) {
	if !address.Is4() {
		return "", false
	}
	bytes := address.As4()
	if bytes[0] != 127 || int(bytes[1]) != p.cloud || bytes[2] < 1 || int(bytes[2]) > len(p.regions) {
		return "", false
	}
	return p.regions[bytes[2]-1], true
}

// Check binds every Region's address once. Linux has all of 127.0.0.0/8; other systems have 127.0.0.1 only until
// somebody adds an alias, and the error says so.
func (p Plan) Check() error {
	var faults []error
	for _, region := range p.regions {
		const own = 1
		address, err := p.Address(region, own)
		if err != nil {
			return err
		}
		faults = append(faults, checkAddress(address, region))
	}
	return errors.Join(faults...)
}

func checkAddress(address netip.Addr, region string) error {
	listener, err := net.Listen("tcp", netip.AddrPortFrom(address, 0).String())
	if err != nil {
		hint := "Linux has all of 127.0.0.0/8: is the loopback interface up?"
		if runtime.GOOS != "linux" {
			hint = fmt.Sprintf("%s has only 127.0.0.1 by itself: add the address to the loopback interface, on macOS with `sudo ifconfig lo0 alias %s`", runtime.GOOS, address)
		}
		return fmt.Errorf("bind %s, the address of %s: %w; %s", address, region, err, hint)
	}
	return listener.Close()
}
