package layout_test

import (
	"testing"

	"github.com/paymentdr/paymentdr/internal/localcloud/layout"
)

// Every address has one meaning, so that no two parts of a cloud meet at one.
func TestAddressesAreDistinct(t *testing.T) {
	l := layout.Layout{Cloud: 7, Primary: "us-east-1", Secondary: "us-west-2", Witness: "us-east-2", HTTPS: 443, DNS: 53}
	seen := map[string]string{l.Issuer().String(): "issuer", l.Resolver().String(): "resolver"}
	add := func(what, address string) {
		t.Helper()
		if other, taken := seen[address]; taken {
			t.Errorf("%s and %s are both at %s", what, other, address)
		}
		seen[address] = what
	}
	for _, place := range []string{l.Primary, l.Secondary, l.Witness} {
		add(place+" peer", l.Peer(place).String())
		add(place+" peer way", l.PeerWay(place).String())
	}
	for _, region := range l.Regions() {
		for what, address := range map[string]string{
			"public": l.Public(region).String(), "gateway": l.Gateway(region).String(), "api": l.API(region).String(),
			"public api": l.PublicAPI(region).String(), "internal": l.Internal(region).String(), "far internal": l.FarInternal(region).String(),
			"silent": l.Silent(region, l.HTTPS).String(), "silent database": l.Silent(region, 5432).String(),
			"far issuer": l.FarIssuer(region).String(), "writer": l.GlobalWriter(region, 5432).String(),
		} {
			add(region+" "+what, address)
		}
		for number := range 3 {
			address, err := l.Database(region, number, 5432)
			if err != nil {
				t.Fatal(err)
			}
			add(region+" database", address.String())
			far := l.FarDatabase(l.Other(region), address)
			add(l.Other(region)+" far database", far.String())
			if there, _ := l.Region(far.Addr()); there != l.Other(region) {
				t.Errorf("the far address of %s is in %q", address, there)
			}
		}
	}
	if _, err := l.Database(l.Primary, 1000, 5432); err == nil {
		t.Error("a Region has room for cluster 1000")
	}
}

func TestChooseFindsPorts(t *testing.T) {
	l, err := layout.Choose(253, "us-east-1", "us-west-2", "us-east-2")
	if err != nil {
		t.Fatal(err)
	}
	if l.HTTPS != 443 && l.HTTPS != 8443 || l.DNS != 53 && l.DNS != 5353 {
		t.Errorf("ports %d and %d", l.HTTPS, l.DNS)
	}
	if _, err := layout.Choose(300, "us-east-1", "us-west-2", "us-east-2"); err == nil {
		t.Error("there is a cloud 300")
	}
	if _, err := layout.Choose(1, "us-east-1", "us-east-1", "us-east-2"); err == nil {
		t.Error("a Region stands twice")
	}
}
