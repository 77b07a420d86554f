package hclgen

import (
	"encoding/json"
	"fmt"
	"strings"
)

type typeKind int

const (
	dynamicKind typeKind = iota // unknown until the engine runs: fits everything
	stringKind
	numberKind
	boolKind
	listKind
	setKind
	mapKind
	objectKind
)

// valueType is a type of the engine's type system. A nil *valueType is dynamic.
type valueType struct {
	kind   typeKind
	elem   *valueType            // of list, set, map
	fields map[string]*valueType // of object
	// sensitive marks the value of an attribute that must not be shown.
	sensitive bool
}

var (
	stringType = &valueType{kind: stringKind}
	numberType = &valueType{kind: numberKind}
	boolType   = &valueType{kind: boolKind}
)

func listOf(elem *valueType) *valueType { return &valueType{kind: listKind, elem: elem} }

func (t *valueType) is(kind typeKind) bool { return t.of() == kind }

func (t *valueType) of() typeKind {
	if t == nil {
		return dynamicKind
	}
	return t.kind
}

func (t *valueType) String() string {
	switch t.of() {
	case stringKind:
		return "string"
	case numberKind:
		return "number"
	case boolKind:
		return "bool"
	case listKind:
		return "list of " + t.elem.String()
	case setKind:
		return "set of " + t.elem.String()
	case mapKind:
		return "map of " + t.elem.String()
	case objectKind:
		return "object"
	}
	return "any"
}

func (t *valueType) primitive() bool {
	return t.is(stringKind) || t.is(numberKind) || t.is(boolKind)
}

// collection says whether t is a list or a set.
func (t *valueType) collection() bool { return t.is(listKind) || t.is(setKind) }

// UnmarshalJSON reads cty's form: "string", ["list","string"], ["object",{...}].
func (t *valueType) UnmarshalJSON(data []byte) error {
	var name string
	if err := json.Unmarshal(data, &name); err == nil {
		kind, ok := map[string]typeKind{"string": stringKind, "number": numberKind, "bool": boolKind, "dynamic": dynamicKind}[name]
		if !ok {
			return fmt.Errorf("read type %q: unknown name", name)
		}
		t.kind = kind
		return nil
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil || len(parts) < 2 {
		return fmt.Errorf("read type %s: neither a name nor a pair", data)
	}
	if err := json.Unmarshal(parts[0], &name); err != nil {
		return fmt.Errorf("read type %s: %w", data, err)
	}
	switch name {
	case "object":
		t.kind = objectKind
		return json.Unmarshal(parts[1], &t.fields)
	case "list", "set", "map":
		t.kind = map[string]typeKind{"list": listKind, "set": setKind, "map": mapKind}[name]
		t.elem = &valueType{}
		return json.Unmarshal(parts[1], t.elem)
	}
	return nil // a tuple: dynamic
}

// constraint reads the type argument of a variable; what it does not know is dynamic.
func constraint(text string) *valueType {
	text = strings.TrimSpace(text)
	switch text {
	case "string":
		return stringType
	case "number":
		return numberType
	case "bool":
		return boolType
	}
	for name, kind := range map[string]typeKind{"list(": listKind, "set(": setKind, "map(": mapKind} {
		if strings.HasPrefix(text, name) && strings.HasSuffix(text, ")") {
			return &valueType{kind: kind, elem: constraint(text[len(name) : len(text)-1])}
		}
	}
	return nil
}
