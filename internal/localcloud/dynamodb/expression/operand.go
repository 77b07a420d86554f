package expression

import (
	"unicode/utf8"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// An operand has a value, or none, for an item.
type operand interface {
	value(attribute.Item) (attribute.Value, bool)
}

// literal is a value of ExpressionAttributeValues.
type literal struct{ is attribute.Value }

func (l literal) value(attribute.Item) (attribute.Value, bool) { return l.is, true }

func (p path) value(item attribute.Item) (attribute.Value, bool) { return p.find(item) }

// sizeOf is the function size(operand).
type sizeOf struct{ of operand }

func (s sizeOf) value(item attribute.Item) (attribute.Value, bool) {
	of, ok := s.of.value(item)
	if !ok {
		return attribute.Value{}, false
	}
	size, ok := length(of)
	return attribute.Value{Kind: attribute.Number, Text: size}, ok
}

// length is what size() counts: characters, bytes or members; other types have none.
func length(v attribute.Value) (string, bool) {
	count := 0
	switch v.Kind {
	case attribute.String:
		count = utf8.RuneCountInString(v.Text)
	case attribute.Binary:
		count = len(v.Text)
	case attribute.StringSet, attribute.NumberSet, attribute.BinarySet:
		count = len(v.Set)
	case attribute.List:
		count = len(v.List)
	case attribute.Map:
		count = len(v.Map)
	default:
		return "", false
	}
	return itoa(count), true
}
