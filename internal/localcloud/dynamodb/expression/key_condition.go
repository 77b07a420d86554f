package expression

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// A KeyCondition is one value of the hash key and, perhaps, one condition on the range key.
type KeyCondition struct {
	Hash  attribute.Value
	Range *RangeCondition
}

// A RangeCondition is one of = < <= > >= BETWEEN begins_with; Upper is for BETWEEN alone.
type RangeCondition struct {
	Operator     string
	Value, Upper attribute.Value
}

// A Key is the key attribute of a table or index; Name is empty when there is no range key.
type Key struct {
	Name string
	Kind attribute.Kind
}

// ParseKeyCondition reads a KeyConditionExpression for the keys.
func ParseKeyCondition(text string, holders *Placeholders, hash, sort Key) (KeyCondition, error) {
	condition, err := ParseCondition("KeyConditionExpression", text, holders)
	if err != nil {
		return KeyCondition{}, err
	}
	var leaves []RangeCondition
	var names []string
	if err := collect(condition.root, &leaves, &names); err != nil {
		return KeyCondition{}, err
	}
	byName := map[string]RangeCondition{}
	for i, name := range names {
		if _, twice := byName[name]; twice {
			return KeyCondition{}, &Error{"KeyConditionExpressions must only contain one condition per key"}
		}
		byName[name] = leaves[i]
	}
	if len(byName) > 2 {
		return KeyCondition{}, &Error{"Conditions can be of length 1 or 2 only"}
	}
	return assign(byName, hash, sort)
}

func assign(byName map[string]RangeCondition, hash, sort Key) (KeyCondition, error) {
	onHash, ok := byName[hash.Name]
	if !ok {
		return KeyCondition{}, &Error{"Query condition missed key schema element: " + hash.Name}
	}
	if onHash.Operator != "=" {
		return KeyCondition{}, &Error{"Query key condition not supported"}
	}
	result := KeyCondition{Hash: onHash.Value}
	if onSort, ok := byName[sort.Name]; ok && sort.Name != "" {
		result.Range = &onSort
	} else if len(byName) > 1 {
		if sort.Name == "" {
			return KeyCondition{}, &Error{"Query key condition not supported"}
		}
		return KeyCondition{}, &Error{"Query condition missed key schema element: " + sort.Name}
	}
	if err := typed(result, hash, sort); err != nil {
		return KeyCondition{}, err
	}
	return result, nil
}

func typed(c KeyCondition, hash, sort Key) error {
	mismatch := &Error{"One or more parameter values were invalid: Condition parameter type does not match schema type"}
	if c.Hash.Kind != hash.Kind || c.Range != nil && c.Range.Value.Kind != sort.Kind {
		return mismatch
	}
	values := map[string]attribute.Value{hash.Name: c.Hash}
	if c.Range != nil {
		values[sort.Name] = c.Range.Value
		if c.Range.Operator == "BETWEEN" && c.Range.Upper.Kind != sort.Kind {
			return mismatch
		}
	}
	for name, value := range values {
		if value.Kind != attribute.Number && value.Text == "" {
			return &Error{"One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty " +
				map[attribute.Kind]string{attribute.String: "string", attribute.Binary: "binary"}[value.Kind] + " value. Key: " + name}
		}
	}
	return nil
}

// mirrored is the operator with its operands exchanged.
var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// collect finds the conditions that AND joins; anything that is no condition on one key is refused.
func collect(n node, leaves *[]RangeCondition, names *[]string) error {
	add := func(name operand, leaf RangeCondition) error {
		attributePath, ok := name.(path)
		switch {
		case !ok:
			return invalidOperand(leaf.Operator)
		case len(attributePath) > 1:
			return &Error{"Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes"}
		}
		*leaves, *names = append(*leaves, leaf), append(*names, attributePath[0].name)
		return nil
	}
	switch n := n.(type) {
	case and:
		if err := collect(n.left, leaves, names); err != nil {
			return err
		}
		return collect(n.right, leaves, names)
	case comparison:
		operator, name, value := n.operator, n.left, n.right
		if _, ok := value.(path); ok {
			operator, name, value = mirrored[operator], value, name
		}
		literalValue, ok := value.(literal)
		if operator == "" || n.operator == "<>" {
			return invalidOperator("<>")
		}
		if !ok {
			return invalidOperand(n.operator)
		}
		return add(name, RangeCondition{Operator: operator, Value: literalValue.is})
	case between:
		low, lowOK := n.low.(literal)
		high, highOK := n.high.(literal)
		if !lowOK || !highOK {
			return invalidOperand("BETWEEN")
		}
		return add(n.of, RangeCondition{Operator: "BETWEEN", Value: low.is, Upper: high.is})
	case call:
		prefix, ok := n.operands[len(n.operands)-1].(literal)
		if n.function != "begins_with" {
			return invalidOperator(n.function)
		}
		if !ok {
			return invalidOperand(n.function)
		}
		return add(n.operands[0], RangeCondition{Operator: n.function, Value: prefix.is})
	case or:
		return invalidOperator("OR")
	case not:
		return invalidOperator("NOT")
	case in:
		return invalidOperator("IN")
	}
	return fmt.Errorf("collect key condition: unknown node %T", n)
}

func invalidOperator(operator string) error {
	return &Error{"Invalid operator used in KeyConditionExpression: " + operator}
}

func invalidOperand(operator string) error {
	return &Error{"Invalid KeyConditionExpression: Invalid operand in KeyConditionExpression for " + operator}
}
