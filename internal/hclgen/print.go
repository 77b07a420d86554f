package hclgen

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
)

const (
	// lineWidth is where a list breaks into one item a line.
	lineWidth = 100
	// commentWidth is where a comment wraps, indentation included.
	commentWidth = 110
)

// printer writes canonical HCL: what it prints equals hclwrite.Format of itself.
type printer struct {
	buf    []byte
	indent int
}

func (f *file) print() []byte {
	p := &printer{buf: make([]byte, 0, 512*len(f.blocks))}
	if f.header != "" {
		p.comment(f.header)
	}
	for i, block := range f.blocks {
		if i > 0 || f.header != "" {
			p.newline()
		}
		p.block(block)
	}
	return p.buf
}

func (p *printer) newline() { p.buf = append(p.buf, '\n') }

func (p *printer) startLine() { p.spaces(2 * p.indent) }

func (p *printer) spaces(n int) {
	for range n {
		p.buf = append(p.buf, ' ')
	}
}

// column is the number of bytes on the line that is being written.
func (p *printer) column() int { return len(p.buf) - 1 - bytes.LastIndexByte(p.buf, '\n') }

// comment writes text as # lines, wrapped; its own line breaks are kept.
func (p *printer) comment(text string) {
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(paragraph)
		p.startLine()
		p.buf = append(p.buf, '#')
		width := 2*p.indent + 1
		for i, word := range words {
			length := utf8.RuneCountInString(word)
			if i > 0 && width+1+length > commentWidth {
				p.newline()
				p.startLine()
				p.buf = append(p.buf, '#')
				width = 2*p.indent + 1
			}
			p.buf = append(p.buf, ' ')
			p.buf = append(p.buf, word...)
			width += 1 + length
		}
		p.newline()
	}
}

func (p *printer) block(b *Block) {
	if strings.TrimSpace(b.why) != "" {
		p.comment(b.why)
	}
	p.startLine()
	p.buf = append(p.buf, b.kind...)
	for _, label := range b.labels {
		p.buf = append(p.buf, ' ')
		p.buf = appendQuoted(p.buf, label)
	}
	p.buf = append(p.buf, ' ', '{')
	if len(b.items) > 0 || len(b.depends) > 0 || len(b.notes) > 0 {
		p.newline()
		p.indent++
		for _, note := range b.notes {
			p.comment(note)
		}
		p.body(b)
		p.indent--
		p.startLine()
	}
	p.buf = append(p.buf, '}', '\n')
}

// body writes meta arguments, attributes, nested blocks, lifecycle and
// depends_on, in this order, which is the one the style guides of both engines ask for.
func (p *printer) body(b *Block) {
	w := attributeWriter{p: p}
	nested := 0
	for _, item := range b.items {
		if item.Nested != nil {
			nested++
		} else if b.leads(item.Name) {
			w.add(item.Name, item.Value)
		}
	}
	if b.repeats() {
		w.gap()
	}
	for _, item := range b.items {
		if item.Nested == nil && !b.leads(item.Name) {
			w.add(item.Name, item.Value)
		}
	}
	w.flush()
	if nested > 0 {
		p.nestedBlocks(b, &w)
	}
	for _, lifecycle := range b.Nested("lifecycle") {
		w.blank()
		p.block(lifecycle)
		w.written = true
	}
	if len(b.depends) > 0 {
		w.blank()
		items := make([]Expr, len(b.depends))
		for i, other := range b.depends {
			items[i] = refExpr{block: other}
		}
		w.add("depends_on", listExpr{items})
		w.flush()
	}
}

func (p *printer) nestedBlocks(b *Block, w *attributeWriter) {
	for _, item := range b.items {
		if item.Nested != nil && item.Name != "lifecycle" {
			w.blank()
			p.block(item.Nested)
			w.written = true
		}
	}
}

// leads says whether an attribute stands before all others, with a blank line after.
func (b *Block) leads(name string) bool {
	if b.parent != nil {
		return false
	}
	switch b.kind {
	case KindResource, KindData, KindEphemeral:
		return name == "count" || name == "for_each" || name == "provider" || name == "region"
	}
	return false
}

// repeats says whether a meta argument stands before the attributes; a Region
// alone is one of them.
func (b *Block) repeats() bool {
	for _, item := range b.items {
		if item.Nested == nil && item.Name != "region" && b.leads(item.Name) {
			return true
		}
	}
	return false
}

// attributeWriter writes attributes, aligning = in runs of one-line values. A
// value over several lines stands alone between blank lines.
type attributeWriter struct {
	p       *printer
	run     []pending
	scratch []byte
	written bool // something of this body is already on the page
}

// pending is an attribute that waits for its run to end; its text is in scratch.
type pending struct {
	name       string
	start, end int
}

func (w *attributeWriter) add(name string, value Expr) {
	start := len(w.scratch)
	column := 2*w.p.indent + len(name) + 3
	text, ok := appendOneLine(w.scratch, value, column)
	if ok {
		w.scratch = text
		w.run = append(w.run, pending{name, start, len(text)})
		return
	}
	w.flush()
	w.blank()
	w.p.startLine()
	w.p.buf = append(w.p.buf, name...)
	w.p.buf = append(w.p.buf, " = "...)
	w.p.multiLine(value)
	w.p.newline()
	w.written = true
	w.run = append(w.run, pending{}) // a blank line is due if anything follows
}

// gap asks for a blank line before the next attribute.
func (w *attributeWriter) gap() {
	w.flush()
	w.run = append(w.run, pending{})
}

// flush writes the waiting run.
func (w *attributeWriter) flush() {
	run := w.run
	if len(run) > 0 && run[0].name == "" {
		run = run[1:]
		if len(run) > 0 && w.written {
			w.p.newline()
		}
	}
	widest := 0
	for _, attribute := range run {
		widest = max(widest, len(attribute.name))
	}
	for _, attribute := range run {
		w.p.startLine()
		w.p.buf = append(w.p.buf, attribute.name...)
		w.p.spaces(widest - len(attribute.name))
		w.p.buf = append(w.p.buf, " = "...)
		w.p.buf = append(w.p.buf, w.scratch[attribute.start:attribute.end]...)
		w.p.newline()
		w.written = true
	}
	w.run, w.scratch = w.run[:0], w.scratch[:0]
}

// blank writes a blank line if anything stands before it in the body.
func (w *attributeWriter) blank() {
	if w.written {
		w.p.newline()
	}
}

// columns is the width of an object key as hclwrite counts it. A key that is not
// ASCII is quoted.
func columns(key []byte) int {
	for _, c := range key {
		if c >= utf8.RuneSelf {
			// The quotes are tokens of their own: a mark does not join them.
			inner := key[1 : len(key)-1]
			count, err := textseg.TokenCount(inner, textseg.ScanGraphemeClusters)
			if err != nil {
				return utf8.RuneCount(key)
			}
			return count + 2
		}
	}
	return len(key)
}
