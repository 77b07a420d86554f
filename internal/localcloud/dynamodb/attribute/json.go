package attribute

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A ValidationError is a value that DynamoDB refuses, with its text; it becomes a ValidationException.
type ValidationError struct{ Message string }

func (e ValidationError) Error() string { return e.Message }

func invalid(format string, arguments ...any) error {
	return ValidationError{"One or more parameter values were invalid: " + fmt.Sprintf(format, arguments...)}
}

// A SerializationError is JSON of a shape that the protocol does not have.
type SerializationError struct{ Message string }

func (e SerializationError) Error() string { return e.Message }

const (
	emptyValue   = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
	severalTypes = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)

// UnmarshalJSON reads the wire form, {"S": "text"}, and puts numbers and sets into canonical form.
func (v *Value) UnmarshalJSON(raw []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return SerializationError{"Unexpected value type in payload"}
	}
	var found Kind
	for name, member := range members {
		if !Kind(name).Known() || bytes.Equal(member, []byte("null")) {
			continue
		}
		if found != "" {
			return ValidationError{severalTypes}
		}
		found = Kind(name)
	}
	if found == "" {
		return ValidationError{emptyValue}
	}
	parsed, err := parse(found, members[string(found)])
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}

func parse(kind Kind, raw json.RawMessage) (value Value, err error) {
	value.Kind = kind
	switch kind {
	case String:
		err = shape(raw, &value.Text)
	case Number:
		if err = shape(raw, &value.Text); err == nil {
			value.Text, err = CanonicalNumber(value.Text)
			err = asValidation(err)
		}
	case Binary:
		var content []byte
		err = shape(raw, &content)
		value.Text = string(content)
	case Bool:
		err = shape(raw, &value.Bool)
	case Null:
		var is bool
		if err = shape(raw, &is); err == nil && !is {
			err = invalid("Null attribute value types must have the value of true")
		}
	case StringSet, NumberSet, BinarySet:
		value.Set, err = parseSet(kind, raw)
	case List:
		value.List = []Value{}
		err = shape(raw, &value.List)
	case Map:
		value.Map = Item{}
		err = shape(raw, &value.Map)
	}
	return value, err
}

// shape decodes and keeps this package's errors; any other error is one of shape.
func shape(raw json.RawMessage, into any) error {
	err := json.Unmarshal(raw, into)
	var validation ValidationError
	var serialization SerializationError
	switch {
	case err == nil, errors.As(err, &validation), errors.As(err, &serialization):
		return err
	}
	return SerializationError{"Unexpected value type in payload"}
}

func asValidation(err error) error {
	if err == nil {
		return nil
	}
	return ValidationError{err.Error()}
}

func parseSet(kind Kind, raw json.RawMessage) ([]string, error) {
	members, err := setMembers(kind, raw)
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		if kind == BinarySet {
			return nil, invalid("Binary sets should not be empty")
		}
		// Two spaces: the service's text.
		return nil, invalid("An %s set  may not be empty", map[Kind]string{StringSet: "string", NumberSet: "number"}[kind])
	}
	given := strings.Join(members, ", ")
	count := len(members)
	if members = sortMembers(kind, members); len(members) < count {
		if kind == NumberSet {
			return nil, ValidationError{"Input collection contains duplicates"}
		}
		return nil, invalid("Input collection [%s] contains duplicates.", given)
	}
	return members, nil
}

func setMembers(kind Kind, raw json.RawMessage) ([]string, error) {
	if kind == BinarySet {
		var contents [][]byte
		if err := shape(raw, &contents); err != nil {
			return nil, err
		}
		members := make([]string, len(contents))
		for i, content := range contents {
			members[i] = string(content)
		}
		return members, nil
	}
	var members []string
	if err := shape(raw, &members); err != nil {
		return nil, err
	}
	if kind == NumberSet {
		for i, member := range members {
			number, err := CanonicalNumber(member)
			if err != nil {
				return nil, asValidation(err)
			}
			members[i] = number
		}
	}
	return members, nil
}

// MarshalJSON writes the wire form.
func (v Value) MarshalJSON() ([]byte, error) { return v.append(nil), nil }

// MarshalJSON writes the wire form, names in order.
func (i Item) MarshalJSON() ([]byte, error) { return i.append(nil), nil }

func (i Item) append(to []byte) []byte {
	to = append(to, '{')
	for n, name := range i.Names() {
		if n > 0 {
			to = append(to, ',')
		}
		to = append(appendString(to, name), ':')
		to = i[name].append(to)
	}
	return append(to, '}')
}

func (v Value) append(to []byte) []byte {
	to = append(append(append(to, `{"`...), v.Kind...), `":`...)
	switch v.Kind {
	case Binary:
		to = appendBinary(to, v.Text)
	case Bool:
		to = fmt.Appendf(to, "%t", v.Bool)
	case Null:
		to = append(to, "true"...)
	case StringSet, NumberSet, BinarySet:
		to = appendList(to, v.Set, func(to []byte, member string) []byte {
			if v.Kind == BinarySet {
				return appendBinary(to, member)
			}
			return appendString(to, member)
		})
	case List:
		to = appendList(to, v.List, func(to []byte, element Value) []byte { return element.append(to) })
	case Map:
		to = v.Map.append(to)
	default:
		to = appendString(to, v.Text)
	}
	return append(to, '}')
}

func appendList[T any](to []byte, list []T, one func([]byte, T) []byte) []byte {
	to = append(to, '[')
	for i, element := range list {
		if i > 0 {
			to = append(to, ',')
		}
		to = one(to, element)
	}
	return append(to, ']')
}

func appendBinary(to []byte, content string) []byte {
	to = append(to, '"')
	to = base64.StdEncoding.AppendEncode(to, []byte(content))
	return append(to, '"')
}

func appendString(to []byte, text string) []byte {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(fmt.Sprintf("attribute: encode string: %v", err))
	}
	return append(to, encoded...)
}
