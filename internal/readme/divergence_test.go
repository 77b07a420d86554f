package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What docs/divergence.md says is pinned by a test, is: every test that it names is in the package that it names.
func TestDivergencesArePinned(t *testing.T) {
	text, err := os.ReadFile("../../docs/divergence.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:internal|cmd)/[a-z0-9/]+)` ((?:Test[A-Za-z0-9]+(?:,\\s)?)+)").FindAllStringSubmatch(string(text), -1)
	if len(named) < 30 {
		t.Fatalf("%d tests found, want 30 or more", len(named))
	}
	for _, one := range named {
		files, err := filepath.Glob(filepath.Join("../..", one[1], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var source strings.Builder
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(content)
		}
		for _, test := range regexp.MustCompile("Test[A-Za-z0-9]+").FindAllString(one[2], -1) {
			if !strings.Contains(source.String(), "func "+test+"(") {
				t.Errorf("docs/divergence.md names %s of %s, which is not there", test, one[1])
			}
		}
	}
}
