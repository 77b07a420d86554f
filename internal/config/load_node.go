package config

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// What a YAML value was written as, in words for a message.
const (
	nodeText    = "text"
	nodeInteger = "a whole number"
	nodeNumber  = "a number"
	nodeBoolean = "a boolean"
	nodeNothing = "nothing"
	nodeMapping = "a mapping"
	nodeList    = "a list"
	// Anchors, aliases, tags and merge keys would make the position and type of a value unclear.
	nodeOther = "an anchor, alias, tag or merge key, which is not supported"
)

func nodeKind(node ast.Node) string {
	switch node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return nodeText
	case *ast.IntegerNode:
		return nodeInteger
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return nodeNumber
	case *ast.BoolNode:
		return nodeBoolean
	case *ast.NullNode:
		return nodeNothing
	case *ast.MappingNode, *ast.MappingValueNode:
		return nodeMapping
	case *ast.SequenceNode:
		return nodeList
	}
	return nodeOther
}

func isNull(node ast.Node) bool { return nodeKind(node) == nodeNothing }

// scalarText is a scalar as it was written, so that 17.10 stays 17.10; empty for anything else.
func scalarText(node ast.Node) string {
	if nodeKind(node) == nodeOther {
		return ""
	}
	switch scalar := node.(type) {
	case *ast.StringNode:
		return scalar.Value
	case *ast.LiteralNode:
		return scalar.Value.Value
	case *ast.NullNode:
		return ""
	case ast.ScalarNode:
		return scalar.GetToken().Value
	}
	return ""
}

// firstToken is where a node begins; a mapping's own token is a colon.
func firstToken(node ast.Node) *token.Token {
	switch mapping := node.(type) {
	case *ast.MappingNode:
		if len(mapping.Values) > 0 {
			return mapping.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return mapping.Key.GetToken()
	}
	return node.GetToken()
}
