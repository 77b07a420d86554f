// Package rule reads the rules of composite alarms: ALARM(a) AND NOT (OK("b c") OR INSUFFICIENT_DATA(d)), TRUE, FALSE.
//
// NOT binds closer than AND, and AND closer than OR.
package rule

import (
	"fmt"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
)

// Limits of a rule ("PutCompositeAlarm", Amazon CloudWatch API Reference).
const (
	maximumLength   = 10240
	maximumChildren = 100
	maximumElements = 500
)

// Rule is a rule that was read.
type Rule struct {
	root     expression
	children []string
}

type expression interface {
	holds(state func(string) alarm.State) bool
}

type (
	constant bool
	is       struct {
		name  string
		state alarm.State
	}
	not struct{ operand expression }
	and struct{ left, right expression }
	or  struct{ left, right expression }
)

func (c constant) holds(func(string) alarm.State) bool  { return bool(c) }
func (i is) holds(state func(string) alarm.State) bool  { return state(i.name) == i.state }
func (n not) holds(state func(string) alarm.State) bool { return !n.operand.holds(state) }
func (a and) holds(state func(string) alarm.State) bool {
	return a.left.holds(state) && a.right.holds(state)
}
func (o or) holds(state func(string) alarm.State) bool {
	return o.left.holds(state) || o.right.holds(state)
}

// Holds tells whether the rule is true, given the states of alarms by name.
func (r Rule) Holds(state func(name string) alarm.State) bool { return r.root.holds(state) }

// Children are the names of the alarms in the rule, each once, in order.
func (r Rule) Children() []string { return r.children }

// Parse reads a rule.
func Parse(text string) (Rule, error) {
	if len(text) > maximumLength {
		return Rule{}, fmt.Errorf("read rule: %d characters, at most %d are allowed", len(text), maximumLength)
	}
	p := parser{text: text, seen: map[string]bool{}}
	root, err := p.or()
	if err == nil && p.next() != "" {
		err = p.fault("expected AND, OR or the end")
	}
	if err == nil && (len(p.children) > maximumChildren || p.elements > maximumElements) {
		err = fmt.Errorf("%d alarms and %d elements, at most %d and %d are allowed", len(p.children), p.elements, maximumChildren, maximumElements)
	}
	if err != nil {
		return Rule{}, fmt.Errorf("read rule: %w", err)
	}
	return Rule{root: root, children: p.children}, nil
}

type parser struct {
	text     string
	at       int
	elements int
	children []string
	seen     map[string]bool
}

func (p *parser) fault(format string, values ...any) error {
	return fmt.Errorf("at character %d: %s", p.at+1, fmt.Sprintf(format, values...))
}

func (p *parser) skipSpace() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// next looks at the next word or parenthesis; "" is the end.
func (p *parser) next() string {
	p.skipSpace()
	if p.at == len(p.text) {
		return ""
	}
	end := p.at
	for end < len(p.text) && (p.text[end] == '_' || p.text[end] >= 'A' && p.text[end] <= 'Z' || p.text[end] >= 'a' && p.text[end] <= 'z') {
		end++
	}
	if end == p.at {
		end++
	}
	return p.text[p.at:end]
}

// take consumes the word if it comes next.
func (p *parser) take(word string) bool {
	if p.next() != word {
		return false
	}
	p.at += len(word)
	p.elements++
	return true
}

func (p *parser) or() (expression, error) {
	left, err := p.and()
	for err == nil && p.take("OR") {
		var right expression
		right, err = p.and()
		left = or{left, right}
	}
	return left, err
}

func (p *parser) and() (expression, error) {
	left, err := p.not()
	for err == nil && p.take("AND") {
		var right expression
		right, err = p.not()
		left = and{left, right}
	}
	return left, err
}

func (p *parser) not() (expression, error) {
	if p.take("NOT") {
		if p.elements > maximumElements { // nested too deep to go on
			return nil, p.fault("more than %d elements", maximumElements)
		}
		operand, err := p.not()
		return not{operand}, err
	}
	return p.primary()
}

func (p *parser) primary() (expression, error) {
	switch word := p.next(); word {
	case "TRUE", "FALSE":
		p.take(word)
		return constant(word == "TRUE"), nil
	case "ALARM", "OK", "INSUFFICIENT_DATA":
		p.take(word)
		name, err := p.name()
		return is{name, alarm.State(word)}, err
	case "(":
		p.take(word)
		if p.elements > maximumElements {
			return nil, p.fault("more than %d elements", maximumElements)
		}
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fault("expected )")
		}
		return inner, err
	case "AT_LEAST":
		return nil, p.fault("AT_LEAST is not modelled")
	default:
		return nil, p.fault("expected ALARM(...), OK(...), INSUFFICIENT_DATA(...), TRUE, FALSE, NOT or (, not %q", word)
	}
}

// name reads (name), ("a name") or ('a name'), where name may be an ARN.
func (p *parser) name() (string, error) {
	if !p.take("(") {
		return "", p.fault("expected ( and an alarm's name")
	}
	p.skipSpace()
	var name string
	if p.at < len(p.text) && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		var err error
		if name, err = p.quoted(); err != nil {
			return "", err
		}
	} else {
		length := strings.IndexAny(p.text[p.at:], ")( \t\r\n\"'")
		if length < 0 {
			length = len(p.text) - p.at
		}
		name = p.text[p.at : p.at+length]
		p.at += length
	}
	if name == "" {
		return "", p.fault("an alarm's name must not be empty")
	}
	if !p.take(")") {
		return "", p.fault("expected ) after the alarm's name %s; a name with spaces or parentheses needs quotes", name)
	}
	if strings.HasPrefix(name, "arn:") {
		_, after, found := strings.Cut(name, ":alarm:")
		if !found || after == "" {
			return "", p.fault("%s is not the ARN of an alarm", name)
		}
		name = after
	}
	if !p.seen[name] {
		p.seen[name] = true
		p.children = append(p.children, name)
	}
	return name, nil
}

// quoted reads up to the closing quote; a backslash takes the next character as it is.
func (p *parser) quoted() (string, error) {
	quote := p.text[p.at]
	var name strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch {
		case p.text[i] == quote:
			p.at = i + 1
			return name.String(), nil
		case p.text[i] == '\\' && i+1 < len(p.text):
			i++
		}
		name.WriteByte(p.text[i])
	}
	return "", p.fault("the quote %c is not closed", quote)
}
