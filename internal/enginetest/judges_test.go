package enginetest_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/paymentdr/paymentdr/internal/enginetest"
	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/stubaws/rules"
)

// TestJudgesAgree plants each trap once and compares the two lists of refusals:
// our own Check before anything is written, and the engine's `validate`.
func TestJudgesAgree(t *testing.T) {
	t.Parallel()
	module := hclgen.NewModule("faults")
	module.Provider("main.tf", "aws").Set("region", "us-east-1")
	want := make(map[string]string) // trap by address
	for i, fault := range plantedFaults {
		block := module.Resource("main.tf", fault.resource, fmt.Sprintf("planted_%d", i))
		fault.plant(block)
		want[block.Address()] = fault.trap
	}
	engine := enginetest.New(t)
	output, err := engine.Validate(writeModule(t, module))
	if err != nil {
		t.Fatal(err)
	}
	refused, checked := refusals(output.Diagnostics), faults(t, module)
	for address, trap := range want {
		if !slices.Contains(refused[address], trap) {
			t.Errorf("%s: the engine's refusals are %q, want %q among them", address, refused[address], trap)
		}
		if len(checked[address]) == 0 {
			t.Errorf("%s: Check has no fault, the planted one is %q", address, trap)
		}
	}
	for address := range refused {
		if want[address] == "" {
			t.Errorf("%s: refused by the engine, not planted: %q", address, refused[address])
		}
	}
	for address := range checked {
		if want[address] == "" {
			t.Errorf("%s: refused by Check, not planted: %q", address, checked[address])
		}
	}
}

// TestEveryTrapIsPlanted finds rules of the engine's table that no test springs.
func TestEveryTrapIsPlanted(t *testing.T) {
	planted := make(map[string]bool)
	for _, fault := range plantedFaults {
		planted[fault.trap] = true
	}
	for _, fault := range slices.Concat(validateFaults, planFaults) {
		planted[fault.trap] = true
	}
	for _, trap := range rules.Traps() {
		// Enumerations are one mechanism over a table of values; two stand for all.
		if !planted[trap] && !strings.HasPrefix(trap, "enumeration ") {
			t.Errorf("trap %s is never planted", trap)
		}
	}
}

// TestEngineAloneRefuses plants what only the engine judges: all that shows in a
// validation in one root, all that shows in a plan in another.
func TestEngineAloneRefuses(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	output, err := engine.Validate(root(t, together(validateFaults)))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, diagnostic := range output.Diagnostics {
		said.WriteString(diagnostic.Detail + "\n")
	}
	wantTraps(t, validateFaults, said.String())

	_, err = engine.Plan(root(t, together(planFaults)))
	if err == nil {
		t.Fatal("plan: no refusal")
	}
	wantTraps(t, planFaults, err.Error())
}

// together joins configurations under names of their own.
func together(faults []engineFault) string {
	var joined strings.Builder
	for _, fault := range faults {
		joined.WriteString(strings.ReplaceAll(fault.configuration, "PLANTED", fault.trap) + "\n")
	}
	return joined.String()
}

// wantTraps finds each trap, however the engine has wrapped the lines.
func wantTraps(t *testing.T, faults []engineFault, said string) {
	t.Helper()
	said = strings.Join(strings.Fields(said), " ")
	for _, fault := range faults {
		if !strings.Contains(said, "(trap: "+fault.trap+")") {
			t.Errorf("no refusal by %s in %q", fault.trap, said)
		}
	}
}

// TestSchemaRefusals are the faults that the provider's schema shows: those that
// the engine finds itself, and the read-only ones that it leaves to the provider.
func TestSchemaRefusals(t *testing.T) {
	t.Parallel()
	engine := enginetest.New(t)
	for _, test := range []struct{ name, configuration, want string }{
		{"wrong name", table(`hash_ky = "id"`), `An argument named "hash_ky" is not expected here.`},
		{"missing", `resource "aws_lambda_function" "f" { function_name = "f" }`, `The argument "role" is required, but no definition was found.`},
		{"wrong type", `resource "aws_db_subnet_group" "g" { subnet_ids = "subnet-1" }`, `Inappropriate value for attribute "subnet_ids": set of string required, but have string.`},
		{"read-only", table(`arn = "arn:aws:dynamodb:us-east-1:1:table/t"`), `Can't configure a value for "arn": its value will be decided automatically`},
		{"read-only in a block", table("replica {\n region_name = \"us-west-2\"\n stream_arn = \"x\"\n}"), `Can't configure a value for "replica.stream_arn"`},
		{"unknown block", table(`replicas {}`), `Blocks of type "replicas" are not expected here.`},
		{"too many blocks", table("ttl {}\nttl {}"), `No more than 1 "ttl" blocks are allowed`},
		{"unknown type", `resource "aws_dynamo_table" "t" {}`, `The provider hashicorp/aws does not support resource type "aws_dynamo_table"`},
		{"dangling reference", `output "o" { value = aws_vpc.none.id }`, `There is no managed resource "aws_vpc" "none" definition`},
		{"unknown attribute", table("") + ` output "o" { value = aws_dynamodb_table.t.arm }`, `This object has no argument, nested block, or exported attribute named "arm"`},
		{"write-only read", `
resource "aws_secretsmanager_secret_version" "v" {
  secret_id                = "s"
  secret_string_wo         = "x"
  secret_string_wo_version = 1
}
output "o" { value = aws_secretsmanager_secret_version.v.secret_string }`, `Output refers to sensitive values`},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, err := engine.Validate(root(t, test.configuration))
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, diagnostic := range output.Diagnostics {
				said = append(said, diagnostic.Summary+": "+diagnostic.Detail)
			}
			if !strings.Contains(strings.Join(said, "\n"), test.want) {
				t.Errorf("validate: got %q, want %q in it", said, test.want)
			}
		})
	}
}

// table is a sound DynamoDB table with one line more.
func table(line string) string {
	return `
resource "aws_dynamodb_table" "t" {
  name         = "sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  ` + line + "\n}\n"
}

func writeModule(t *testing.T, module *hclgen.Module) string {
	t.Helper()
	directory := t.TempDir()
	for name, content := range module.Files() {
		write(t, filepath.Join(directory, name), string(content))
	}
	return directory
}

var (
	resourceHeader = regexp.MustCompile(`resource "([^"]+)" "([^"]+)"`)
	trapName       = regexp.MustCompile(`\(trap: ([^)]+)\)`)
)

// refusals lists the traps of a validation by address.
func refusals(diagnostics []tfjson.Diagnostic) map[string][]string {
	found := make(map[string][]string)
	for _, diagnostic := range diagnostics {
		address, trap := "(no address)", diagnostic.Summary
		if diagnostic.Snippet != nil && diagnostic.Snippet.Context != nil {
			if header := resourceHeader.FindStringSubmatch(*diagnostic.Snippet.Context); header != nil {
				address = header[1] + "." + header[2]
			} else if header := resourceHeader.FindStringSubmatch(diagnostic.Snippet.Code); header != nil {
				address = header[1] + "." + header[2]
			}
		}
		if name := trapName.FindStringSubmatch(diagnostic.Detail); name != nil {
			trap = name[1]
		}
		found[address] = append(found[address], trap)
	}
	return found
}

// faults lists what Check says by address.
func faults(t *testing.T, module *hclgen.Module) map[string][]string {
	t.Helper()
	schema, err := hclgen.LoadSchema()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string)
	for _, fault := range module.Check(schema) {
		found[fault.Address] = append(found[fault.Address], fault.String())
	}
	return found
}
