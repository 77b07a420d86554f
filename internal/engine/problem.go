package engine

import (
	"regexp"
	"strings"
)

// Problem is one error that the engine reported.
type Problem struct {
	Summary string
	Detail  string
	// Address is the resource at fault; empty if there is none.
	Address string
	// Place is file:line in the root's folder; empty if there is none.
	Place string
}

// String is the problem in the engine's words, indented below a heading.
func (p Problem) String() string {
	where := p.Address
	if p.Place != "" {
		where = strings.TrimSpace(where + " (" + p.Place + ")")
	}
	if where != "" {
		where += ": "
	}
	text := "  " + where + p.Summary
	for _, line := range strings.Split(strings.TrimSpace(p.Detail), "\n") {
		if line != "" {
			text += "\n    " + line
		}
	}
	return text
}

// text is everything that is said, for looking for known phrases. The engine wraps lines, so white space is made one.
func (p Problem) text() string {
	return strings.Join(strings.Fields(p.Summary+" "+p.Detail), " ")
}

var (
	frame   = regexp.MustCompile(`(?m)^[ \t]*[╷│╵][ \t]?`)
	heading = regexp.MustCompile(`(?m)^Error: `)
)

// parseText reads the problems of a command that has no machine-readable output.
func parseText(output string) []Problem {
	output = frame.ReplaceAllString(output, "")
	starts := heading.FindAllStringIndex(output, -1)
	problems := make([]Problem, 0, len(starts))
	for i, start := range starts {
		end := len(output)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		summary, detail, _ := strings.Cut(output[start[1]:end], "\n")
		problems = append(problems, Problem{Summary: strings.TrimSpace(summary), Detail: strings.TrimSpace(detail)})
	}
	return problems
}

// echoes are problems that only repeat that something before them failed.
var echoes = map[string]bool{"execution halted": true, "operation canceled": true}

// withoutEchoes keeps the first word on each thing.
func withoutEchoes(problems []Problem) []Problem {
	seen := map[Problem]bool{}
	var kept []Problem
	for _, problem := range problems {
		if seen[problem] || echoes[problem.Summary] {
			continue
		}
		seen[problem] = true
		kept = append(kept, problem)
	}
	if len(kept) == 0 {
		return problems
	}
	return kept
}
