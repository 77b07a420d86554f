package attribute

import "strings"

// MaxItemSize is the size limit of an item, in bytes: 400 KB of 1,024.
const MaxItemSize = 400 << 10

// MaxNesting is the deepest nesting of lists and maps.
const MaxNesting = 32

// Size is the bytes that the attributes count for: UTF-8 names and values.
func (i Item) Size() int {
	size := 0
	for name, value := range i {
		size += len(name) + value.Size()
	}
	return size
}

// Size is the bytes that the value counts for: strings and binaries their length, a number about one byte for two
// digits and one more, null and bool one, lists and maps three and one for each member.
func (v Value) Size() int {
	switch v.Kind {
	case Number:
		return numberSize(v.Text)
	case Null, Bool:
		return 1
	case StringSet, BinarySet:
		size := 0
		for _, member := range v.Set {
			size += len(member)
		}
		return size
	case NumberSet:
		size := 0
		for _, member := range v.Set {
			size += numberSize(member)
		}
		return size
	case List:
		size := 3
		for _, element := range v.List {
			size += 1 + element.Size()
		}
		return size
	case Map:
		return 3 + len(v.Map) + v.Map.Size()
	}
	return len(v.Text)
}

// numberSize counts significant digits: half of them, rounded up, one for the exponent, one for a minus sign.
func numberSize(canonical string) int {
	if canonical == "0" {
		return 1
	}
	digits, negative := strings.CutPrefix(canonical, "-")
	digits = strings.Trim(strings.Replace(digits, ".", "", 1), "0")
	size := (len(digits)+1)/2 + 1
	if negative {
		size++
	}
	return size
}

// Depth is the levels of lists and maps in v: 0 for a scalar.
func (v Value) Depth() int {
	deepest := 0
	for _, element := range v.List {
		deepest = max(deepest, element.Depth())
	}
	for _, element := range v.Map {
		deepest = max(deepest, element.Depth())
	}
	if v.Kind == List || v.Kind == Map {
		return deepest + 1
	}
	return 0
}
