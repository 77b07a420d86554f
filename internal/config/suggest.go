package config

import (
	"strings"

	"github.com/agext/levenshtein"
)

// didYouMean is the advice for an unknown name: the nearest candidate, or a field elsewhere with the same last part;
// empty if nothing is near.
func didYouMean(name string, candidates []string) string {
	nearest, distance := "", 1+len(name)/5
	for _, candidate := range candidates {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil); d <= distance {
			nearest, distance = candidate, d-1
		}
	}
	if nearest == "" {
		_, last := cutLast(name)
		for _, key := range keys() {
			if _, end := cutLast(key); end == last {
				nearest = key
				break
			}
		}
	}
	if nearest == "" {
		return ""
	}
	return "did you mean " + nearest + "?"
}
