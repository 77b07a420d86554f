package apply

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
)

const providerBlock = `provider "aws" {
  region = "us-east-1"
}
`

// Every kind of fault: the file after the provider block (so that line 4 is its first), and the lines of the error.
var faultCases = map[string]struct {
	file string
	more map[string]string
	want []string // place and parts of the text, in order
}{
	"syntax":                      {file: `resource "aws_vpc" "a" {`, want: []string{"a/main.tf:", "block"}},
	"argument outside of a block": {file: `x = 1`, want: []string{"a/main.tf:4: x stands outside of any block; put it into locals"}},
	"kind of block":               {file: `resorce "aws_vpc" "a" {}`, want: []string{"a/main.tf:4: resorce is no kind of block; did you mean resource?"}},
	"labels":                      {file: `resource "aws_vpc" {}`, want: []string{"a/main.tf:4: resource has 1 labels, want 2"}},
	"module":                      {file: `module "m" {}`, want: []string{"a/main.tf:4: modules are not supported"}},
	"moved":                       {file: `moved {}`, want: []string{"a/main.tf:4: moved blocks are not supported"}},
	"type not in the schema": {file: `resource "aws_vcp" "a" {}`,
		want: []string{"a/main.tf:4: aws_vcp.a: the managed type aws_vcp is not in the provider's schema that this program holds; did you mean aws_vpc?"}},
	"type without handler": {file: "resource \"aws_sqs_queue\" \"a\" {}\ndata \"aws_partition\" \"p\" {}\nephemeral \"aws_ssm_parameter\" \"e\" {\n  arn = \"x\"\n}",
		want: []string{"a/main.tf:4: aws_sqs_queue.a: the managed type aws_sqs_queue is not known on this machine",
			"a/main.tf:5: data.aws_partition.p: the data type aws_partition is not known on this machine",
			"a/main.tf:6: ephemeral.aws_ssm_parameter.e: the ephemeral type aws_ssm_parameter is not known on this machine"}},
	"other provider":              {file: "provider \"random\" {}", want: []string{"a/main.tf:4: provider random is not supported"}},
	"unknown function":            {file: "locals {\n  x = true ? 1 : jsonencod(2)\n}", want: []string{"a/main.tf:5: there is no function jsonencod; did you mean jsonencode?"}},
	"unknown function inside try": {file: "locals {\n  x = try(nope(), 1)\n}", want: []string{"a/main.tf:5: there is no function nope"}},
	"function of the real engine": {file: "locals {\n  x = timestamp()\n}", want: []string{"a/main.tf:5: the function timestamp is not supported on this machine: its value differs at every run"}},
	"function of a provider":      {file: "locals {\n  x = provider::aws::arn_parse(\"x\")\n}", want: []string{"a/main.tf:5: the function provider::aws::arn_parse is not supported"}},
	"missing zip": {file: "locals {\n  x = filebase64sha256(\"${path.module}/../lambda/f.zip\")\n}",
		want: []string{"a/main.tf:5: local.x: the file lambda/f.zip is not there; run `paymentdr synth`, which builds it"}},
	"missing file":        {file: "locals {\n  x = file(\"notes.txt\")\n}", want: []string{"a/main.tf:5: local.x: the file a/notes.txt is not there"}},
	"function's argument": {file: "locals {\n  x = jsondecode(\"{\")\n}", want: []string{"a/main.tf:5: local.x: ", "jsondecode"}},
	"reference to no resource": {file: "resource \"aws_subnet\" \"a\" {\n  vpc_id = aws_vpc.paymnt.id\n}\nresource \"aws_vpc\" \"payment\" {}",
		want: []string{"a/main.tf:5: aws_subnet.a: refers to aws_vpc.paymnt, which is in no file of the root a; did you mean aws_vpc.payment?"}},
	"references to no local, variable, data, ephemeral": {file: "locals {\n  a = local.b\n  c = var.d\n  e = data.aws_vpc.f.id\n  g = ephemeral.aws_ssm_parameter.h.value\n}",
		want: []string{"a/main.tf:5: local.a: refers to local.b,", "a/main.tf:6: local.c: refers to var.d,",
			"a/main.tf:7: local.e: refers to data.aws_vpc.f,", "a/main.tf:8: local.g: refers to ephemeral.aws_ssm_parameter.h,"}},
	"half a reference": {file: "locals {\n  a = aws_vpc\n  b = data.aws_vpc\n  c = local\n  d = module.x.y\n}",
		want: []string{"a/main.tf:5: local.a: aws_vpc is not a reference", "a/main.tf:6: local.b: data needs a type and a name",
			"a/main.tf:7: local.c: local needs a name", "a/main.tf:8: local.d: modules are not supported"}},
	"special names": {file: "locals {\n  a = path.modul\n  b = each.key\n  c = count.index\n  d = self.id\n}",
		want: []string{"a/main.tf:5: local.a: path has no \"modul\"", "a/main.tf:6: local.b: each has a meaning", "a/main.tf:7: local.c: count.index has", "a/main.tf:8: local.d: self has"}},
	"depends_on nothing": {file: "resource \"aws_vpc\" \"a\" {\n  depends_on = [aws_vpc.b]\n}", want: []string{"a/main.tf:5: aws_vpc.a: refers to aws_vpc.b,"}},
	"attribute that does not exist": {file: "resource \"aws_vpc\" \"a\" {}\noutput \"o\" {\n  value = aws_vpc.a.nme\n}",
		want: []string{"a/main.tf:6: output.o: ", "does not have an attribute named \"nme\""}},
	"output of another root that does not exist": {file: "data \"terraform_remote_state\" \"b\" {\n  backend = \"local\"\n  config = { path = \"../state/b.tfstate\" }\n}\nlocals {\n  x = data.terraform_remote_state.b.outputs.y\n}",
		more: map[string]string{"b/main.tf": providerBlock + "output \"z\" {\n  value = 1\n}"}, want: []string{"a/main.tf:9: local.x: ", "does not have an attribute named \"y\""}},
	"cycle": {file: "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}", want: []string{"depends on itself: local.a -> local.b -> local.c -> local.a"}},
	"cycle by depends_on": {file: "resource \"aws_vpc\" \"a\" {\n  depends_on = [aws_vpc.b]\n}\nresource \"aws_vpc\" \"b\" {\n  tags = { x = aws_vpc.a.id }\n}",
		want: []string{"a/main.tf:4: aws_vpc.a: depends on itself: aws_vpc.a -> aws_vpc.b -> aws_vpc.a"}},
	"reference to itself": {file: "resource \"aws_vpc\" \"a\" {\n  cidr_block = aws_vpc.a.id\n}", want: []string{"a/main.tf:4: aws_vpc.a: depends on itself: aws_vpc.a -> aws_vpc.a"}},
	"roots that read each other": {file: "data \"terraform_remote_state\" \"b\" {\n  backend = \"local\"\n  config = { path = \"../b/terraform.tfstate\" }\n}",
		more: map[string]string{"b/main.tf": "data \"terraform_remote_state\" \"a\" {\n  backend = \"local\"\n  config = { path = \"../a/terraform.tfstate\" }\n}"},
		want: []string{"a/main.tf:4: data.terraform_remote_state.b: the roots a and b read each other"}},
	"state of no root": {file: "data \"terraform_remote_state\" \"b\" {\n  backend = \"s3\"\n  config = { key = \"x/c.tfstate\" }\n}",
		want: []string{"a/main.tf:4: data.terraform_remote_state.b: no other root keeps its state in x/c.tfstate; the roots are a"}},
	"state of one of two roots": {file: "data \"terraform_remote_state\" \"b\" {\n  backend = \"s3\"\n  config  = { key = \"x/terraform.tfstate\" }\n}",
		more: map[string]string{"b/main.tf": "", "c/main.tf": ""}, want: []string{"a/main.tf:4: data.terraform_remote_state.b: no other root keeps its state in x/terraform.tfstate"}},
	"backend":          {file: "data \"terraform_remote_state\" \"b\" {\n  backend = \"consul\"\n}", want: []string{"a/main.tf:4: data.terraform_remote_state.b: the backend \"consul\" is not supported"}},
	"unknown argument": {file: "resource \"aws_vpc\" \"a\" {\n  cidr_blok = \"10.0.0.0/16\"\n}", want: []string{"a/main.tf:5: aws_vpc.a: ", "cidr_blok", "cidr_block"}},
	"unknown block":    {file: "resource \"aws_vpc\" \"a\" {\n  cidr {}\n}", want: []string{"a/main.tf:5: aws_vpc.a: ", "cidr"}},
	"missing argument": {file: "resource \"aws_subnet\" \"a\" {}", want: []string{"a/main.tf:4: aws_subnet.a: ", "vpc_id"}},
	"required null":    {file: "resource \"aws_subnet\" \"a\" {\n  vpc_id = null\n}", want: []string{"a/main.tf:5: aws_subnet.a: vpc_id is required, its value is null"}},
	"required null in a block": {file: "resource \"aws_rds_cluster_parameter_group\" \"a\" {\n  family = \"x\"\n  parameter {\n    name  = null\n    value = \"1\"\n  }\n}",
		want: []string{"a/main.tf:", "name is required, its value is null"}},
	"type of an argument": {file: "resource \"aws_vpc\" \"a\" {\n  enable_dns_support = \"perhaps\"\n}", want: []string{"a/main.tf:5: aws_vpc.a: ", "enable_dns_support", "bool"}},
	"read-only argument":  {file: "resource \"aws_vpc\" \"a\" {\n  arn = \"x\"\n}", want: []string{"a/main.tf:5: aws_vpc.a: arn is set by the service; remove it"}},
	"two addresses": {file: "resource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"a\" {}",
		want: []string{"a/main.tf:5: aws_vpc.a: declared twice, first at a/main.tf:4"}},
	"two locals in two files": {file: "locals {\n  x = 1\n}", more: map[string]string{"a/other.tf": "locals {\n  x = 2\n}"},
		want: []string{"a/other.tf:2: local.x: declared twice, first at a/main.tf:5"}},
	"unknown alias":          {file: "resource \"aws_vpc\" \"a\" {\n  provider = aws.west\n}", want: []string{"a/main.tf:4: aws_vpc.a: aws.west is declared nowhere in the root a"}},
	"variable without value": {file: "variable \"v\" {}", want: []string{"a/main.tf:4: var.v: has no value and no default"}},
	"variable of another type": {file: "variable \"v\" {\n  type    = number\n  default = \"many\"\n}",
		want: []string{"a/main.tf:6: var.v: value does not fit the variable's type"}},
	"variable that breaks its rule": {file: "variable \"v\" {\n  default = 3\n  validation {\n    condition     = var.v > 3\n    error_message = \"More than 3, please.\"\n  }\n}",
		want: []string{"a/main.tf:6: var.v: refused by the files' own rule: More than 3, please."}},
	"precondition": {file: "resource \"aws_vpc\" \"a\" {\n  lifecycle {\n    precondition {\n      condition     = 1 > 2\n      error_message = \"No.\"\n    }\n  }\n}",
		want: []string{"a/main.tf:6: aws_vpc.a: refused by the files' own rule: No."}},
	"ignore_changes of nothing": {file: "resource \"aws_vpc\" \"a\" {\n  lifecycle {\n    ignore_changes = [cidr]\n  }\n}",
		want: []string{"a/main.tf:6: aws_vpc.a: ignore_changes names cidr, which aws_vpc does not have"}},
	"provisioner": {file: "resource \"aws_vpc\" \"a\" {\n  provisioner \"local-exec\" {}\n}", want: []string{"a/main.tf:5: aws_vpc.a: provisioner blocks are not supported"}},
	"count unknown": {file: "resource \"aws_vpc\" \"a\" {}\nresource \"aws_vpc\" \"b\" {\n  count = length(aws_vpc.a.id)\n}",
		want: []string{"a/main.tf:6: aws_vpc.b: count depends on a value that is known only while resources are made"}},
	"count of a fraction": {file: "resource \"aws_vpc\" \"b\" {\n  count = 1.5\n}", want: []string{"a/main.tf:5: aws_vpc.b: count is no whole number"}},
	"for_each of a list":  {file: "resource \"aws_vpc\" \"b\" {\n  for_each = [\"x\"]\n}", want: []string{"a/main.tf:5: aws_vpc.b: for_each is neither a map nor a set of texts; use toset()"}},
	"count and for_each":  {file: "resource \"aws_vpc\" \"b\" {\n  count    = 1\n  for_each = {}\n}", want: []string{"a/main.tf:6: aws_vpc.b: count and for_each exclude each other"}},
	"ephemeral value kept": {file: "ephemeral \"aws_secretsmanager_random_password\" \"p\" {}\nresource \"aws_secretsmanager_secret_version\" \"v\" {\n  secret_id     = \"x\"\n  secret_string = ephemeral.aws_secretsmanager_random_password.p.random_password\n}",
		want: []string{"a/main.tf:7: aws_secretsmanager_secret_version.v: secret_string is kept, its value is ephemeral; use the write-only argument"}},
	"ephemeral value in a block": {file: "ephemeral \"aws_secretsmanager_random_password\" \"p\" {}\nresource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  role          = \"r\"\n  environment {\n    variables = { X = ephemeral.aws_secretsmanager_random_password.p.random_password }\n  }\n}",
		want: []string{"a/main.tf:9: aws_lambda_function.f: environment[0].variables", "is kept, its value is ephemeral"}},
	"ephemeral output": {file: "ephemeral \"aws_secretsmanager_random_password\" \"p\" {}\noutput \"o\" {\n  value = ephemeral.aws_secretsmanager_random_password.p.random_password\n}",
		want: []string{"a/main.tf:6: output.o: the value is ephemeral"}},
	"sensitive output": {file: "output \"o\" {\n  value = sensitive(\"x\")\n}", want: []string{"a/main.tf:5: output.o: the value is sensitive, the output is not; set sensitive = true"}},
	"sensitive count":  {file: "resource \"aws_vpc\" \"b\" {\n  count = sensitive(1)\n}", want: []string{"a/main.tf:5: aws_vpc.b: count depends on a sensitive or ephemeral value"}},
	"provider of unknown Region": {file: "provider \"aws\" {\n  alias  = \"x\"\n  region = aws_vpc.a.id\n}\nresource \"aws_vpc\" \"a\" {}",
		want: []string{"a/main.tf:4: provider.aws.x: region and default_tags depend on values"}},
	"JSON files":     {more: map[string]string{"a/x.tf.json": "{}"}, want: []string{"a/x.tf.json:1: JSON syntax is not supported"}},
	"override":       {more: map[string]string{"a/x_override.tf": ""}, want: []string{"a/x_override.tf:1: override files are not supported"}},
	"null in a text": {file: "locals {\n  x = null\n  y = \"a${local.x}\"\n}", want: []string{"a/main.tf:6: local.y: ", "null"}},
	"many at once": {file: "locals {\n  x = nope()\n}\nresource \"aws_vpc\" \"a\" {\n  arn   = 1\n  wrong = 2\n  tags  = { x = aws_vpc.b.id }\n}\noutput \"o\" {\n  value = local.z\n}",
		want: []string{"5 faults in the files:", "a/main.tf:5: there is no function nope", "a/main.tf:8: aws_vpc.a: arn is set by", "a/main.tf:9: aws_vpc.a: ", "a/main.tf:10: aws_vpc.a: refers to aws_vpc.b", "a/main.tf:13: output.o: refers to local.z"}},
}

func TestEachFaultIsReportedBeforeAnythingIsMade(t *testing.T) {
	for name, test := range faultCases {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"a/main.tf": providerBlock + test.file}
			maps.Copy(files, test.more)
			cloud, _ := newCloud()
			handlers := cloud.handlers()
			delete(handlers.Managed, "aws_sqs_queue")
			delete(handlers.Data, "aws_partition")
			delete(handlers.Ephemeral, "aws_ssm_parameter")
			_, err := New(Options{Handlers: handlers}).Apply(context.Background(), write(t, files))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("error %v, want faults", err)
			}
			rest := err.Error()
			for _, part := range test.want {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Fatalf("error\n%v\nlacks %q", err, part)
				}
				rest = after
			}
			if lines := strings.Count(err.Error(), "\n"); lines > 0 && name != "many at once" && len(faults) > len(test.want) {
				t.Errorf("more faults than planted:\n%v", err)
			}
			if calls := cloud.take(); len(calls) > 0 {
				t.Errorf("handlers were called: %v", calls)
			}
		})
	}
}

func TestNoRegion(t *testing.T) {
	_, engine := newCloud()
	err := engine.Check(write(t, map[string]string{"a/main.tf": `resource "aws_vpc" "a" {}`}))
	if err == nil || !strings.Contains(err.Error(), `a/main.tf:1: aws_vpc.a: neither the block nor its provider says a Region; set region in provider "aws"`) {
		t.Errorf("error %v", err)
	}
}

func TestFolderWithoutRoots(t *testing.T) {
	_, engine := newCloud()
	for _, folder := range []string{t.TempDir(), t.TempDir() + "/nowhere"} {
		if err := engine.Check(folder); err == nil || !strings.Contains(err.Error(), "read roots") {
			t.Errorf("error %v, want one that says what could not be read", err)
		}
	}
}

// What only turns out while resources are made: the handler gave nothing for an attribute that is used.
func TestNullAttributesOfHandlers(t *testing.T) {
	files := map[string]string{"a/main.tf": providerBlock + `
resource "aws_kms_key" "k" {}
resource "aws_sns_topic" "t" {
  kms_master_key_id = aws_kms_key.k.arn
}
`, "b/main.tf": providerBlock + `
resource "aws_vpc" "v" {}
output "o" {
  value = try(aws_vpc.v.arn, "x")
}
output "p" {
  value = "${aws_vpc.v.id}"
}
`}
	cloud := &cloud{}
	handlers := cloud.handlers()
	silent := silentHandler{}
	handlers.Managed["aws_vpc"] = silent
	delete(handlers.Managed, "aws_kms_key")
	handlers.Meaningless = map[string]string{"aws_kms_key": "nothing is encrypted"}
	_, err := New(Options{Handlers: handlers, Parallelism: 1}).Apply(context.Background(), write(t, map[string]string{"a/main.tf": files["a/main.tf"]}))
	if want := "a/main.tf:7: aws_sns_topic.t: aws_kms_key.k.arn is null: aws_kms_key has no local meaning, and no such attribute is made up for it"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	tolerant := strings.Replace(files["b/main.tf"], `value = "${aws_vpc.v.id}"`, `value = aws_vpc.v.id == null ? "none" : aws_vpc.v.id`, 1)
	engine := New(Options{Handlers: handlers})
	mustApply(t, engine, write(t, map[string]string{"b/main.tf": tolerant}))
	if got := text(engine.Outputs("b")["p"]); got != "none" {
		t.Errorf("output %q, want what the expression says of null", got)
	}
	_, err = New(Options{Handlers: handlers}).Apply(context.Background(), write(t, map[string]string{"b/main.tf": files["b/main.tf"]}))
	if want := "b/main.tf:10: output.p: aws_vpc.v.id is null: neither the files nor the handler of aws_vpc give it a value"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}
