package expression

import (
	"errors"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// The errors that an update can meet in an item.
var (
	errNoAttribute = &Error{"The provided expression refers to an attribute that does not exist in the item"}
	errWrongType   = &Error{"An operand in the update expression has an incorrect data type"}
	errBadPath     = &Error{"The document path provided in the update expression is invalid for update"}
)

// A source is what SET assigns.
type source interface {
	from(attribute.Item) (attribute.Value, error)
}

func (l literal) from(attribute.Item) (attribute.Value, error) { return l.is, nil }

func (p path) from(item attribute.Item) (attribute.Value, error) {
	value, ok := p.find(item)
	if !ok {
		return attribute.Value{}, errNoAttribute
	}
	return value, nil
}

type ifNotExists struct {
	attribute path
	otherwise source
}

func (s ifNotExists) from(item attribute.Item) (attribute.Value, error) {
	if value, ok := s.attribute.find(item); ok {
		return value, nil
	}
	return s.otherwise.from(item)
}

type listAppend struct{ first, second source }

func (s listAppend) from(item attribute.Item) (attribute.Value, error) {
	first, second, err := pair(item, s.first, s.second, attribute.List)
	if err != nil {
		return attribute.Value{}, err
	}
	joined := append(append([]attribute.Value{}, first.List...), second.List...)
	return attribute.Value{Kind: attribute.List, List: joined}, nil
}

type arithmetic struct {
	sign        string
	left, right source
}

func (s arithmetic) from(item attribute.Item) (attribute.Value, error) {
	left, right, err := pair(item, s.left, s.right, attribute.Number)
	if err != nil {
		return attribute.Value{}, err
	}
	compute := attribute.Add
	if s.sign == "-" {
		compute = attribute.Subtract
	}
	return number(compute(left.Text, right.Text))
}

func number(text string, err error) (attribute.Value, error) {
	if err != nil {
		return attribute.Value{}, &Error{err.Error()}
	}
	return attribute.Value{Kind: attribute.Number, Text: text}, nil
}

// pair evaluates two sources that must both be of a type; a missing attribute is the fault that is told first.
func pair(item attribute.Item, first, second source, kind attribute.Kind) (a, b attribute.Value, err error) {
	a, errA := first.from(item)
	b, errB := second.from(item)
	if err := errors.Join(errA, errB); err != nil {
		if errA != nil {
			return a, b, errA
		}
		return a, b, errB
	}
	if a.Kind != kind || b.Kind != kind {
		return a, b, errWrongType
	}
	return a, b, nil
}
