package hclgen

import (
	"strconv"
	"strings"
)

// appendOneLine writes the value on one line if that is how a person would write
// it: no object with fields, no heredoc, no list past the line's width.
func appendOneLine(buf []byte, expr Expr, column int) ([]byte, bool) {
	if !oneLine(expr) {
		return buf, false
	}
	start := len(buf)
	text := appendInline(buf, expr)
	if column+len(text)-start > lineWidth && breakable(expr) {
		return buf, false
	}
	return text, true
}

func oneLine(expr Expr) bool {
	switch expr := expr.(type) {
	case objectExpr:
		return len(expr.fields) == 0
	case heredocExpr:
		_, fits := heredocLines(expr.text)
		return !fits
	case listExpr:
		return allOneLine(expr.items)
	case callExpr:
		return allOneLine(expr.args)
	}
	return true
}

// allOneLine is oneLine of values inside brackets, where a heredoc is quoted.
func allOneLine(items []Expr) bool {
	for _, item := range items {
		if _, quoted := item.(heredocExpr); !quoted && !oneLine(item) {
			return false
		}
	}
	return true
}

// breakable says whether a value too long for a line can be spread over several.
func breakable(expr Expr) bool {
	switch expr := expr.(type) {
	case listExpr:
		return len(expr.items) > 0
	case callExpr:
		return len(expr.args) > 0 && (len(expr.args) > 1 || breakable(expr.args[0]))
	}
	return false
}

// appendInline writes any expression on one line.
func appendInline(buf []byte, expr Expr) []byte {
	switch expr := expr.(type) {
	case stringExpr:
		return appendQuoted(buf, expr.value)
	case numberExpr:
		return append(buf, expr.text...)
	case boolExpr:
		return strconv.AppendBool(buf, expr.value)
	case keywordExpr:
		return append(buf, expr.word...)
	case heredocExpr:
		return appendQuoted(buf, expr.text)
	case refExpr:
		return appendReference(buf, expr)
	case listExpr:
		return appendSequence(append(buf, '['), expr.items, ']')
	case callExpr:
		buf = append(buf, expr.name...)
		return appendSequence(append(buf, '('), expr.args, ')')
	case templateExpr:
		return appendTemplate(buf, expr.parts)
	case objectExpr:
		return appendInlineObject(buf, expr)
	}
	return append(buf, "null"...)
}

func appendReference(buf []byte, ref refExpr) []byte {
	if ref.block == nil {
		return append(buf, "null"...)
	}
	buf = append(buf, ref.block.reference()...)
	path := strings.TrimPrefix(ref.path, ".")
	if path != "" && path[0] != '[' {
		buf = append(buf, '.')
	}
	return append(buf, path...)
}

func appendSequence(buf []byte, items []Expr, end byte) []byte {
	for i, item := range items {
		if i > 0 {
			buf = append(buf, ',', ' ')
		}
		buf = appendInline(buf, item)
	}
	return append(buf, end)
}

func appendTemplate(buf []byte, parts []Expr) []byte {
	buf = append(buf, '"')
	for i, part := range parts {
		if text, literal := part.(stringExpr); literal {
			buf = appendEscaped(buf, text.value, i+1 < len(parts))
			continue
		}
		buf = append(buf, '$', '{')
		buf = appendInline(buf, part)
		buf = append(buf, '}')
	}
	return append(buf, '"')
}

func appendInlineObject(buf []byte, object objectExpr) []byte {
	if len(object.fields) == 0 {
		return append(buf, '{', '}')
	}
	for i, field := range object.fields {
		if i == 0 {
			buf = append(buf, '{', ' ')
		} else {
			buf = append(buf, ',', ' ')
		}
		buf = append(appendKey(buf, field.Name), " = "...)
		buf = appendInline(buf, field.Value)
	}
	return append(buf, ' ', '}')
}

func appendKey(buf []byte, name string) []byte {
	// "for" would start a for expression.
	if isIdentifier(name) && name != "for" {
		return append(buf, name...)
	}
	return appendQuoted(buf, name)
}

// value writes an expression at the current column, on one line where it fits.
func (p *printer) value(expr Expr) {
	if text, ok := appendOneLine(p.buf, expr, p.column()); ok {
		p.buf = text
		return
	}
	p.multiLine(expr)
}

func (p *printer) multiLine(expr Expr) {
	switch expr := expr.(type) {
	case objectExpr:
		p.object(expr)
	case listExpr:
		p.buf = append(p.buf, '[')
		p.items(expr.items)
		p.buf = append(p.buf, ']')
	case callExpr:
		p.buf = append(p.buf, expr.name...)
		p.buf = append(p.buf, '(')
		p.items(expr.args)
		p.buf = append(p.buf, ')')
	case heredocExpr:
		p.heredoc(expr.text)
	default:
		p.buf = appendInline(p.buf, expr)
	}
}

// items writes the inside of a list or call over several lines. If only the last
// item needs lines of its own its brackets hug the outer ones: jsonencode({.
func (p *printer) items(items []Expr) {
	if last := len(items) - 1; last >= 0 && allOneLine(items[:last]) && hugs(items[last]) {
		mark := len(p.buf)
		for _, item := range items[:last] {
			p.buf = appendInline(p.buf, item)
			p.buf = append(p.buf, ',', ' ')
		}
		if p.column() < lineWidth*2/3 {
			p.multiLine(items[last])
			return
		}
		p.buf = p.buf[:mark]
	}
	p.newline()
	p.indent++
	for _, item := range items {
		p.startLine()
		p.value(inBrackets(item))
		p.buf = append(p.buf, ',', '\n')
	}
	p.indent--
	p.startLine()
}

func hugs(expr Expr) bool {
	switch expr := expr.(type) {
	case objectExpr:
		return len(expr.fields) > 0
	case listExpr, callExpr:
		return !oneLine(expr) || breakable(expr)
	}
	return false
}

// object writes one field a line, with = aligned in runs of one-line values.
func (p *printer) object(object objectExpr) {
	p.buf = append(p.buf, '{', '\n')
	p.indent++
	keys := make([][]byte, len(object.fields))
	widths := make([]int, len(object.fields))
	single := make([]bool, len(object.fields))
	var scratch []byte
	for i, field := range object.fields {
		keys[i] = appendKey(nil, field.Name)
		widths[i] = columns(keys[i])
		var rest []byte
		rest, single[i] = appendOneLine(scratch[:0], inBrackets(field.Value), 2*p.indent+widths[i]+3)
		scratch = rest
	}
	for start := 0; start < len(keys); {
		end, widest := start+1, widths[start]
		for single[start] && end < len(keys) && single[end] {
			widest = max(widest, widths[end])
			end++
		}
		for i := start; i < end; i++ {
			p.startLine()
			p.buf = append(p.buf, keys[i]...)
			p.spaces(widest - widths[i])
			p.buf = append(p.buf, " = "...)
			if value := inBrackets(object.fields[i].Value); single[i] {
				p.buf = appendInline(p.buf, value)
			} else {
				p.multiLine(value)
			}
			p.newline()
		}
		start = end
	}
	p.indent--
	p.startLine()
	p.buf = append(p.buf, '}')
}

// inBrackets quotes a heredoc: inside brackets its end marker reads badly.
func inBrackets(value Expr) Expr {
	if text, heredoc := value.(heredocExpr); heredoc {
		return stringExpr{text.text}
	}
	return value
}

// heredoc writes the flush form; text whose every line is indented needs the
// plain one, which takes no indentation away.
func (p *printer) heredoc(text string) {
	lines, _ := heredocLines(text)
	marker := heredocMarker(lines)
	flush := ""
	if anyFlushLeft(lines) {
		flush = "-"
	}
	p.buf = append(p.buf, "<<"+flush+marker+"\n"...)
	for _, line := range lines {
		if flush != "" && strings.TrimSpace(line) != "" {
			p.spaces(2 * (p.indent + 1))
		}
		line = strings.ReplaceAll(line, "${", "$${")
		p.buf = append(p.buf, strings.ReplaceAll(line, "%{", "%%{")...)
		p.newline()
	}
	if flush != "" {
		p.startLine()
	}
	p.buf = append(p.buf, marker...)
}

func heredocMarker(lines []string) string {
	for n := 0; ; n++ {
		marker := "EOT"
		if n > 0 {
			marker += strconv.Itoa(n)
		}
		taken := false
		for _, line := range lines {
			taken = taken || strings.TrimSpace(line) == marker
		}
		if !taken {
			return marker
		}
	}
}

func anyFlushLeft(lines []string) bool {
	for _, line := range lines {
		if line != "" && line == strings.TrimLeft(line, " \t") {
			return true
		}
	}
	return false
}
