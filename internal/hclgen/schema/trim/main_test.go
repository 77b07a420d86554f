package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

const small = `{"format_version":"1.0","provider_schemas":{"registry.opentofu.org/hashicorp/aws":{
 "provider":{"version":0,"block":{"attributes":{"region":{"type":"string","optional":true,"description":"gone"}}}},
 "resource_schemas":{"aws_b":{"version":1,"block":{"attributes":{"id":{"type":"string","computed":true}}}},"aws_a":{"block":{}}},
 "data_source_schemas":{"aws_b":{"block":{}}}}}}`

func TestTrimKeepsTheListedTypesOnly(t *testing.T) {
	got, err := Trim(strings.NewReader(small), []string{"resource aws_b", "data aws_b"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format_version":"1.0","provider_schemas":{"registry.terraform.io/hashicorp/aws":{` +
		`"provider":{"block":{"attributes":{"region":{"type":"string","optional":true}}}},` +
		`"resource_schemas":{"aws_b":{"block":{"attributes":{"id":{"type":"string","computed":true}}}}},"data_source_schemas":{"aws_b":{"block":{}}}}}}`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestTrimNamesEveryMissingType(t *testing.T) {
	_, err := Trim(strings.NewReader(small), []string{"resource aws_c", "resource aws_a", "ephemeral aws_b"})
	if err == nil || !strings.Contains(err.Error(), "2 of 3 are not there: resource aws_c, ephemeral aws_b") {
		t.Errorf("error %v does not name both", err)
	}
}

func TestTrimRefusesNestedTypes(t *testing.T) {
	nested := strings.Replace(small, `"type":"string","computed"`, `"nested_type":{},"computed"`, 1)
	if _, err := Trim(strings.NewReader(nested), []string{"resource aws_b"}); err == nil || !strings.Contains(err.Error(), "nested_type") {
		t.Errorf("error %v does not name nested_type", err)
	}
}

// TestCommandReproducesTheData runs the command on the committed data itself,
// which must come out as it went in.
func TestCommandReproducesTheData(t *testing.T) {
	folder := t.TempDir()
	var written [2][]byte
	for i, name := range []string{"first.json.gz", "second.json.gz"} {
		out := filepath.Join(folder, name)
		if err := run([]string{"-in", "../schema.json.gz", "-types", "../types.txt", "-out", out}); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		written[i] = content
	}
	if !bytes.Equal(written[0], written[1]) {
		t.Error("two runs gave different bytes")
	}
	reader, err := gzip.NewReader(bytes.NewReader(written[0]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := schema.Open()
	if err != nil {
		t.Fatal(err)
	}
	want, err := io.ReadAll(committed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("trimming the committed data again changed it")
	}
}
