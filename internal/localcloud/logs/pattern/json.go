package pattern

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// condition is a condition on a JSON value.
type condition interface{ holds(root any) bool }

type (
	either struct{ left, right condition }
	both   struct{ left, right condition }
	// compare is a selector, an operator and a value; it is false if the selector does not lead to a string or a number.
	compare struct {
		selector []any // names and indices
		operator string
		value    value
	}
	// is compares with null, true and false.
	is struct {
		selector []any
		want     any
	}
	absent struct{ selector []any }
)

func (e either) holds(root any) bool { return e.left.holds(root) || e.right.holds(root) }
func (b both) holds(root any) bool   { return b.left.holds(root) && b.right.holds(root) }

func (i is) holds(root any) bool {
	got, exists := find(root, i.selector)
	return exists && got == i.want
}

func (a absent) holds(root any) bool {
	_, exists := find(root, a.selector)
	return !exists
}

func (c compare) holds(root any) bool {
	got, exists := find(root, c.selector)
	if !exists {
		return false
	}
	switch got := got.(type) {
	case json.Number:
		if number, err := got.Float64(); err == nil && c.value.isNumber {
			return compareNumbers(number, c.operator, c.value.number)
		}
		return c.compareText(got.String())
	case string:
		return c.compareText(got)
	}
	return false
}

func (c compare) compareText(got string) bool {
	switch c.operator {
	case "=":
		return c.value.matches(got)
	case "!=":
		return !c.value.matches(got)
	}
	return false
}

func compareNumbers(got float64, operator string, want float64) bool {
	switch operator {
	case "=":
		return got == want
	case "!=":
		return got != want
	case "<":
		return got < want
	case "<=":
		return got <= want
	case ">":
		return got > want
	default:
		return got >= want
	}
}

// find follows a selector.
func find(at any, selector []any) (any, bool) {
	for _, step := range selector {
		switch step := step.(type) {
		case string:
			object, ok := at.(map[string]any)
			if !ok {
				return nil, false
			}
			if at, ok = object[step]; !ok {
				return nil, false
			}
		case int:
			list, ok := at.([]any)
			if !ok || step >= len(list) {
				return nil, false
			}
			at = list[step]
		}
	}
	return at, true
}

// value is what a condition compares with.
type value struct {
	text                 string
	number               float64
	isNumber             bool
	anyPrefix, anySuffix bool // a * at the begin or end
	expression           text
}

func (v value) matches(got string) bool {
	switch {
	case v.expression != nil:
		return v.expression.in(got)
	case v.anyPrefix && v.anySuffix:
		return strings.Contains(got, v.text)
	case v.anyPrefix:
		return strings.HasSuffix(got, v.text)
	case v.anySuffix:
		return strings.HasPrefix(got, v.text)
	}
	return got == v.text
}

// document is a pattern of conditions on JSON.
type document struct{ condition }

// Match is false for messages that are not JSON.
func (d document) Match(message string) bool {
	if !strings.HasPrefix(strings.TrimLeft(message, " \t\r\n"), "{") {
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(message))
	decoder.UseNumber()
	var root any
	if decoder.Decode(&root) != nil {
		return false
	}
	if _, err := decoder.Token(); err != io.EOF {
		return false
	}
	return d.holds(root)
}

func parseJSON(source string) (Pattern, error) {
	p := jsonParser{scanner{source: source, at: 1}, 0}
	parsed, err := p.either()
	if err == nil {
		p.skipSpace()
		if !p.next("}") {
			err = p.fault("expected &&, || or }")
		} else if p.skipSpace(); !p.done() {
			err = p.fault("expected the end")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read filter pattern: %w", err)
	}
	return document{parsed}, nil
}

// jsonParser reads conditions; && binds closer than ||.
type jsonParser struct {
	scanner
	depth int
}

func (p *jsonParser) either() (condition, error) {
	left, err := p.both()
	for err == nil {
		if p.skipSpace(); !p.next("||") {
			break
		}
		var right condition
		right, err = p.both()
		left = either{left, right}
	}
	return left, err
}

func (p *jsonParser) both() (condition, error) {
	left, err := p.one()
	for err == nil {
		if p.skipSpace(); !p.next("&&") {
			break
		}
		var right condition
		right, err = p.one()
		left = both{left, right}
	}
	return left, err
}

func (p *jsonParser) one() (condition, error) {
	p.skipSpace()
	if p.next("(") {
		if p.depth++; p.depth > 100 {
			return nil, p.fault("more than 100 parentheses inside each other")
		}
		inner, err := p.either()
		if err != nil {
			return nil, err
		}
		p.depth--
		if p.skipSpace(); !p.next(")") {
			return nil, p.fault("expected &&, || or )")
		}
		return inner, nil
	}
	selector, err := p.selector()
	if err != nil {
		return nil, err
	}
	p.skipSpace()
	switch {
	case p.next("IS"):
		return p.is(selector)
	case p.next("NOT"):
		if p.skipSpace(); !p.next("EXISTS") {
			return nil, p.fault("expected EXISTS")
		}
		return absent{selector}, nil
	}
	for _, operator := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.next(operator) {
			return p.compare(selector, operator)
		}
	}
	return nil, p.fault("expected =, !=, <, <=, >, >=, IS or NOT EXISTS")
}

func (p *jsonParser) is(selector []any) (condition, error) {
	p.skipSpace()
	switch {
	case p.next("NULL"):
		return is{selector, nil}, nil
	case p.next("TRUE"):
		return is{selector, true}, nil
	case p.next("FALSE"):
		return is{selector, false}, nil
	}
	return nil, p.fault("expected NULL, TRUE or FALSE")
}

// selector reads $.a.b[0].
func (p *jsonParser) selector() ([]any, error) {
	if !p.next("$") {
		return nil, p.fault("expected a selector, $.name")
	}
	var steps []any
	for {
		switch {
		case p.next("."):
			name := p.while(func(c byte) bool {
				return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
			})
			if name == "" {
				return nil, p.fault("expected a property's name of letters, digits, - and _")
			}
			steps = append(steps, name)
		case len(steps) > 0 && p.next("["):
			index, err := strconv.Atoi(p.while(func(c byte) bool { return c >= '0' && c <= '9' }))
			if err != nil || !p.next("]") {
				return nil, p.fault("expected an index, [0]")
			}
			steps = append(steps, index)
		case len(steps) == 0:
			return nil, p.fault("expected a property, $.name")
		default:
			return steps, nil
		}
	}
}

func (p *jsonParser) while(takes func(byte) bool) string {
	start := p.at
	for !p.done() && takes(p.source[p.at]) {
		p.at++
	}
	return p.source[start:p.at]
}

func (p *jsonParser) compare(selector []any, operator string) (condition, error) {
	p.skipSpace()
	read, err := p.value()
	if err != nil {
		return nil, err
	}
	if operator != "=" && operator != "!=" && !read.isNumber {
		return nil, p.fault("%s compares numbers only", operator)
	}
	return compare{selector, operator, read}, nil
}

// value reads a number, a word or a "string", with * at the begin or end, or a %regular expression%.
func (p *jsonParser) value() (value, error) {
	var read value
	switch {
	case !p.done() && p.source[p.at] == '"':
		content, err := p.quoted()
		if err != nil {
			return read, err
		}
		read.text = content
	case !p.done() && p.source[p.at] == '%':
		expression, err := p.regex()
		return value{expression: expression}, err
	default:
		read.text = p.while(func(c byte) bool { return strings.IndexByte(" \t\r\n(){}&|=!<>\"", c) < 0 })
		if read.text == "" {
			return read, p.fault("expected a value")
		}
		if number, err := strconv.ParseFloat(read.text, 64); err == nil {
			read.number, read.isNumber = number, true
		}
	}
	if rest, found := strings.CutPrefix(read.text, "*"); found {
		read.text, read.anyPrefix = rest, true
	}
	if rest, found := strings.CutSuffix(read.text, "*"); found {
		read.text, read.anySuffix = rest, true
	}
	return read, nil
}
