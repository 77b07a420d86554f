package resources

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// object reads an object by the names of the provider's schema. What is null, or not there, is the zero value.
type object struct{ value cty.Value }

func (o object) get(name string) cty.Value { return awsshape.Member(o.value, name) }

// set says whether something is written: a value, or at least one block.
func (o object) set(name string) bool {
	value := o.get(name)
	if value.IsNull() || !value.IsKnown() {
		return false
	}
	kind := value.Type()
	return !(kind.IsListType() || kind.IsSetType()) || value.LengthInt() > 0
}

func (o object) text(name string) string { return awsshape.Text(o.get(name)) }

func (o object) yes(name string) bool { return awsshape.IsTrue(o.get(name)) }

func (o object) number(name string) int {
	value := o.get(name)
	if value.IsNull() || !value.IsKnown() || value.Type() != cty.Number {
		return 0
	}
	number, _ := value.AsBigFloat().Int64()
	return int(number)
}

// each are the elements of a list or set.
func (o object) each(name string) []cty.Value {
	value := o.get(name)
	if value.IsNull() || !value.IsKnown() || !value.CanIterateElements() {
		return nil
	}
	return value.AsValueSlice()
}

func (o object) texts(name string) []string {
	var found []string
	for _, value := range o.each(name) {
		found = append(found, awsshape.Text(value))
	}
	return found
}

// blocks are nested blocks, or elements of an attribute that is a collection of objects.
func (o object) blocks(name string) []object {
	var found []object
	for _, value := range o.each(name) {
		found = append(found, object{value})
	}
	return found
}

// block is the first block of the name; without one, an object of which everything is the zero value.
func (o object) block(name string) object {
	if found := o.blocks(name); len(found) > 0 {
		return found[0]
	}
	return object{cty.EmptyObjectVal}
}

func (o object) table(name string) map[string]string {
	value := o.get(name)
	if value.IsNull() || !value.IsKnown() || !value.CanIterateElements() {
		return nil
	}
	found := map[string]string{}
	for key, element := range value.AsValueMap() {
		found[key] = awsshape.Text(element)
	}
	return found
}

// changed names those of the attributes or blocks that differ between two states of a resource.
func changed(before, after object, names ...string) []string {
	var found []string
	for _, name := range names {
		was, is := before.get(name), after.get(name)
		if was.IsNull() != is.IsNull() || (!was.IsNull() && !was.RawEquals(is)) {
			found = append(found, name)
		}
	}
	return found
}

func quoted(names []string) string { return strings.Join(names, ", ") }
