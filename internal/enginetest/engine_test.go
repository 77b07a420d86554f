package enginetest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/enginetest"
)

// root writes a root module into a folder of its own: the two providers of the
// system and the given configuration.
func root(t *testing.T, configuration string) string {
	t.Helper()
	directory := t.TempDir()
	write(t, filepath.Join(directory, "versions.tf"), versions)
	write(t, filepath.Join(directory, "main.tf"), configuration)
	return directory
}

const versions = `
terraform {
  required_version = ">= 1.11.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Project = "payment" }
  }
}
provider "aws" {
  alias  = "secondary"
  region = "us-west-2"
}
`

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fixture copies one of the folders under testdata.
func fixture(t *testing.T, name string) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.CopyFS(directory, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	return directory
}

// applied initialises and applies a root.
func applied(t *testing.T, engine *enginetest.Engine, directory string) {
	t.Helper()
	if err := engine.Init(directory); err != nil {
		t.Fatal(err)
	}
	if err := engine.Apply(directory); err != nil {
		t.Fatal(err)
	}
}

// wantChanges plans and compares.
func wantChanges(t *testing.T, engine *enginetest.Engine, directory string, want ...string) {
	t.Helper()
	plan, err := engine.Plan(directory)
	if err != nil {
		t.Fatal(err)
	}
	got := enginetest.Changes(plan)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("changes:\n  got  %s\n  want %s", strings.Join(got, "\n       "), strings.Join(want, "\n       "))
	}
}
