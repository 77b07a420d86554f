package expression

import (
	"slices"
	"strconv"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A Condition holds for an item, or does not; it cannot fail.
type Condition struct {
	root node
	// paths are all paths in the condition.
	paths []path
}

// Holds evaluates the condition; a nil Condition holds always, and an item that does not exist has no attributes.
func (c *Condition) Holds(item attribute.Item) bool { return c == nil || c.root.holds(item) }

// Names are the top-level attributes that the condition reads.
func (c *Condition) Names() []string {
	var names []string
	for _, p := range c.paths {
		names = append(names, p[0].name)
	}
	return names
}

type node interface{ holds(attribute.Item) bool }

type and struct{ left, right node }

func (n and) holds(item attribute.Item) bool { return n.left.holds(item) && n.right.holds(item) }

type or struct{ left, right node }

func (n or) holds(item attribute.Item) bool { return n.left.holds(item) || n.right.holds(item) }

type not struct{ inner node }

func (n not) holds(item attribute.Item) bool { return !n.inner.holds(item) }

type comparison struct {
	operator    string
	left, right operand
}

// holds: an operand without a value is equal to nothing, so <> holds and every other operator does not.
func (n comparison) holds(item attribute.Item) bool {
	left, leftOK := n.left.value(item)
	right, rightOK := n.right.value(item)
	if !leftOK || !rightOK {
		return n.operator == "<>"
	}
	switch n.operator {
	case "=":
		return left.Equal(right)
	case "<>":
		return !left.Equal(right)
	}
	order, ok := left.Compare(right)
	return ok && ordered(n.operator, order)
}

func ordered(operator string, order int) bool {
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

type between struct{ of, low, high operand }

func (n between) holds(item attribute.Item) bool {
	return comparison{">=", n.of, n.low}.holds(item) && comparison{"<=", n.of, n.high}.holds(item)
}

type in struct {
	of   operand
	list []operand
}

func (n in) holds(item attribute.Item) bool {
	return slices.ContainsFunc(n.list, func(one operand) bool { return comparison{"=", n.of, one}.holds(item) })
}

// call is one of the functions that are conditions.
type call struct {
	function string
	operands []operand
}

func (n call) holds(item attribute.Item) bool {
	first, ok := n.operands[0].value(item)
	switch n.function {
	case "attribute_exists":
		return ok
	case "attribute_not_exists":
		return !ok
	}
	second, secondOK := n.operands[1].value(item)
	if !ok || !secondOK {
		return false
	}
	switch n.function {
	case "attribute_type":
		return string(first.Kind) == second.Text
	case "begins_with":
		return first.Kind == second.Kind && (first.Kind == attribute.String || first.Kind == attribute.Binary) &&
			strings.HasPrefix(first.Text, second.Text)
	}
	return contains(first, second)
}

func contains(whole, part attribute.Value) bool {
	switch whole.Kind {
	case attribute.String, attribute.Binary:
		return whole.Kind == part.Kind && strings.Contains(whole.Text, part.Text)
	case attribute.List:
		return slices.ContainsFunc(whole.List, part.Equal)
	}
	member, ok := part.Member(whole.Kind)
	return ok && slices.Contains(whole.Set, member)
}
