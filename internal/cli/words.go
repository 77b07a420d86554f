package cli

import (
	"strings"

	"github.com/agext/levenshtein"
)

// suggestion is ", did you mean x?" for the nearest of the known names; empty if none is near.
func suggestion(name string, known []string) string {
	nearest, distance := "", 2+len(name)/5
	for _, candidate := range known {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil); d < distance {
			nearest, distance = candidate, d
		}
	}
	if nearest == "" {
		return ""
	}
	return ", did you mean " + nearest + "?"
}

// again is the command line of this run, to be pasted into a shell.
func (a *app) again() string {
	words := []string{"paymentdr"}
	for _, argument := range a.process.Args {
		words = append(words, shellQuote(argument))
	}
	return strings.Join(words, " ")
}

// shellQuote quotes a word for a POSIX shell if it needs it.
func shellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@%+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
