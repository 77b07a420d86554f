package hclgen

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// rule is a trap that no schema holds: the real provider or AWS refuses it, a
// validation against the schema does not.
type rule struct {
	// name identifies the rule in tests.
	name string
	// types are resource types, or "data aws_x" for a data source.
	types []string
	// source is where the rule is written down.
	source string
	check  func(v view)
}

// allRules is every rule; a file for each area.
func allRules() []rule {
	var all []rule
	for _, area := range [][]rule{dnsRules(), databaseRules(), journalRules(), networkRules(), computeRules(),
		apiRules(), alarmRules(), secretRules(), policyRules(), valueRules()} {
		all = append(all, area...)
	}
	return all
}

func (c *checker) rules() {
	byType := map[string][]rule{}
	for _, r := range allRules() {
		for _, typ := range r.types {
			byType[typ] = append(byType[typ], r)
		}
	}
	for _, block := range c.module.blocks {
		key := block.Type()
		if block.kind == KindData || block.kind == KindEphemeral {
			key = block.kind + " " + key
		}
		for _, r := range byType[key] {
			r.check(view{c, block, block, ""})
		}
	}
}

// view is a block as the rules see it: top is the resource, block it or one of
// its nested blocks, at path.
type view struct {
	c     *checker
	top   *Block
	block *Block
	path  string
}

func (v view) fault(path, what, fix string) { v.c.fault(v.top, joinPath(v.path, path), what, fix) }

// has says whether an attribute is set to something other than null.
func (v view) has(name string) bool { return v.block.present(name) }

// value is an attribute with locals replaced by what they hold.
func (v view) value(name string) Expr {
	value, ok := v.block.Attribute(name)
	if !ok {
		return nil
	}
	return v.c.held(value)
}

// held follows references to locals to their value.
func (c *checker) held(value Expr) Expr {
	for range 16 { // a cycle of locals is reported elsewhere
		ref, ok := value.(refExpr)
		if !ok || ref.block == nil || ref.block.kind != kindLocal || ref.path != "" {
			break
		}
		value, _ = ref.block.Attribute("value")
	}
	return value
}

func (v view) text(name string) (string, bool) {
	value := v.value(name)
	if value == nil {
		return "", false
	}
	return Literal(value)
}

// is says whether an attribute is a literal with this text: "true" for a bool.
func (v view) is(name, want string) bool {
	if flag, ok := v.value(name).(boolExpr); ok {
		return strconv.FormatBool(flag.value) == want
	}
	got, ok := v.text(name)
	return ok && got == want
}

func (v view) number(name string) (float64, bool) {
	text, ok := v.text(name)
	if number, literal := v.value(name).(numberExpr); literal {
		text, ok = number.text, true
	}
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// items are the values of a list attribute, nil if it is not a literal list.
func (v view) items(name string) []Expr {
	value := v.value(name)
	if call, ok := value.(callExpr); ok && len(call.args) == 1 && (call.name == "toset" || call.name == "tolist") {
		value = v.c.held(call.args[0])
	}
	list, ok := value.(listExpr)
	if !ok {
		return nil
	}
	items := make([]Expr, len(list.items))
	for i, item := range list.items {
		items[i] = v.c.held(item)
	}
	return items
}

// nested are views of the nested blocks of a kind, dynamic ones not among them.
func (v view) nested(kind string) []view {
	var views []view
	for i, block := range v.block.Nested(kind) {
		views = append(views, view{v.c, v.top, block, joinPath(v.path, kind+"["+strconv.Itoa(i)+"]")})
	}
	return views
}

func (v view) any(kind string) bool {
	if len(v.block.Nested(kind)) > 0 {
		return true
	}
	for _, block := range v.block.Nested("dynamic") {
		if block.Name() == kind {
			return true
		}
	}
	return false
}

// given are those of the names that are set, as attributes or blocks.
func (v view) given(names ...string) []string {
	var given []string
	for _, name := range names {
		if v.has(name) || v.any(name) {
			given = append(given, name)
		}
	}
	return given
}

// exactlyOne makes a check: one of the arguments, not none and not two.
func exactlyOne(names ...string) func(view) {
	return func(v view) {
		if given := v.given(names...); len(given) != 1 {
			v.fault("", fmt.Sprintf("%d of %s are set (%s), exactly 1 required", len(given), strings.Join(names, ", "), orNone(given)), "keep one")
		}
	}
}

// atMostOne makes a check: the arguments exclude each other.
func atMostOne(names ...string) func(view) {
	return func(v view) {
		if given := v.given(names...); len(given) > 1 {
			v.fault("", strings.Join(given, " and ")+" exclude each other", "keep one")
		}
	}
}

// needs makes a check: the argument must be set although the schema says optional.
func needs(names ...string) func(view) {
	return func(v view) {
		for _, name := range names {
			if len(v.given(name)) == 0 {
				v.fault(name, "is not set, and AWS refuses that although the schema does not", "set it")
			}
		}
	}
}

// within makes a check: a number in whole bounds, or one of the extra values.
func within(path string, least, most float64, extra ...float64) func(view) {
	return atPath(path, func(v view, name string) {
		number, ok := v.number(name)
		if !ok || number >= least && number <= most {
			return
		}
		for _, allowed := range extra {
			if number == allowed {
				return
			}
		}
		allowed := fmt.Sprintf("%g to %g", least, most)
		if least == most {
			allowed = fmt.Sprintf("%g", least)
		}
		for _, value := range extra {
			allowed = fmt.Sprintf("%g or %s", value, allowed)
		}
		v.fault(name, fmt.Sprintf("is %g, allowed is %s", number, allowed), "choose a value in these bounds")
	})
}

// oneOf makes a check: a literal must be one of the values.
func oneOf(path string, values ...string) func(view) {
	return atPath(path, func(v view, name string) {
		check := func(at, text string) {
			for _, value := range values {
				if text == value {
					return
				}
			}
			v.fault(at, fmt.Sprintf("is %q, allowed are %s", text, strings.Join(values, ", ")), suggest(text, append([]string(nil), values...)))
		}
		if text, ok := v.text(name); ok {
			check(name, text)
		}
		for i, item := range v.items(name) {
			if text, ok := Literal(item); ok {
				check(name+"["+strconv.Itoa(i)+"]", text)
			}
		}
	})
}

// atPath runs a check at every nested block on the way to the last name.
func atPath(path string, check func(v view, name string)) func(view) {
	kind, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		return func(v view) { check(v, path) }
	}
	inner := atPath(rest, check)
	return func(v view) {
		for _, nested := range v.nested(kind) {
			inner(nested)
		}
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
