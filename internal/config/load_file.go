package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// document walks one YAML file. It reads the syntax tree instead of decoding, because a decoder stops at the first
// fault and knows positions only of that one.
type document struct {
	*loader
	path string
}

// file applies the YAML text of a file.
func (l *loader) file(path string, text []byte) {
	d := document{loader: l, path: path}
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		l.refuse("", "", d.at(syntax.GetToken()), "is not YAML: "+syntax.GetMessage(), "")
		return
	}
	if err != nil {
		l.refuse("", "", path, "is not YAML: "+err.Error(), "")
		return
	}
	filled := 0
	for _, part := range tree.Docs {
		if part.Body == nil {
			continue
		}
		if filled++; filled > 1 {
			l.refuse("", "", d.at(firstToken(part.Body)), "is a second document; a configuration has one", "")
			return
		}
		d.section("", part.Body)
	}
}

// at is path:line:column of a token.
func (d document) at(t *token.Token) string {
	if t == nil || t.Position == nil {
		return d.path
	}
	return fmt.Sprintf("%s:%d:%d", d.path, t.Position.Line, t.Position.Column)
}

// section reads the keys of a mapping; prefix is its dotted key, empty for the whole file.
func (d document) section(prefix string, node ast.Node) {
	var entries []*ast.MappingValueNode
	switch mapping := node.(type) {
	case *ast.MappingNode:
		entries = mapping.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{mapping}
	case *ast.NullNode, *ast.CommentGroupNode:
		return // an empty section is what commenting out all its lines leaves
	default:
		d.refuse(prefix, scalarText(node), d.at(firstToken(node)), "is "+nodeKind(node)+"; expected a mapping of keys to values", "")
		return
	}
	seen := map[string]*token.Token{}
	for _, entry := range entries {
		position := entry.Key.GetToken()
		key := position.Value
		if prefix != "" {
			key = prefix + "." + key
		}
		if first, twice := seen[key]; twice {
			d.refuse(key, "", d.at(position), "is here twice, first at "+d.at(first), "remove one of them")
			continue
		}
		seen[key] = position
		d.entry(key, prefix, position, entry.Value)
	}
}

// entry reads the value of one key, which is a field, a section or, for api.auth, either.
func (d document) entry(key, prefix string, position *token.Token, value ast.Node) {
	field, isField := fieldByKey(key)
	isSection := slices.Contains(sections(), key)
	switch _, isScalar := value.(ast.ScalarNode); {
	case isField && (!isSection || isScalar && !isNull(value)):
		d.field(field, value)
	case isSection:
		d.section(key, value)
	default:
		d.refuse(key, "", d.at(position), "is not a field", didYouMean(key, childrenOf(prefix)))
	}
}

// field checks the type that the value was written as, then gives it to the field.
func (d document) field(field Field, value ast.Node) {
	source := d.at(firstToken(value))
	if isNull(value) {
		d.refuse(field.Key, "", source, "has no value", "give one or remove the key")
		return
	}
	if field.Kind == KindList {
		d.list(field, value, source)
		return
	}
	text := scalarText(value)
	if reason, fix := wrongType(field.Kind, value, text); reason != "" {
		d.refuse(field.Key, text, source, reason, fix)
		return
	}
	d.set(field, text, source)
}

// list reads a sequence of texts. It goes past set, because an element may contain a comma.
func (d document) list(field Field, value ast.Node, source string) {
	sequence, ok := value.(*ast.SequenceNode)
	if !ok {
		d.refuse(field.Key, scalarText(value), source, "is "+nodeKind(value)+"; expected a list", "write [first, second]")
		return
	}
	elements := make([]string, 0, len(sequence.Values))
	for i, node := range sequence.Values {
		text := scalarText(node)
		if reason, fix := wrongType(KindText, node, text); reason != "" {
			d.refuse(fmt.Sprintf("%s[%d]", field.Key, i), text, d.at(firstToken(node)), reason, fix)
			continue
		}
		elements = append(elements, text)
	}
	*field.pointer(&d.config).(*[]string) = elements
	d.config.sources[field.Key] = source
	d.layers[field.Key] = d.layer
}

// wrongType says why a value written this way is not one of the kind; empty if it is.
func wrongType(kind Kind, node ast.Node, text string) (reason, fix string) {
	is := nodeKind(node)
	switch {
	case kind == KindInteger && is != nodeInteger:
		return "is " + is + "; expected a whole number", ""
	case kind == KindBoolean && is != nodeBoolean:
		return "is " + is + "; expected true or false", ""
	case kind == KindDuration && is == nodeInteger:
		return "is a number without a unit; expected a duration", "write " + text + "s for seconds"
	case kind == KindDuration && is != nodeText:
		return "is " + is + "; expected a duration such as 10s", ""
	case (kind == KindText || kind == KindAuth) && is != nodeText:
		if is == nodeInteger || is == nodeNumber || is == nodeBoolean {
			return "is " + is + "; expected text", fmt.Sprintf("write %q in quotes", text)
		}
		return "is " + is + "; expected text", ""
	}
	return "", ""
}

// childrenOf is the keys directly below a section, full.
func childrenOf(prefix string) []string {
	var children []string
	for _, key := range append(keys(), sections()...) {
		if parent, _ := cutLast(key); parent == prefix {
			children = append(children, key)
		}
	}
	return children
}

// sections is every key that holds others.
func sections() []string {
	var found []string
	for _, key := range keys() {
		for parent, _ := cutLast(key); parent != ""; parent, _ = cutLast(parent) {
			if !slices.Contains(found, parent) {
				found = append(found, parent)
			}
		}
	}
	return found
}

// cutLast splits a dotted key before its last part; the first is empty for a key at the top.
func cutLast(key string) (parent, last string) {
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		return key[:i], key[i+1:]
	}
	return "", key
}
