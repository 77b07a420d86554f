package hclgen

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendQuoted writes s as an HCL quoted string in which nothing is a template.
func appendQuoted(buf []byte, s string) []byte {
	buf = append(buf, '"')
	buf = appendEscaped(buf, s, false)
	return append(buf, '"')
}

// appendEscaped writes the inside of a quoted string. before says that an
// interpolation follows, so that a $ or % at the end must not meet its brace.
func appendEscaped(buf []byte, s string, beforeInterpolation bool) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			buf = append(buf, '\\', c)
		case c == '\n':
			buf = append(buf, '\\', 'n')
		case c == '\r':
			buf = append(buf, '\\', 'r')
		case c == '\t':
			buf = append(buf, '\\', 't')
		case c == '$' || c == '%':
			run := markerRun(s[i:], c)
			next := byte(0)
			if i+run < len(s) {
				next = s[i+run]
			}
			buf = appendMarkers(buf, c, run, next == '{', beforeInterpolation && i+run == len(s))
			i += run
			continue
		case c < ' ' || c == 0x7f:
			buf = fmt.Appendf(buf, `\u%04x`, c)
		case c < utf8.RuneSelf:
			buf = append(buf, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			// hclwrite counts a mark after a quote or $ { as a column of its own, after
			// another sign as none: only after a letter is it certain.
			stray := unicode.In(r, unicode.M, unicode.Sk, unicode.Other_Grapheme_Extend) && (i == 0 || !isWord(s[i-1]))
			if unicode.IsPrint(r) && !stray {
				buf = append(buf, s[i:i+size]...)
			} else if r > 0xffff {
				buf = fmt.Appendf(buf, `\U%08x`, r)
			} else {
				buf = fmt.Appendf(buf, `\u%04x`, r)
			}
			i += size
			continue
		}
		i++
	}
	return buf
}

// isWord says whether a byte is an ASCII letter or digit, or part of a longer rune.
func isWord(c byte) bool {
	return c >= utf8.RuneSelf || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func markerRun(s string, c byte) int {
	n := 1
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// appendMarkers writes a run of $ or %. Only a brace right after it is special:
// "$${" is the escape for "${". A longer run before a brace, and a run before an
// interpolation, would be read otherwise by HCL's scanner, so those characters
// are written by number.
func appendMarkers(buf []byte, c byte, run int, brace, interpolation bool) []byte {
	plain := run
	if interpolation {
		plain = 0
	} else if brace {
		plain = 0
		if run == 1 {
			return append(buf, c, c)
		}
	}
	for range plain {
		buf = append(buf, c)
	}
	for range run - plain {
		buf = fmt.Appendf(buf, `\u%04x`, c)
	}
	return buf
}

// heredocLines splits text for a heredoc, and says whether HCL can hold it in
// one: it must end with a newline and needs no escape by number.
func heredocLines(text string) ([]string, bool) {
	if !strings.HasSuffix(text, "\n") || strings.Contains(text, "\r") {
		return nil, false
	}
	for _, marker := range []string{"$${", "%%{"} {
		if strings.Contains(text, marker) {
			return nil, false
		}
	}
	leading := true // a mark or an emoji's skin tone joins the space before it, and HCL counts both as one
	for _, r := range text {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) || leading && r >= utf8.RuneSelf {
			return nil, false
		}
		leading = r == '\n' || r == '\t' || r == ' '
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), true
}

// isIdentifier says whether a name may stand bare as an attribute or object key.
func isIdentifier(s string) bool {
	if s == "" {
		return false
	}
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-') {
			return false
		}
	}
	return true
}
