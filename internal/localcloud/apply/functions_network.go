package apply

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

var prefixParameter = function.Parameter{Name: "prefix", Type: cty.String}

func numberParameter(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.Number}
}

var cidrHost = function.New(&function.Spec{
	Params: []function.Parameter{prefixParameter, numberParameter("hostnum")},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		prefix, err := netip.ParsePrefix(values[0].AsString())
		if err != nil {
			return cty.NilVal, notPrefix(values[0])
		}
		number, _ := values[1].AsBigFloat().Int(nil)
		space := new(big.Int).Lsh(big.NewInt(1), uint(prefix.Addr().BitLen()-prefix.Bits()))
		if number.Sign() < 0 { // from the end
			number = new(big.Int).Add(space, number)
		}
		if number.Sign() < 0 || number.Cmp(space) >= 0 {
			return cty.NilVal, fmt.Errorf("%s has no host %s", prefix, values[1].AsBigFloat().Text('f', -1))
		}
		address, err := added(prefix.Masked().Addr(), number)
		return cty.StringVal(address.String()), err
	},
})

var cidrNetmask = function.New(&function.Spec{
	Params: []function.Parameter{prefixParameter}, Type: function.StaticReturnType(cty.String),
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		prefix, err := netip.ParsePrefix(values[0].AsString())
		if err != nil || !prefix.Addr().Is4() {
			return cty.NilVal, notPrefix(values[0])
		}
		return cty.StringVal(net.IP(net.CIDRMask(prefix.Bits(), 32)).String()), nil
	},
})

var cidrSubnet = function.New(&function.Spec{
	Params: []function.Parameter{prefixParameter, numberParameter("newbits"), numberParameter("netnum")},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		prefix, err := netip.ParsePrefix(values[0].AsString())
		if err != nil {
			return cty.NilVal, notPrefix(values[0])
		}
		var bits int
		if err := gocty.FromCtyValue(values[1], &bits); err != nil {
			return cty.NilVal, err
		}
		number, _ := values[2].AsBigFloat().Int(nil)
		length := prefix.Bits() + bits
		if bits < 0 || length > prefix.Addr().BitLen() {
			return cty.NilVal, fmt.Errorf("%s cannot be divided by %d more bits", prefix, bits)
		}
		if number.Sign() < 0 || number.BitLen() > bits {
			return cty.NilVal, fmt.Errorf("%d bits have no number %s", bits, number)
		}
		offset := new(big.Int).Lsh(number, uint(prefix.Addr().BitLen()-length))
		address, err := added(prefix.Masked().Addr(), offset)
		return cty.StringVal(netip.PrefixFrom(address, length).String()), err
	},
})

// cidrSubnets are subnets of several sizes, one behind the other.
var cidrSubnets = function.New(&function.Spec{
	Params: []function.Parameter{prefixParameter}, VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
	Type: function.StaticReturnType(cty.List(cty.String)),
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		prefix, err := netip.ParsePrefix(values[0].AsString())
		if err != nil {
			return cty.NilVal, notPrefix(values[0])
		}
		next, subnets := prefix.Masked().Addr(), []cty.Value{}
		for _, value := range values[1:] {
			var bits int
			if err := gocty.FromCtyValue(value, &bits); err != nil {
				return cty.NilVal, err
			}
			length := prefix.Bits() + bits
			if bits < 1 || length > prefix.Addr().BitLen() {
				return cty.NilVal, fmt.Errorf("%s cannot be divided by %d more bits", prefix, bits)
			}
			start := netip.PrefixFrom(next, length).Masked().Addr()
			size := new(big.Int).Lsh(big.NewInt(1), uint(prefix.Addr().BitLen()-length))
			if start != next { // aligned to its own size
				if start, err = added(start, size); err != nil {
					return cty.NilVal, err
				}
			}
			if !prefix.Contains(start) {
				return cty.NilVal, fmt.Errorf("%s has no room for these subnets", prefix)
			}
			subnets = append(subnets, cty.StringVal(netip.PrefixFrom(start, length).String()))
			if next, err = added(start, size); err != nil {
				return cty.NilVal, err
			}
		}
		if len(subnets) == 0 {
			return cty.ListValEmpty(cty.String), nil
		}
		return cty.ListVal(subnets), nil
	},
})

func notPrefix(value cty.Value) error {
	return fmt.Errorf("%q is not an address range such as 10.0.0.0/16", value.AsString())
}

// added is the address that many addresses further on.
func added(address netip.Addr, offset *big.Int) (netip.Addr, error) {
	sum := new(big.Int).Add(new(big.Int).SetBytes(address.AsSlice()), offset)
	size := address.BitLen() / 8
	if sum.BitLen() > size*8 {
		return address, errors.New("the addresses end before that")
	}
	result, _ := netip.AddrFromSlice(sum.FillBytes(make([]byte, size)))
	return result, nil
}
