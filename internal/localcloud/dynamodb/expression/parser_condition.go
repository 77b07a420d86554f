package expression

import (
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// ParseCondition reads a condition, filter or key condition; kind is the parameter's name, as in ConditionExpression.
func ParseCondition(kind, text string, holders *Placeholders) (*Condition, error) {
	condition := &Condition{}
	err := parse(kind, text, holders, func(p *parser) {
		c := conditionParser{parser: p, paths: &condition.paths, closes: map[int]int{}}
		condition.root = c.condition(c.or())
	})
	if err != nil {
		return nil, err
	}
	return condition, nil
}

// conditionParser reads terms: a term is a condition or an operand, because "(" may begin either.
type conditionParser struct {
	*parser
	paths *[]path
	// closes are the positions of ")" by those of their "(".
	closes map[int]int
}

type term struct {
	node    node
	operand operand
}

// condition is the term as a condition; an operand alone is a syntax error at the token after it.
func (p conditionParser) condition(t term) node {
	if size, ok := t.operand.(sizeOf); ok && size.of != nil {
		p.reject("The function is not allowed to be used this way in an expression; function: size")
		return and{}
	}
	if t.node == nil {
		p.unexpected()
		return and{}
	}
	return t.node
}

func (p conditionParser) operand(t term) operand {
	if t.operand == nil {
		p.unexpected()
		return literal{}
	}
	return t.operand
}

func (p conditionParser) or() term {
	left := p.and()
	for p.accept("OR") {
		p.operators++
		left = term{node: or{p.condition(left), p.condition(p.and())}}
	}
	return left
}

func (p conditionParser) and() term {
	left := p.not()
	for p.accept("AND") {
		p.operators++
		left = term{node: and{p.condition(left), p.condition(p.not())}}
	}
	return left
}

func (p conditionParser) not() term {
	if !p.enter() {
		return term{}
	}
	defer p.leave()
	if p.accept("NOT") {
		p.operators++
		return term{node: not{p.condition(p.not())}}
	}
	return p.comparison()
}

func (p conditionParser) comparison() term {
	left := p.primary()
	if p.syntax != nil || left.operand == nil {
		return left
	}
	switch next := p.peek(); {
	case next.kind == symbol && comparators[next.text]:
		p.next()
		p.operators++
		right := p.operand(p.primary())
		p.checkComparison(next.text, left.operand, right)
		return term{node: comparison{next.text, left.operand, right}}
	case p.accept("BETWEEN"):
		p.operators++
		low := p.operand(p.primary())
		p.expect("AND")
		high := p.operand(p.primary())
		p.checkBetween(low, high)
		return term{node: between{left.operand, low, high}}
	case p.accept("IN"):
		p.operators++
		return term{node: in{left.operand, p.list(left.operand)}}
	}
	return left
}

var comparators = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}

func (p conditionParser) list(of operand) []operand {
	p.expect("(")
	var list []operand
	for p.syntax == nil {
		one := p.operand(p.primary())
		list = append(list, one)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	if len(list) > maxOperands {
		p.reject("The IN operator is provided with too many operands; number of operands: %d", len(list))
	}
	p.distinct("IN", append([]operand{of}, list...)...)
	return list
}

func (p conditionParser) primary() term {
	if !p.enter() {
		return term{}
	}
	defer p.leave()
	switch t := p.peek(); {
	case p.accept("("):
		return p.parenthesized()
	case t.kind == valueHolder:
		return term{operand: literal{p.value()}}
	case t.kind == word && p.tokens[p.at+1].is("("):
		return p.function()
	case t.kind == word && (t.is("AND") || t.is("OR") || t.is("NOT") || t.is("BETWEEN") || t.is("IN")):
		p.unexpected()
		return term{}
	}
	found := p.path()
	*p.paths = append(*p.paths, found)
	return term{operand: found}
}

// parenthesized reads the rest after "(". Parentheses around nothing but parentheses are refused.
func (p conditionParser) parenthesized() term {
	opened := p.at
	inner := p.or()
	redundant := p.tokens[opened].is("(") && p.closes[opened] == p.at-1
	p.expect(")")
	if p.syntax == nil {
		p.closes[opened-1] = p.at - 1
		if redundant {
			p.reject("The expression has redundant parentheses;")
		}
	}
	return inner
}

// operandsOf is the number of operands of each function.
var operandsOf = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2, "size": 1,
}

func (p conditionParser) function() term {
	name := p.next().text
	p.operators++
	p.expect("(")
	var operands []operand
	for p.syntax == nil {
		argument := p.or()
		if argument.operand == nil && p.syntax == nil {
			p.unexpected()
			break
		}
		operands = append(operands, argument.operand)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	count, known := operandsOf[name]
	switch {
	case p.syntax != nil:
		return term{node: and{}}
	case !known && (name == "if_not_exists" || name == "list_append"):
		p.reject("The function is not allowed in a condition expression; function: %s", name)
		return term{node: and{}}
	case !known:
		p.reject("Invalid function name; function: %s", name)
		return term{node: and{}}
	case len(operands) != count:
		p.reject("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(operands))
		return term{node: and{}}
	}
	p.checkCall(name, operands)
	if name == "size" {
		return term{operand: sizeOf{operands[0]}}
	}
	return term{node: call{name, operands}}
}

// kindOf is the type of an operand that is known before there is an item.
func kindOf(o operand) (attribute.Kind, bool) {
	switch o := o.(type) {
	case literal:
		return o.is.Kind, o.is.Kind != ""
	case sizeOf:
		return attribute.Number, true
	}
	return "", false
}
