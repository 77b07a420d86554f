package expression

import (
	"fmt"
	"strconv"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// The limits of one expression (developer guide, "Service, account, and table quotas": expression parameters).
const (
	maxBytes     = 4 << 10
	maxOperators = 300
	maxOperands  = 100
	maxDepth     = 100
)

// parser reads one expression. After the first syntax error it stands at the end of the text and every method returns
// at once; a fault of meaning is kept aside, because a syntax error anywhere comes first.
type parser struct {
	text      string
	tokens    []token
	at        int
	syntax    error
	meaning   error
	holders   *Placeholders
	operators int
	depth     int
}

// parse runs a grammar over the whole text; kind names the parameter in errors.
func parse(kind, text string, holders *Placeholders, grammar func(*parser)) error {
	p := &parser{text: text, tokens: lex(text), holders: holders}
	switch {
	case len(p.tokens) == 1:
		return &Error{"Invalid " + kind + ": The expression can not be empty;"}
	case len(text) > maxBytes:
		return &Error{fmt.Sprintf("Invalid %s: Expression size has exceeded the maximum allowed size; expression size: %d", kind, len(text))}
	}
	grammar(p)
	if p.peek().kind != endOfText {
		p.unexpected()
	}
	if p.operators > maxOperators {
		p.reject("The expression contains too many operators; operator count: %d", p.operators)
	}
	for _, err := range []error{p.syntax, p.meaning} {
		if err != nil {
			return &Error{"Invalid " + kind + ": " + err.Error()}
		}
	}
	return nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endOfText {
		p.at++
	}
	return t
}

// accept takes the next token if it is the symbol or keyword.
func (p *parser) accept(text string) bool {
	if p.peek().is(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.unexpected()
	}
}

// unexpected is a syntax error at the next token.
func (p *parser) unexpected() {
	if p.syntax == nil {
		p.syntax = syntaxError(p.text, p.tokens, p.at)
	}
	p.at = len(p.tokens) - 1
}

// reject is a fault of meaning.
func (p *parser) reject(format string, arguments ...any) {
	if p.meaning == nil {
		p.meaning = fmt.Errorf(format, arguments...)
	}
}

// enter bounds the nesting, so that a hostile text cannot exhaust the stack.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.unexpected()
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// path reads name(.name | [index])*.
func (p *parser) path() path {
	steps := path{{name: p.attributeName()}}
	for p.syntax == nil {
		switch {
		case p.accept("."):
			steps = append(steps, step{name: p.attributeName()})
		case p.accept("["):
			steps = append(steps, p.index())
			p.expect("]")
		default:
			if len(steps) > attribute.MaxNesting {
				p.reject("The document path has too many nesting elements; nesting levels: %d", len(steps))
			}
			return steps
		}
	}
	return steps
}

func (p *parser) index() step {
	if p.peek().kind != index {
		p.unexpected()
		return step{isIndex: true}
	}
	digits := p.next().text
	number, err := strconv.Atoi(digits)
	if err != nil || number > 1<<31-1 {
		p.reject("List index is not within the allowable range; index: [%s]", digits)
	}
	return step{index: number, isIndex: true}
}

func (p *parser) attributeName() string {
	switch t := p.peek(); t.kind {
	case nameHolder:
		p.next()
		name, ok := p.holders.names[t.text]
		if !ok {
			p.reject("An expression attribute name used in the document path is not defined; attribute name: %s", t.text)
		}
		p.holders.usedNames[t.text] = true
		return name
	case word:
		p.next()
		if reserved(t.text) {
			p.reject("Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		return t.text
	}
	p.unexpected()
	return ""
}

func (p *parser) value() attribute.Value {
	t := p.next()
	value, ok := p.holders.values[t.text]
	if !ok {
		p.reject("An expression attribute value used in expression is not defined; attribute value: %s", t.text)
	}
	p.holders.usedValues[t.text] = true
	return value
}
