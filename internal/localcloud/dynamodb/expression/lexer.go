package expression

import (
	"fmt"
	"strings"
)

// Error is an expression that is refused; it becomes a ValidationException.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

type tokenKind int

const (
	endOfText  tokenKind = iota
	word                 // a bare attribute name, keyword or function name
	nameHolder           // #name
	valueHolder
	index // the digits between brackets
	symbol
	unknown
)

type token struct {
	kind tokenKind
	text string
	// from and to are the token's bytes in the expression.
	from, to int
}

// is compares a symbol, or a keyword in any case.
func (t token) is(text string) bool {
	return t.kind == symbol && t.text == text || t.kind == word && strings.EqualFold(t.text, text)
}

// lex cuts the text into tokens; the last one is the end of the text.
func lex(text string) []token {
	var tokens []token
	for at := 0; at < len(text); {
		if strings.IndexByte(" \t\r\n", text[at]) >= 0 {
			at++
			continue
		}
		next := one(text, at)
		tokens = append(tokens, next)
		at = next.to
	}
	return append(tokens, token{kind: endOfText, text: "<EOF>", from: len(text), to: len(text)})
}

func one(text string, at int) token {
	make := func(kind tokenKind, to int) token { return token{kind: kind, text: text[at:to], from: at, to: to} }
	switch first := text[at]; {
	case first == '#' || first == ':':
		end := run(text, at+1, isNameByte)
		if end == at+1 {
			return make(unknown, end)
		}
		if first == '#' {
			return make(nameHolder, end)
		}
		return make(valueHolder, end)
	case isDigit(first):
		return make(index, run(text, at, isDigit))
	case isNameByte(first):
		return make(word, run(text, at, isNameByte))
	}
	for _, operator := range []string{"<>", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", ".", ",", "+", "-"} {
		if strings.HasPrefix(text[at:], operator) {
			return make(symbol, at+len(operator))
		}
	}
	return make(unknown, at+1)
}

func run(text string, from int, belongs func(byte) bool) int {
	for from < len(text) && belongs(text[from]) {
		from++
	}
	return from
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isNameByte(b byte) bool {
	return isDigit(b) || b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// syntaxError names the token and its neighbours, as the service does.
func syntaxError(text string, tokens []token, at int) error {
	from, to := tokens[max(at-1, 0)].from, tokens[min(at+1, len(tokens)-1)].to
	return &Error{fmt.Sprintf("Syntax error; token: %q, near: %q", tokens[at].text, text[from:to])}
}
