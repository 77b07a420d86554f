package attribute

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is the type of a value, spelled as on the wire.
type Kind string

// The ten types.
const (
	String    Kind = "S"
	Number    Kind = "N"
	Binary    Kind = "B"
	StringSet Kind = "SS"
	NumberSet Kind = "NS"
	BinarySet Kind = "BS"
	Map       Kind = "M"
	List      Kind = "L"
	Null      Kind = "NULL"
	Bool      Kind = "BOOL"
)

// longNames are the types as error messages spell them.
var longNames = map[Kind]string{
	String: "STRING", Number: "NUMBER", Binary: "BINARY", StringSet: "STRING_SET", NumberSet: "NUMBER_SET",
	BinarySet: "BINARY_SET", Map: "MAP", List: "LIST", Null: "NULL", Bool: "BOOLEAN",
}

// LongName is the type as error messages spell it, as in STRING_SET.
func (k Kind) LongName() string { return longNames[k] }

// Known says whether k is one of the ten types.
func (k Kind) Known() bool { return longNames[k] != "" }

// IsSet says whether k is one of the three set types.
func (k Kind) IsSet() bool { return k == StringSet || k == NumberSet || k == BinarySet }

// Value is one value. Values are never changed after they are made; use Clone before changing a list or map.
type Value struct {
	Kind Kind
	// Text is the string, the number in canonical form, or the raw bytes of a binary.
	Text string
	Bool bool
	// Set holds the members of a set, in canonical form, sorted, without duplicates.
	Set  []string
	List []Value
	Map  Item
}

// Item is the attributes of an item, or the members of a map.
type Item map[string]Value

// S is a string value.
func S(text string) Value { return Value{Kind: String, Text: text} }

// Clone is a copy of v whose lists and maps may be changed.
func (v Value) Clone() Value {
	switch v.Kind {
	case Map:
		v.Map = v.Map.Clone()
	case List:
		list := make([]Value, len(v.List))
		for i, element := range v.List {
			list[i] = element.Clone()
		}
		v.List = list
	}
	return v
}

// Clone is a deep copy; the clone of a nil Item is an empty one.
func (i Item) Clone() Item {
	clone := make(Item, len(i))
	for name, value := range i {
		clone[name] = value.Clone()
	}
	return clone
}

// Names are the attribute names in order.
func (i Item) Names() []string { return slices.Sorted(maps.Keys(i)) }

// Equal compares type and value; sets are equal when their members are.
func (v Value) Equal(other Value) bool {
	if v.Kind != other.Kind {
		return false
	}
	switch v.Kind {
	case StringSet, NumberSet, BinarySet:
		return slices.Equal(v.Set, other.Set)
	case List:
		return slices.EqualFunc(v.List, other.List, Value.Equal)
	case Map:
		return v.Map.Equal(other.Map)
	case Bool:
		return v.Bool == other.Bool
	case Null:
		return true
	}
	return v.Text == other.Text
}

// Equal compares names and values.
func (i Item) Equal(other Item) bool { return maps.EqualFunc(i, other, Value.Equal) }

// Compare orders two values of one of the types S, N and B; ok is false for anything else.
// Strings are ordered by their UTF-8 bytes, binaries by unsigned bytes.
func (v Value) Compare(other Value) (order int, ok bool) {
	if v.Kind != other.Kind {
		return 0, false
	}
	switch v.Kind {
	case String, Binary:
		return strings.Compare(v.Text, other.Text), true
	case Number:
		return CompareNumbers(v.Text, other.Text), true
	}
	return 0, false
}

// Member is the set member that v would be in a set of kind set; ok is false when the types do not fit.
func (v Value) Member(set Kind) (member string, ok bool) {
	fits := map[Kind]Kind{StringSet: String, NumberSet: Number, BinarySet: Binary}
	return v.Text, set.IsSet() && fits[set] == v.Kind
}

// Union is the set of members of both; both must be of one set type.
func (v Value) Union(other Value) Value {
	return Value{Kind: v.Kind, Set: sortMembers(v.Kind, append(slices.Clone(v.Set), other.Set...))}
}

// Without is the set of members of v that other does not have.
func (v Value) Without(other Value) Value {
	kept := slices.DeleteFunc(slices.Clone(v.Set), func(member string) bool { return slices.Contains(other.Set, member) })
	return Value{Kind: v.Kind, Set: kept}
}

// sortMembers sorts and drops duplicates.
func sortMembers(kind Kind, members []string) []string {
	if kind == NumberSet {
		slices.SortFunc(members, CompareNumbers)
	} else {
		slices.Sort(members)
	}
	return slices.Compact(members)
}

// String is the value as error messages write it, as in {S:text}.
func (v Value) String() string {
	switch v.Kind {
	case StringSet, NumberSet, BinarySet:
		return fmt.Sprintf("{%s:[%s]}", v.Kind, strings.Join(v.Set, ","))
	case List, Map:
		return fmt.Sprintf("{%s:...}", v.Kind)
	case Bool:
		return fmt.Sprintf("{%s:%t}", v.Kind, v.Bool)
	case Null:
		return "{NULL:true}"
	}
	return fmt.Sprintf("{%s:%s}", v.Kind, v.Text)
}
