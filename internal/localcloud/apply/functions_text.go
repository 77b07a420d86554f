package apply

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// textFunc is a function from texts to a text.
func textFunc(parameters []string, apply func(arguments []string) (string, error)) function.Function {
	spec := &function.Spec{Type: function.StaticReturnType(cty.String)}
	for _, name := range parameters {
		spec.Params = append(spec.Params, function.Parameter{Name: name, Type: cty.String})
	}
	spec.Impl = func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		arguments := make([]string, len(values))
		for i, value := range values {
			arguments[i] = value.AsString()
		}
		result, err := apply(arguments)
		if err != nil {
			return cty.UnknownVal(cty.String), err
		}
		return cty.StringVal(result), nil
	}
	return function.New(spec)
}

func textTest(test func(text, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(test(values[0].AsString(), values[1].AsString())), nil
		},
	})
}

// replaceFunc takes /x/ for a regular expression.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: "substr", Type: cty.String}, {Name: "replace", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		wanted := values[1].AsString()
		if len(wanted) > 1 && strings.HasPrefix(wanted, "/") && strings.HasSuffix(wanted, "/") {
			return stdlib.RegexReplace(values[0], cty.StringVal(wanted[1:len(wanted)-1]), values[2])
		}
		return stdlib.Replace(values[0], values[1], values[2])
	},
})

var (
	base64Encode = textFunc([]string{"str"}, func(a []string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(a[0])), nil })
	base64Decode = textFunc([]string{"str"}, func(a []string) (string, error) {
		decoded, err := base64.StdEncoding.DecodeString(a[0])
		if err != nil {
			return "", errors.New("the argument is not base64")
		}
		if !utf8.Valid(decoded) {
			return "", errors.New("the decoded bytes are not UTF-8")
		}
		return string(decoded), nil
	})
	urlEncode = textFunc([]string{"str"}, func(a []string) (string, error) { return url.QueryEscape(a[0]), nil })
	basename  = textFunc([]string{"path"}, func(a []string) (string, error) { return filepath.Base(a[0]), nil })
	dirname   = textFunc([]string{"path"}, func(a []string) (string, error) { return filepath.Dir(a[0]), nil })
)

func toHex(sum []byte) string    { return hex.EncodeToString(sum) }
func toBase64(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

func digestFunc(algorithm string, encode func([]byte) string) function.Function {
	return textFunc([]string{"str"}, func(a []string) (string, error) {
		hash := newHash(algorithm)
		_, _ = hash.Write([]byte(a[0])) // a hash never fails
		return encode(hash.Sum(nil)), nil
	})
}

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha512":
		return sha512.New()
	}
	return sha256.New()
}

// readText is the content of a file that must be UTF-8.
func readText(file io.Reader, path string) (string, error) {
	content, err := io.ReadAll(file)
	if err == nil && !utf8.Valid(content) {
		err = fmt.Errorf("%s is not UTF-8; use filebase64", path)
	}
	return string(content), err
}
