package parity

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/parity.md")

const document = "../../docs/parity.md"

func compared(t *testing.T) Comparison {
	t.Helper()
	data, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	comparison, err := Compare(data)
	if err != nil {
		t.Fatal(err)
	}
	return comparison
}

func TestSystemHasEverythingOfTheOriginal(t *testing.T) {
	for _, problem := range compared(t).Problems {
		t.Error(problem)
	}
}

// The numbers of the original description, counted by running it.
func TestOriginalIsComplete(t *testing.T) {
	data, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(data.Original.Resources); got != 71 {
		t.Errorf("%d resources, want 71", got)
	}
	if got := len(data.Original.Types()); got != 29 {
		t.Errorf("%d types, want 29", got)
	}
	if got := len(data.Original.Outputs); got != 6 {
		t.Errorf("%d outputs, want 6", got)
	}
}

func TestDocumentIsFresh(t *testing.T) {
	want := compared(t).Markdown()
	if *update {
		if err := os.WriteFile(document, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: go test ./internal/parity -update", document)
	}
}

// Each fault planted in the data or in the system must be found.
func TestCompareFindsFaults(t *testing.T) {
	tests := []struct {
		name  string
		plant func(*Data)
		want  string
	}{
		{"place is gone", func(d *Data) { d.Original.Resources[0].Now[0].Address = "aws_vpc.other" }, "has no resource aws_vpc.other"},
		{"no place", func(d *Data) { d.Original.Resources[0].Now = nil }, "has no place"},
		{"listed twice", func(d *Data) { d.Original.Resources[1].ID = d.Original.Resources[0].ID }, "listed twice"},
		{"renamed silently", func(d *Data) { d.Original.Resources[0].Name = "other-{suffix}" }, `no longer named "other-dev-test"`},
		{"type missing", func(d *Data) { d.Original.Resources[0].Type = "aws_elb" }, "type aws_elb"},
		{"output missing", func(d *Data) { d.Original.Outputs[0].Root = "link" }, "output primary_vpc_id"},
		{"group missing", func(d *Data) { d.Added = slices.Delete(d.Added, 0, 1) }, "neither the original's nor in a group"},
		{"pattern for nothing", func(d *Data) { d.Added[0].Match = append(d.Added[0].Match, "aws_elb.*") }, "aws_elb.* matches nothing in primary"},
		{"two groups", func(d *Data) {
			d.Added = append(d.Added, Group{Title: "again", Roots: []string{"primary"}, Match: []string{"aws_apigatewayv2_api.payment"}})
		}, `in both "API" and "again"`},
		{"fact unknown", func(d *Data) { d.Added[0].Facts = []string{"hearsay"} }, `no fact "hearsay"`},
		{"fact unused", func(d *Data) { d.Facts["idle"] = Fact{Says: "x"} }, `fact "idle": nothing uses it`},
		{"source is none", func(d *Data) { d.Facts["host-routing"] = Fact{Says: "x", Sources: []string{"somebody"}} }, `"somebody" is no address`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := Load()
			if err != nil {
				t.Fatal(err)
			}
			test.plant(&data)
			comparison, err := Compare(data)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(comparison.Problems, "\n"), test.want) {
				t.Errorf("problems %q do not say %q", comparison.Problems, test.want)
			}
		})
	}
}
