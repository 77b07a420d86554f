package enginetest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/enginetest"
	"github.com/paymentdr/paymentdr/internal/stubaws"
)

// TestLifecycle applies a configuration of two Regions that has every feature
// the system uses, plans again without a change and destroys it.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	directory := fixture(t, "tworegions")
	if unformatted, err := engine.FmtCheck(directory); err != nil || len(unformatted) > 0 {
		t.Errorf("fmt would change %v, %v", unformatted, err)
	}
	if err := engine.Init(directory); err != nil {
		t.Fatal(err)
	}
	validated, err := engine.Validate(directory)
	if err != nil || !validated.Valid || len(validated.Diagnostics) > 0 {
		t.Fatalf("validate: %+v, %v", validated, err)
	}
	if err := engine.Apply(directory); err != nil {
		t.Fatal(err)
	}
	wantChanges(t, engine, directory)
	wantOutputs(t, engine, directory)
	wantNoSecret(t, directory)

	if err := engine.Destroy(directory); err != nil {
		t.Fatal(err)
	}
	state, err := engine.Show(directory)
	if err != nil {
		t.Fatal(err)
	}
	if state.Values != nil && state.Values.RootModule != nil && len(state.Values.RootModule.Resources) > 0 {
		t.Errorf("%d resources are left after destroy", len(state.Values.RootModule.Resources))
	}
}

// wantOutputs checks the shapes of ids and ARNs.
func wantOutputs(t *testing.T, engine *enginetest.Engine, directory string) {
	t.Helper()
	outputs, err := engine.Output(directory)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"account":       `"123456789012"`,
		"zones":         `["us-west-2a","us-west-2b","us-west-2c"]`,
		"function":      `"arn:aws:lambda:us-east-1:123456789012:function:payment-x7"`,
		"table":         `"arn:aws:dynamodb:us-east-1:123456789012:table/sessions-x7"`,
		"topic":         `"arn:aws:sns:us-west-2:123456789012:alerts-x7"`,
		"tags":          `{"Name":"main","Project":"payment"}`,
		"vpc_region":    `"us-west-2"`,
		"replica_key":   `true`,
		"secret_suffix": `true`,
	} {
		var got bytes.Buffer
		if err := json.Compact(&got, outputs[name].Value); err != nil || got.String() != want {
			t.Errorf("output %s: got %s, %v, want %s", name, &got, err, want)
		}
	}
}

// wantNoSecret searches the state for write-only and ephemeral values.
func wantNoSecret(t *testing.T, directory string) {
	t.Helper()
	state, err := os.ReadFile(filepath.Join(directory, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(state), "secret_string_wo_version") {
		t.Error("the state does not hold the secret version at all")
	}
	for _, secret := range []string{stubaws.SecretMarker, "written-only-once"} {
		if strings.Contains(string(state), secret) {
			t.Errorf("the state holds %q", secret)
		}
	}
}

// TestChanges shows that an edit of one argument is an update, a replacement, or nothing.
func TestChanges(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	const before = `
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_dynamodb_table" "t" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_sqs_queue" "q" {
  name = "queue"
}
`
	directory := root(t, before)
	applied(t, engine, directory)
	for _, test := range []struct{ name, old, new, want string }{
		{"nothing", "10.0.0.0/16", "10.0.0.0/16", ""},
		{"force new", "10.0.0.0/16", "10.1.0.0/16", "aws_vpc.main: replace (cidr_block)"},
		{"renamed table", `"sessions"`, `"sessions2"`, "aws_dynamodb_table.t: replace (name)"},
		{"in place", `name = "queue"`, "name = \"queue\"\n  delay_seconds = 5", "aws_sqs_queue.q: update delay_seconds"},
		{"tags", `name = "queue"`, "name = \"queue\"\n  tags = { a = \"b\" }", "aws_sqs_queue.q: update tags, tags_all"},
		{"other Region", `name = "queue"`, "name = \"queue\"\n  region = \"us-east-2\"", "aws_sqs_queue.q: replace (region)"},
	} {
		write(t, filepath.Join(directory, "main.tf"), strings.Replace(before, test.old, test.new, 1))
		t.Log(test.name)
		if test.want == "" {
			wantChanges(t, engine, directory)
		} else {
			wantChanges(t, engine, directory, test.want)
		}
	}
}

// TestRefusalsOfApply are those that come from the API after a good plan.
func TestRefusalsOfApply(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	t.Run("create", func(t *testing.T) {
		directory := root(t, `
resource "aws_route53_zone" "main" {
  name = "payment-dr.example.com"
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "arn:aws:iam::123456789012:role/r"
  filename      = "missing.zip"
  handler       = "bootstrap"
  runtime       = "provided.al2023"
}
`)
		if err := engine.Init(directory); err != nil {
			t.Fatal(err)
		}
		err := engine.Apply(directory)
		for _, want := range []string{"payment-dr.example.com is reserved by AWS!", "open missing.zip: no such file"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("apply: got %v, want %q in it", err, want)
			}
		}
	})
	t.Run("destroy", func(t *testing.T) {
		directory := root(t, `
resource "aws_dynamodb_table" "protected" {
  name                        = "sessions"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  attribute {
    name = "id"
    type = "S"
  }
}
`)
		applied(t, engine, directory)
		const want = "please disable deletion protection"
		if err := engine.Destroy(directory); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("destroy: got %v, want %q in it", err, want)
		}
	})
}
