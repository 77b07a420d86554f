package supervisor

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

// claimPort marks a cloud's number as taken: whoever listens there has it, and the kernel gives it back.
const claimPort = 7391

// mostClouds is how many second bytes of 127.x.y.z there are for clouds.
const mostClouds = 254

// settle finds a number, and with it a network on loopback, that no other cloud on this machine has and in which nothing
// else listens where the cloud will.
func settle(primary, secondary, witness string) (layout.Layout, net.Listener, error) {
	var last error
	for number := 1; number <= mostClouds; number++ {
		claim, err := net.Listen("tcp", fmt.Sprintf("127.%d.254.254:%d", number, claimPort))
		if err != nil {
			last = err
			if errors.Is(err, syscall.EADDRINUSE) {
				continue
			}
			break
		}
		made, err := layout.Choose(number, primary, secondary, witness)
		if err == nil {
			err = checkFree(made.Fixed())
		}
		if err == nil {
			return made, claim, nil
		}
		last = errors.Join(err, claim.Close())
		if !errors.Is(err, syscall.EADDRINUSE) || errors.As(err, new(*statefolder.RefusedError)) {
			break
		}
	}
	return layout.Layout{}, nil, fmt.Errorf("find addresses for the cloud on loopback: %w", last)
}

// checkFree tells whether a cloud can listen at all the addresses.
func checkFree(addresses []netip.AddrPort) error {
	for _, each := range addresses {
		err := tryListen(each)
		switch {
		case err == nil:
		case errors.Is(err, syscall.EADDRINUSE) && everywhere(each.Port()):
			return errors.Join(&statefolder.RefusedError{Reason: fmt.Sprintf(
				"another program listens at port %d of every address, and a local cloud needs that port at addresses of its own; "+
					"end it (ss -ltnp 'sport = :%d' shows it), or let it listen at 127.0.0.1 alone", each.Port(), each.Port())}, err)
		default:
			return err
		}
	}
	return nil
}

// nowhere is an address that no cloud ever has.
var nowhere = netip.AddrFrom4([4]byte{127, 255, 254, 253})

// everywhere tells whether a program has the port at all addresses: then it also has it where no cloud ever is.
func everywhere(port uint16) bool {
	return errors.Is(tryListen(netip.AddrPortFrom(nowhere, port)), syscall.EADDRINUSE)
}

func tryListen(at netip.AddrPort) error {
	listener, err := net.Listen("tcp", at.String())
	if err != nil {
		return err
	}
	return listener.Close()
}
