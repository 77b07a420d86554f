package expression

import (
	"fmt"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// distinct refuses an operand that is given twice: the first must differ from the rest.
func (p conditionParser) distinct(operator string, operands ...operand) {
	first, ok := operands[0].(path)
	if !ok {
		return
	}
	for _, other := range operands[1:] {
		if second, ok := other.(path); ok && first.equal(second) {
			p.reject("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s",
				operator, first)
		}
	}
}

var orderedKinds = []attribute.Kind{attribute.String, attribute.Number, attribute.Binary}

func (p conditionParser) checkComparison(operator string, left, right operand) {
	p.distinct(operator, left, right)
	if operator == "=" || operator == "<>" {
		return
	}
	for _, one := range []operand{left, right} {
		if kind, known := kindOf(one); known && !slices.Contains(orderedKinds, kind) {
			p.wrongKind(operator, kind)
		}
	}
}

func (p conditionParser) checkBetween(low, high operand) {
	for _, bound := range []operand{low, high} {
		if kind, known := kindOf(bound); known && !slices.Contains(orderedKinds, kind) {
			p.wrongKind("BETWEEN", kind)
		}
	}
	from, fromOK := low.(literal)
	to, toOK := high.(literal)
	if !fromOK || !toOK {
		return
	}
	bounds := fmt.Sprintf("lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s", from.is, to.is)
	order, comparable := from.is.Compare(to.is)
	switch {
	case from.is.Kind != to.is.Kind:
		p.reject("The BETWEEN operator requires same data type for lower and upper bounds; %s", bounds)
	case comparable && order > 0:
		p.reject("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; %s", bounds)
	}
}

func (p *parser) wrongKind(operator string, kind attribute.Kind) {
	p.reject("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, kind)
}

// sized are the types that have a size.
var sized = []attribute.Kind{attribute.String, attribute.Binary, attribute.List, attribute.Map,
	attribute.StringSet, attribute.NumberSet, attribute.BinarySet}

func (p conditionParser) checkCall(function string, operands []operand) {
	first, isPath := operands[0].(path)
	firstKind, firstKnown := kindOf(operands[0])
	switch function {
	case "attribute_exists", "attribute_not_exists":
		if !isPath {
			p.reject("Operator or function requires a document path; operator or function: %s", function)
		}
		return
	case "size":
		if firstKnown && !slices.Contains(sized, firstKind) {
			p.wrongKind(function, firstKind)
		}
		return
	}
	second, secondKnown := kindOf(operands[1])
	switch function {
	case "attribute_type":
		p.checkType(operands[1], second, secondKnown)
	case "begins_with":
		for _, one := range operands {
			if kind, known := kindOf(one); known && kind != attribute.String && kind != attribute.Binary {
				p.wrongKind(function, kind)
			}
		}
	case "contains":
		if firstKnown && !slices.Contains(sized, firstKind) {
			p.wrongKind(function, firstKind)
		}
	}
	if other, ok := operands[1].(path); ok && isPath && first.equal(other) {
		p.distinct(function, operands...)
	}
}

func (p conditionParser) checkType(given operand, kind attribute.Kind, known bool) {
	name, ok := given.(literal)
	switch {
	case !ok:
		p.reject("Incorrect operand type for operator or function; operator or function: attribute_type, operand type: %s", "document path")
	case known && kind != attribute.String:
		p.wrongKind("attribute_type", kind)
	case known && !attribute.Kind(name.is.Text).Known():
		p.reject("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", name.is.Text)
	}
}
