package apply

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// outputsOf applies one root and gives its outputs as JSON texts.
func outputsOf(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	_, engine := newCloud()
	mustApply(t, engine, write(t, files))
	texts := map[string]string{}
	for name, value := range engine.Outputs("r") {
		encoded, err := EncodeJSON(value)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(encoded)
	}
	return texts
}

func TestVariables(t *testing.T) {
	got := outputsOf(t, map[string]string{
		"r/main.tf": `
variable "plain" { default = "default" }
variable "typed" {
  type    = number
  default = "5"
}
variable "object" {
  type = object({ a = string, b = optional(number, 3) })
}
variable "first" { default = 0 }
variable "last" { default = 0 }
variable "json" { type = list(string) }
variable "secret" {
  default   = "s"
  sensitive = true
  nullable  = false
}
output "plain" { value = var.plain }
output "typed" { value = var.typed }
output "object" { value = var.object }
output "first" { value = var.first }
output "last" { value = var.last }
output "json" { value = var.json }
output "secret" {
  value     = var.secret
  sensitive = true
}
`,
		"r/terraform.tfvars":     "object = { a = 1 }\nfirst = 1\nlast = 1\n",
		"r/a.auto.tfvars":        "last = 2\n",
		"r/b.auto.tfvars":        "last = 3\nunused = 1\n",
		"r/j.auto.tfvars.json":   `{"json": ["x"]}`,
		"r/not-read.tfvars":      "first = 9\n",
		"r/ignored/main.tf.txt":  "nothing",
		"not-a-root/readme.text": "nothing",
	})
	for name, want := range map[string]string{"plain": `"default"`, "typed": "5", "object": `{"a":"1","b":3}`, "first": "1", "last": "3", "json": `["x"]`, "secret": `"s"`} {
		if got[name] != want {
			t.Errorf("%s = %s, want %s", name, got[name], want)
		}
	}
}

func TestRepeatedBlocks(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": providerBlock + `
resource "aws_vpc" "counted" {
  count      = 2
  cidr_block = "10.${count.index}.0.0/16"
}
resource "aws_vpc" "mapped" {
  for_each   = { a = "10.2.0.0/16", b = "10.3.0.0/16" }
  cidr_block = each.value
  tags       = { Name = each.key }
}
resource "aws_vpc" "set" {
  for_each   = toset(["x"])
  cidr_block = each.value
}
resource "aws_vpc" "none" {
  count = 0
}
resource "aws_subnet" "s" {
  count  = length(aws_vpc.counted)
  vpc_id = aws_vpc.counted[count.index].id
}
resource "aws_security_group" "g" {
  vpc_id = aws_vpc.mapped["a"].id
}
output "ids" { value = aws_vpc.counted[*].id }
output "all" { value = { for key, vpc in aws_vpc.mapped : key => vpc.cidr_block } }
output "none" { value = aws_vpc.none[*].id }
`})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	if got := text(cloud.find(t, "r", "aws_subnet.s[1]").Config.GetAttr("vpc_id")); got != "r/aws_vpc.counted[1].id" {
		t.Errorf("vpc_id %q", got)
	}
	if got := text(cloud.find(t, "r", "aws_security_group.g").Config.GetAttr("vpc_id")); got != `r/aws_vpc.mapped["a"].id` {
		t.Errorf("vpc_id %q", got)
	}
	if got := text(cloud.find(t, "r", `aws_vpc.mapped["b"]`).Config.GetAttr("cidr_block")); got != "10.3.0.0/16" {
		t.Errorf("cidr_block %q", got)
	}
	cloud.find(t, "r", `aws_vpc.set["x"]`)
	if got := engine.Outputs("r")["all"]; text(got.GetAttr("b")) != "10.3.0.0/16" {
		t.Errorf("output all %#v", got)
	}
	cloud.take()
	edit(t, folder+"/r/main.tf", "count      = 2", "count      = 1")
	edit(t, folder+"/r/main.tf", `, b = "10.3.0.0/16"`, "")
	mustApply(t, engine, folder)
	got := cloud.changes()
	slices.Sort(got)
	want := []string{"delete r/aws_subnet.s[1]", "delete r/aws_vpc.counted[1]", `delete r/aws_vpc.mapped["b"]`}
	if !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
}

func TestDynamicBlocks(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": providerBlock + `
variable "parameters" { default = { b = "2", a = "1" } }
resource "aws_rds_cluster_parameter_group" "g" {
  family = "f"
  dynamic "parameter" {
    for_each = var.parameters
    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}
`})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	found := map[string]string{}
	for _, parameter := range cloud.find(t, "r", "aws_rds_cluster_parameter_group.g").Config.GetAttr("parameter").AsValueSlice() {
		found[text(parameter.GetAttr("name"))] = text(parameter.GetAttr("value"))
	}
	if len(found) != 2 || found["a"] != "1" || found["b"] != "2" {
		t.Errorf("parameters %v", found)
	}
}

func TestAliasedProvider(t *testing.T) {
	cloud, engine := newCloud()
	mustApply(t, engine, write(t, map[string]string{"r/main.tf": providerBlock + `
locals { west = "us-west-2" }
provider "aws" {
  alias  = "west"
  region = local.west
  default_tags {
    tags = { where = local.west }
  }
}
resource "aws_vpc" "v" {
  provider = aws.west
}
data "aws_region" "here" {
  provider = aws.west
}
`}))
	for _, address := range []string{"aws_vpc.v", "data.aws_region.here"} {
		if r := cloud.find(t, "r", address); r.Region != "us-west-2" || r.Defaults["where"] != "us-west-2" {
			t.Errorf("%s is in %s with %v", address, r.Region, r.Defaults)
		}
	}
}

func TestConditionsAfterwards(t *testing.T) {
	file := func(condition string) map[string]string {
		return map[string]string{"r/main.tf": providerBlock + "resource \"aws_vpc\" \"v\" {\n  lifecycle {\n    precondition {\n      condition     = terraform.workspace == \"default\"\n      error_message = \"x\"\n    }\n    postcondition {\n      condition     = " +
			condition + "\n      error_message = \"It is ${self.id}.\"\n    }\n  }\n}\n"}
	}
	_, engine := newCloud()
	mustApply(t, engine, write(t, file(`self.id == aws_vpc.v.id`)))
	_, engine = newCloud()
	_, err := engine.Apply(context.Background(), write(t, file(`self.id == "other"`)))
	if err == nil || !strings.Contains(err.Error(), "r/main.tf:10: aws_vpc.v: refused by the files' own rule: It is r/aws_vpc.v.id.") {
		t.Errorf("error %v", err)
	}
}

// The three ways in which a root's state is found, and defaults for what it lacks.
func TestRemoteStates(t *testing.T) {
	const source = "output \"x\" {\n  value = \"%s\"\n}\n"
	read := func(config string) string {
		return "data \"terraform_remote_state\" \"s\" {\n" + config + "\n  defaults = { y = \"default\" }\n}\noutput \"x\" {\n  value = data.terraform_remote_state.s.outputs.x\n}\noutput \"y\" {\n  value = data.terraform_remote_state.s.outputs.y\n}\n"
	}
	other := func(root string) string { return strings.ReplaceAll(source, "%s", root) }
	for name, test := range map[string]struct{ config, backend, want string }{
		"local path":      {`  backend = "local"` + "\n" + `  config = { path = "${path.module}/../state/name.tfstate" }`, "terraform {\n  backend \"local\" {\n    path = \"../state/name.tfstate\"\n  }\n}\n", `"a"`},
		"default path":    {`  backend = "local"` + "\n" + `  config = { path = "../b/terraform.tfstate" }`, "", `"b"`},
		"s3 key":          {`  backend = "s3"` + "\n" + `  config = { bucket = "u", key = "deep/name.tfstate", region = "r" }`, "terraform {\n  backend \"s3\" {\n    bucket = \"u\"\n    key = \"deep/name.tfstate\"\n  }\n}\n", `"a"`},
		"name of a file":  {`  backend = "s3"` + "\n" + `  config = { bucket = "elsewhere", key = "x/name.tfstate" }`, "terraform {\n  backend \"local\" {\n    path = \"../state/name.tfstate\"\n  }\n}\n", `"a"`},
		"name of a root":  {`  backend = "s3"` + "\n" + `  config = { bucket = "elsewhere", key = "x/b.tfstate" }`, "", `"b"`},
		"config by a map": {`  backend = "local"` + "\n" + `  config = merge({}, { path = "../b/terraform.tfstate" })`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"a/main.tf": test.backend + other("a"), "b/main.tf": other("b"), "r/main.tf": read(test.config)}
			if test.want == "" {
				_, engine := newCloud()
				if err := engine.Check(write(t, files)); err == nil || !strings.Contains(err.Error(), "config must be known without evaluating anything") {
					t.Errorf("error %v", err)
				}
				return
			}
			got := outputsOf(t, files)
			if got["x"] != test.want || got["y"] != `"default"` {
				t.Errorf("outputs %v, want x = %s", got, test.want)
			}
		})
	}
}

func TestEphemeralAsNull(t *testing.T) {
	cloud, engine := newCloud()
	mustApply(t, engine, write(t, map[string]string{"r/main.tf": providerBlock + `
ephemeral "aws_secretsmanager_random_password" "p" {}
resource "aws_vpc" "v" {
  tags = ephemeralasnull({ open = "yes", hidden = ephemeral.aws_secretsmanager_random_password.p.random_password })
}
`}))
	tags := cloud.find(t, "r", "aws_vpc.v").Config.GetAttr("tags")
	if !tags.RawEquals(cty.MapVal(map[string]cty.Value{"open": cty.StringVal("yes"), "hidden": cty.NullVal(cty.String)})) {
		t.Errorf("tags %#v", tags)
	}
}

func TestBlocksOfASetGetTheirComputedAttributes(t *testing.T) {
	_, engine := newCloud()
	mustApply(t, engine, example(t))
	for _, instance := range engine.Resources() {
		if instance.Address != "aws_dynamodb_table.sessions" {
			continue
		}
		for _, replica := range instance.Prior.GetAttr("replica").AsValueSlice() {
			if text(replica.GetAttr("region_name")) != "us-west-2" || text(replica.GetAttr("arn")) == "" || text(replica.GetAttr("consistency_mode")) != "STRONG" {
				t.Errorf("replica %#v", replica)
			}
		}
		return
	}
	t.Error("the table is not there")
}
