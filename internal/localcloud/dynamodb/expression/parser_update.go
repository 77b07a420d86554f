package expression

import (
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// An Update changes an item: at most one clause each of SET, REMOVE, ADD and DELETE.
type Update struct {
	sets    []assignment
	removes []path
	adds    []change
	deletes []change
}

type assignment struct {
	to   path
	from source
}

// change adds a literal to, or deletes it from, the attribute at the path.
type change struct {
	at    path
	value attribute.Value
}

// ParseUpdate reads an UpdateExpression.
func ParseUpdate(text string, holders *Placeholders) (*Update, error) {
	update := &Update{}
	err := parse("UpdateExpression", text, holders, func(p *parser) {
		updateParser{p, update}.clauses()
		if err := disjoint(update.paths()); err != nil {
			p.reject("%s", err.Error())
		}
	})
	if err != nil {
		return nil, err
	}
	return update, nil
}

// paths are all paths that the update writes.
func (u *Update) paths() []path {
	var paths []path
	for _, one := range u.sets {
		paths = append(paths, one.to)
	}
	paths = append(paths, u.removes...)
	for _, one := range append(append([]change{}, u.adds...), u.deletes...) {
		paths = append(paths, one.at)
	}
	return paths
}

// Written is the projection to what the update writes; UPDATED_OLD and UPDATED_NEW answer with it.
func (u *Update) Written() *Projection { return &Projection{paths: u.paths()} }

type updateParser struct {
	*parser
	update *Update
}

func (p updateParser) clauses() {
	seen := map[string]bool{}
	for p.syntax == nil && p.peek().kind != endOfText {
		name := strings.ToUpper(p.peek().text)
		var action func()
		switch name {
		case "SET":
			action = p.set
		case "REMOVE":
			action = func() { p.update.removes = append(p.update.removes, p.path()) }
		case "ADD":
			action = func() { p.update.adds = append(p.update.adds, p.change(name)) }
		case "DELETE":
			action = func() { p.update.deletes = append(p.update.deletes, p.change(name)) }
		default:
			p.unexpected()
			return
		}
		p.next()
		if seen[name] {
			p.reject("The %q section can only be used once in an update expression;", name)
		}
		seen[name] = true
		for action(); p.syntax == nil && p.accept(","); {
			action()
		}
	}
}

func (p updateParser) set() {
	to := p.path()
	p.expect("=")
	p.update.sets = append(p.update.sets, assignment{to, p.sum()})
}

// change is the operand pair of ADD and DELETE, which take a path and a value of one of a few types.
func (p updateParser) change(operator string) change {
	at := p.path()
	if p.peek().kind != valueHolder {
		p.unexpected()
		return change{}
	}
	value := p.value()
	number := operator == "ADD" && value.Kind == attribute.Number
	if value.Kind != "" && !value.Kind.IsSet() && !number {
		p.reject("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND",
			operator, value.Kind.LongName(), operator)
	}
	return change{at, value}
}

// sum reads operand [(+|-) operand].
func (p updateParser) sum() source {
	left := p.operand()
	for _, sign := range []string{"+", "-"} {
		if p.accept(sign) {
			p.operators++
			right := p.operand()
			for _, one := range []source{left, right} {
				if l, ok := one.(literal); ok && l.is.Kind != "" && l.is.Kind != attribute.Number {
					p.reject("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", sign, l.is.Kind)
				}
			}
			return arithmetic{sign, left, right}
		}
	}
	return left
}

func (p updateParser) operand() source {
	if !p.enter() {
		return literal{}
	}
	defer p.leave()
	switch t := p.peek(); {
	case p.accept("("):
		inner := p.sum()
		p.expect(")")
		return inner
	case t.kind == valueHolder:
		return literal{p.value()}
	case t.kind == word && p.tokens[p.at+1].is("("):
		return p.function()
	}
	return p.path()
}

func (p updateParser) function() source {
	name := p.next().text
	p.operators++
	p.expect("(")
	var operands []source
	for p.syntax == nil {
		operands = append(operands, p.sum())
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	_, conditional := operandsOf[name]
	switch {
	case p.syntax != nil:
	case conditional:
		p.reject("The function is not allowed in an update expression; function: %s", name)
	case name != "if_not_exists" && name != "list_append":
		p.reject("Invalid function name; function: %s", name)
	case len(operands) != 2:
		p.reject("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(operands))
	case name == "if_not_exists":
		if attributePath, ok := operands[0].(path); ok {
			return ifNotExists{attributePath, operands[1]}
		}
		p.reject("Operator or function requires a document path; operator or function: if_not_exists")
	default:
		for _, one := range operands {
			if l, ok := one.(literal); ok && l.is.Kind != "" && l.is.Kind != attribute.List {
				p.wrongKind(name, l.is.Kind)
			}
		}
		return listAppend{operands[0], operands[1]}
	}
	return literal{}
}
