package apply

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are what expressions of one root may call.
type functions struct{ table map[string]function.Function }

// newFunctions are those that depend on nothing, and those that read files; their paths begin at directory.
func newFunctions(directory string, files *fileCache) *functions {
	table := maps.Clone(pure)
	maps.Copy(table, fileFunctions(directory, files))
	return &functions{table}
}

// pure functions have the meaning that https://opentofu.org/docs/language/functions/ gives them.
var pure = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc, "max": stdlib.MaxFunc,
	"min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,

	"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc, "indent": stdlib.IndentFunc,
	"join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
	"split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc,
	"trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
	"upper": stdlib.UpperFunc, "replace": replaceFunc, "startswith": textTest(strings.HasPrefix), "endswith": textTest(strings.HasSuffix),
	"strcontains": textTest(strings.Contains),

	"chunklist": stdlib.ChunklistFunc, "coalesce": coalesceFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": lookupFunc, "merge": stdlib.MergeFunc,
	"range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
	"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc,
	"sort": stdlib.SortFunc, "sum": sumFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc, "one": oneFunc,
	"alltrue": boolsFunc(true), "anytrue": boolsFunc(false),

	"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool),
	"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)), "try": tryfunc.TryFunc, "can": tryfunc.CanFunc,
	"sensitive": markFunc, "nonsensitive": unmarkFunc(sensitive), "ephemeralasnull": ephemeralAsNullFunc,

	"jsonencode": stdlib.JSONEncodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "csvdecode": stdlib.CSVDecodeFunc,
	"base64encode": base64Encode, "base64decode": base64Decode, "urlencode": urlEncode,
	"md5": digestFunc("md5", toHex), "sha1": digestFunc("sha1", toHex), "sha256": digestFunc("sha256", toHex), "sha512": digestFunc("sha512", toHex),
	"base64sha256": digestFunc("sha256", toBase64), "base64sha512": digestFunc("sha512", toBase64),

	"cidrhost": cidrHost, "cidrnetmask": cidrNetmask, "cidrsubnet": cidrSubnet, "cidrsubnets": cidrSubnets,
	"formatdate": stdlib.FormatDateFunc, "timeadd": stdlib.TimeAddFunc,
	"basename": basename, "dirname": dirname,
}

// elsewhere are functions that the real engine has and this one has not, and why where there is more to say.
var elsewhere = map[string]string{
	"timestamp": "its value differs at every run", "plantimestamp": "its value differs at every run", "uuid": "its value differs at every run",
	"bcrypt": "its value differs at every run", "templatefile": "", "templatestring": "", "yamlencode": "", "yamldecode": "", "fileset": "",
	"pathexpand": "it depends on the user", "rsadecrypt": "", "uuidv5": "", "textencodebase64": "", "textdecodebase64": "", "base64gzip": "",
	"base64gunzip": "", "cidrcontains": "", "index": "", "matchkeys": "", "transpose": "", "timecmp": "", "issensitive": "", "type": "",
	"urldecode": "", "abspath": "",
}

// unknown says what is wrong with calling name, nil where nothing is.
func (f *functions) unknown(name string) *fixable {
	if _, exists := f.table[name]; exists {
		return nil
	}
	if strings.Contains(name, "::") {
		return &fixable{fmt.Sprintf("the function %s is not supported: functions of providers are not", name), ""}
	}
	if why, exists := elsewhere[name]; exists {
		what := fmt.Sprintf("the function %s is not supported on this machine", name)
		if why != "" {
			what += ": " + why
		}
		return &fixable{what, ""}
	}
	return &fixable{fmt.Sprintf("there is no function %s", name), suggest(name, sortedKeys(f.table))}
}
