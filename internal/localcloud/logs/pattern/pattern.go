// Package pattern reads the filter patterns of CloudWatch Logs and matches messages: terms, "phrases", -exclusions, ?choices,
// %regular expressions%, and conditions on JSON, { $.status = 503 && $.path = "/pay*" }.
//
// Syntax: "Filter pattern syntax", Amazon CloudWatch Logs User Guide. Patterns of space-delimited fields are not modelled.
package pattern

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern is a pattern that was read.
type Pattern interface{ Match(message string) bool }

// Parse reads a pattern; an empty one matches everything.
func Parse(text string) (Pattern, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "{"):
		return parseJSON(text)
	case strings.HasPrefix(text, "["):
		return nil, errors.New("read filter pattern: patterns of space-delimited fields ([a, b]) are not modelled")
	}
	return parseTerms(text)
}

// text is a condition on a text: that it is something, or contains it.
type text interface{ in(message string) bool }

type (
	substring string
	regex     struct{ *regexp.Regexp }
)

func (s substring) in(message string) bool { return strings.Contains(message, string(s)) }
func (r regex) in(message string) bool     { return r.MatchString(message) }

// terms are all the conditions on a text.
type terms struct{ all, none, any []text }

func (t terms) Match(message string) bool {
	for _, one := range t.none {
		if one.in(message) {
			return false
		}
	}
	for _, one := range t.all {
		if !one.in(message) {
			return false
		}
	}
	if len(t.any) == 0 || len(t.all)+len(t.none) > 0 { // beside other terms, choices are ignored
		return true
	}
	for _, one := range t.any {
		if one.in(message) {
			return true
		}
	}
	return false
}

func parseTerms(source string) (Pattern, error) {
	var parsed terms
	s := scanner{source: source}
	for {
		s.skipSpace()
		if s.done() {
			return parsed, nil
		}
		list := &parsed.all
		switch s.source[s.at] {
		case '-':
			list = &parsed.none
			s.at++
		case '?':
			list = &parsed.any
			s.at++
		}
		s.skipSpace() // "ERROR" - "Exiting"
		one, err := s.term()
		if err != nil {
			return nil, fmt.Errorf("read filter pattern: %w", err)
		}
		*list = append(*list, one)
	}
}

// scanner walks through a pattern.
type scanner struct {
	source string
	at     int
}

func (s *scanner) done() bool { return s.at >= len(s.source) }

func (s *scanner) skipSpace() {
	for !s.done() && strings.IndexByte(" \t\r\n", s.source[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) fault(format string, values ...any) error {
	return fmt.Errorf("at character %d: %s", s.at+1, fmt.Sprintf(format, values...))
}

// next tells whether the text comes next, and consumes it.
func (s *scanner) next(text string) bool {
	if !strings.HasPrefix(s.source[s.at:], text) {
		return false
	}
	s.at += len(text)
	return true
}

// term reads "a phrase", %a regular expression% or a word of letters, digits and underscores.
func (s *scanner) term() (text, error) {
	if s.done() {
		return nil, s.fault("expected a term")
	}
	switch s.source[s.at] {
	case '"':
		phrase, err := s.quoted()
		return substring(phrase), err
	case '%':
		return s.regex()
	}
	start := s.at
	for !s.done() {
		r, size := utf8.DecodeRuneInString(s.source[s.at:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		s.at += size
	}
	if !s.done() && strings.IndexByte(" \t\r\n", s.source[s.at]) < 0 {
		return nil, s.fault("a term with characters other than letters, digits and underscores must be in double quotes")
	}
	return substring(s.source[start:s.at]), nil
}

// quoted reads a string in double quotes; a backslash takes the next character as it is.
func (s *scanner) quoted() (string, error) {
	var content strings.Builder
	for i := s.at + 1; i < len(s.source); i++ {
		switch {
		case s.source[i] == '"':
			s.at = i + 1
			return content.String(), nil
		case s.source[i] == '\\' && i+1 < len(s.source):
			i++
		}
		content.WriteByte(s.source[i])
	}
	return "", s.fault("the quote is not closed")
}

func (s *scanner) regex() (text, error) {
	length := strings.IndexByte(s.source[s.at+1:], '%')
	if length < 0 {
		return nil, s.fault("the regular expression is not closed with %%")
	}
	compiled, err := regexp.Compile(s.source[s.at+1 : s.at+1+length])
	if err != nil {
		return nil, s.fault("%v", err)
	}
	s.at += length + 2
	return regex{compiled}, nil
}
