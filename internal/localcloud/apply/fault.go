package apply

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Fault is one thing wrong with the files.
type Fault struct {
	// File is relative to the folder of the roots.
	File string
	Line int
	// Address is the block's, inside its root; "" where there is none.
	Address string
	What    string
	// Fix is what to do about it, "" where What says it.
	Fix string
}

// String is the fault on one line: file:line: address: what; fix.
func (f Fault) String() string {
	text := fmt.Sprintf("%s:%d: ", f.File, f.Line)
	if f.Address != "" {
		text += f.Address + ": "
	}
	text += f.What
	if f.Fix != "" {
		text += "; " + f.Fix
	}
	return text
}

// Faults is everything that is wrong with the files, sorted by place.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	lines := make([]string, 0, len(f)+1)
	if len(f) == 1 {
		return f[0].String()
	}
	lines = append(lines, fmt.Sprintf("%d faults in the files:", len(f)))
	for _, fault := range f {
		lines = append(lines, "  "+fault.String())
	}
	return strings.Join(lines, "\n")
}

// sorted removes what was found twice.
func (f Faults) sorted() Faults {
	slices.SortFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Address, b.Address), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(f)
}

// at is a fault at a place in a file.
func at(place hcl.Range, address, what, fix string) Fault {
	return Fault{File: place.Filename, Line: place.Start.Line, Address: address, What: what, Fix: fix}
}

// fixable is an error of a function that knows what to do about it.
type fixable struct{ what, fix string }

func (f *fixable) Error() string { return f.what }

// faultsOf translates what the language found. Unknown functions are left out: they were found before.
func faultsOf(diagnostics hcl.Diagnostics, fallback hcl.Range, address string) Faults {
	var faults Faults
	for _, d := range diagnostics {
		if d.Severity != hcl.DiagError || d.Summary == "Call to unknown function" {
			continue
		}
		place := fallback
		if d.Subject != nil {
			place = *d.Subject
		}
		fault := at(place, address, strings.TrimSuffix(oneLine(d.Detail), "."), "")
		if d.Summary == "Unsupported attribute" && d.Expression != nil {
			fault.What = name(d.Expression) + fault.What
		}
		var known *fixable
		if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && errors.As(call.FunctionCallError(), &known) {
			fault.What, fault.Fix = known.what, known.fix
		}
		if fault.What == "" {
			fault.What = d.Summary
		}
		faults = append(faults, fault)
	}
	return faults
}

// name is a reference as it was written, to begin a sentence with; "" for other expressions.
func name(expression hcl.Expression) string {
	traversal, diagnostics := hcl.AbsTraversalForExpr(expression)
	if diagnostics.HasErrors() {
		return ""
	}
	return written(traversal) + ": "
}

// written is a traversal as text.
func written(traversal hcl.Traversal) string {
	var text strings.Builder
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			text.WriteString(step.Name)
		case hcl.TraverseAttr:
			text.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			text.WriteString("[" + keyText(step.Key) + "]")
		}
	}
	return text.String()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// suggest is "did you mean x?", or "". Of two that are equally near, that with the longer common beginning.
func suggest(wrong string, right []string) string {
	best, distance, common := "", 4, 0
	for _, candidate := range right {
		d, shared := levenshtein.Distance(wrong, candidate, nil), 0
		for shared < min(len(wrong), len(candidate)) && wrong[shared] == candidate[shared] {
			shared++
		}
		if d < distance || d == distance && best != "" && shared > common {
			best, distance, common = candidate, d, shared
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}
