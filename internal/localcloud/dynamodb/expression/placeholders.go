package expression

import (
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// Placeholders are ExpressionAttributeNames and ExpressionAttributeValues of one request.
type Placeholders struct {
	names      map[string]string
	values     attribute.Item
	usedNames  map[string]bool
	usedValues map[string]bool
}

// NewPlaceholders checks the spelling of the placeholders. Nil maps mean that the parameter was not given.
func NewPlaceholders(names map[string]string, values attribute.Item) (*Placeholders, error) {
	if names != nil && len(names) == 0 {
		return nil, &Error{"ExpressionAttributeNames must not be empty"}
	}
	if values != nil && len(values) == 0 {
		return nil, &Error{"ExpressionAttributeValues must not be empty"}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !placeholder(name, '#') {
			return nil, &Error{`ExpressionAttributeNames contains invalid key: Syntax error; key: "` + name + `"`}
		}
	}
	for _, name := range values.Names() {
		if !placeholder(name, ':') {
			return nil, &Error{`ExpressionAttributeValues contains invalid key: Syntax error; key: "` + name + `"`}
		}
	}
	return &Placeholders{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

func placeholder(name string, mark byte) bool {
	return len(name) > 1 && name[0] == mark && run(name, 1, isNameByte) == len(name)
}

// Unused refuses placeholders that no expression parsed so far has used.
func (p *Placeholders) Unused() error {
	if unused := without(slices.Sorted(maps.Keys(p.names)), p.usedNames); len(unused) > 0 {
		return &Error{"Value provided in ExpressionAttributeNames unused in expressions: keys: {" + strings.Join(unused, ", ") + "}"}
	}
	if unused := without(p.values.Names(), p.usedValues); len(unused) > 0 {
		return &Error{"Value provided in ExpressionAttributeValues unused in expressions: keys: {" + strings.Join(unused, ", ") + "}"}
	}
	return nil
}

func without(names []string, used map[string]bool) []string {
	return slices.DeleteFunc(names, func(name string) bool { return used[name] })
}
