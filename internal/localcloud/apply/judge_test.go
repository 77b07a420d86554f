package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/paymentdr/paymentdr/internal/enginetest"
)

// judged is what the real engine made of one resource.
type judged struct {
	attributes cty.Value
	written    map[string]bool // the arguments and blocks that it found in the files
}

// realEngine applies every root with the real engine and the stub provider, in order.
func realEngine(t *testing.T, folder string, roots ...string) (map[id]judged, map[string]map[string]json.RawMessage) {
	t.Helper()
	engine := enginetest.New(t)
	resources, outputs := map[id]judged{}, map[string]map[string]json.RawMessage{}
	for _, root := range roots {
		directory := filepath.Join(folder, root)
		if err := engine.Init(directory); err != nil {
			t.Fatal(err)
		}
		if err := engine.Apply(directory); err != nil {
			t.Fatal(err)
		}
		state, err := engine.Show(directory)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := engine.Plan(directory) // of no change: it shows how the engine read the files
		if err != nil {
			t.Fatal(err)
		}
		outputs[root] = map[string]json.RawMessage{}
		for name, output := range state.Values.Outputs {
			if outputs[root][name], err = json.Marshal(output.Value); err != nil {
				t.Fatal(err)
			}
		}
		written := map[string]map[string]bool{}
		for _, resource := range plan.Config.RootModule.Resources {
			written[resource.Address] = map[string]bool{}
			for name := range resource.Expressions {
				written[resource.Address][name] = true
			}
		}
		for _, resource := range state.Values.RootModule.Resources {
			if resource.Type == remoteStateType {
				continue
			}
			own := id{root, resource.Address}
			resources[own] = judged{fromEngine(t, resource), written[strings.Split(resource.Address, "[")[0]]}
		}
	}
	return resources, outputs
}

func fromEngine(t *testing.T, resource *tfjson.StateResource) cty.Value {
	t.Helper()
	catalogue, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	mode := Managed
	if resource.Mode == tfjson.DataResourceMode {
		mode = Data
	}
	schema, err := catalogue.lookup(schemaKinds[mode], resource.Type)
	if err != nil || schema == nil {
		t.Fatal(resource.Type, err)
	}
	encoded, err := json.Marshal(resource.AttributeValues)
	if err != nil {
		t.Fatal(err)
	}
	value, err := ctyjson.Unmarshal(encoded, schema.object)
	if err != nil {
		t.Fatalf("%s: %v", resource.Address, err)
	}
	return value
}

// replay answers with what the real engine's provider answered.
type replay struct {
	cloud
	resources map[id]judged
}

func (r *replay) Put(_ context.Context, resource Resource) (map[string]cty.Value, error) {
	known, exists := r.resources[id{resource.Root, resource.Address}]
	if !exists {
		return nil, fmt.Errorf("the real engine has no such resource")
	}
	return known.attributes.AsValueMap(), r.record(Create, resource)
}

func (r *replay) Read(ctx context.Context, resource Resource) (map[string]cty.Value, error) {
	if resource.Mode == Ephemeral {
		return r.cloud.Read(ctx, resource)
	}
	return r.Put(ctx, resource)
}

// The outside judge: the real engine reads the same files, against a stub of the provider.
func TestTheRealEngineAgrees(t *testing.T) {
	t.Parallel()
	wantAgreement(t, example(t), "global", "us-east-1", "us-west-2", "link")
}

// What the product's own files do not use.
func TestTheRealEngineAgreesOnTheLanguage(t *testing.T) {
	t.Parallel()
	wantAgreement(t, write(t, map[string]string{
		"a/main.tf": providerBlock + `
variable "ranges" {
  type = map(object({ cidr = string, public = optional(bool, true) }))
}
variable "tags" { default = { Team = "payments" } }
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  default_tags {
    tags = merge(var.tags, { Place = "west" })
  }
}
resource "aws_vpc" "v" {
  count      = 2
  cidr_block = cidrsubnet("10.0.0.0/8", 8, count.index)
  tags       = { Name = "v${count.index}", Team = "other" }
  provider   = aws.west
}
resource "aws_subnet" "s" {
  for_each                = var.ranges
  vpc_id                  = aws_vpc.v[0].id
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = each.value.public
  tags                    = { Name = each.key }
  region                  = "eu-west-1"
  depends_on              = [aws_vpc.v]
}
data "aws_availability_zones" "zones" {
  exclude_names = ["us-east-1b"]
}
data "aws_caller_identity" "me" {}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/r"
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  s3_bucket     = "b"
  s3_key        = "k"
  timeout       = "30"
  environment {
    variables = { for key, subnet in aws_subnet.s : upper(key) => subnet.cidr_block if subnet.map_public_ip_on_launch }
  }
  lifecycle {
    precondition {
      condition     = length(data.aws_availability_zones.zones.names) == 2
      error_message = "Two zones."
    }
  }
}
output "vpcs" { value = aws_vpc.v[*].tags_all }
output "subnets" { value = { for key, subnet in aws_subnet.s : key => [subnet.region, subnet.arn] } }
output "zone" { value = try(data.aws_availability_zones.zones.names[5], element(data.aws_availability_zones.zones.names, 5)) }
`,
		"a/x.auto.tfvars": "ranges = { one = { cidr = \"10.0.1.0/24\" }, two = { cidr = \"10.0.2.0/24\", public = false } }\n",
		"b/main.tf": providerBlock + `
data "terraform_remote_state" "a" {
  backend = "local"
  config  = { path = "${path.module}/../a/terraform.tfstate" }
}
resource "aws_sns_topic" "t" {
  name = "t"
  tags = { zone = data.terraform_remote_state.a.outputs.zone, arn = data.terraform_remote_state.a.outputs.subnets["one"][1] }
}
`}), "a", "b")
}

// wantAgreement compares with the real engine: every argument that it found in the files has the same value here,
// every argument that it did not find is unset, every attribute that others refer to and every output is the same.
func wantAgreement(t *testing.T, folder string, roots ...string) {
	t.Helper()
	resources, outputs := realEngine(t, folder, roots...)
	judge := &replay{resources: resources}
	handlers := judge.handlers()
	for typ := range handlers.Managed {
		handlers.Managed[typ] = judge
	}
	for _, readers := range []map[string]Reader{handlers.Data, handlers.Ephemeral} {
		for typ := range readers {
			readers[typ] = judge
		}
	}
	engine := New(Options{Handlers: handlers})
	mustApply(t, engine, folder)

	for _, call := range judge.calls {
		own := id{call.Root, call.Address}
		if call.Mode == Ephemeral {
			continue
		}
		compareArguments(t, folder, call.Resource, resources[own])
	}
	instances := engine.Resources()
	if len(instances) != len(resources) {
		t.Errorf("%d resources, the real engine has %d", len(instances), len(resources))
	}
	for _, instance := range instances {
		want := resources[id{instance.Root, instance.Address}].attributes
		if got := inFolder(folder, instance.Root, instance.Prior); !got.RawEquals(want) {
			t.Errorf("%s/%s: %s", instance.Root, instance.Address, cmp.Diff(encoded(t, want), encoded(t, got)))
		}
	}
	for root, want := range outputs {
		got := engine.Outputs(root)
		if len(got) != len(want) {
			t.Errorf("%s has %d outputs, the real engine %d", root, len(got), len(want))
		}
		for name, value := range want {
			if text := encoded(t, got[name]); text != canonical(t, value) {
				t.Errorf("output %s of %s is %s, the real engine says %s", name, root, text, value)
			}
		}
	}
}

func compareArguments(t *testing.T, folder string, r Resource, want judged) {
	t.Helper()
	catalogue, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := catalogue.lookup(schemaKinds[r.Mode], r.Type)
	if err != nil {
		t.Fatal(err)
	}
	config := inFolder(folder, r.Root, r.Config)
	for name := range schema.object.AttributeTypes() {
		value := config.GetAttr(name)
		_, isBlock := schema.blocks[name]
		switch {
		case !want.written[name] && !isBlock && !value.IsNull(), !want.written[name] && isBlock && blocksIn(value) > 0:
			t.Errorf("%s/%s.%s is set, the real engine did not find it in the files", r.Root, r.Address, name)
		case want.written[name] && !isBlock && schema.attributes[name].writeOnly:
			if value.IsNull() {
				t.Errorf("%s/%s.%s is null", r.Root, r.Address, name)
			}
		case want.written[name] && !isBlock && !value.RawEquals(want.attributes.GetAttr(name)):
			t.Errorf("%s/%s.%s is %s, the real engine says %s", r.Root, r.Address, name, encoded(t, value), encoded(t, want.attributes.GetAttr(name)))
		case want.written[name] && isBlock && blocksIn(value) != blocksIn(want.attributes.GetAttr(name)):
			t.Errorf("%s/%s has %d blocks %s, the real engine %d", r.Root, r.Address, blocksIn(value), name, blocksIn(want.attributes.GetAttr(name)))
		}
	}
}

func blocksIn(value cty.Value) int {
	switch {
	case value.IsNull():
		return 0
	case value.Type().IsObjectType():
		return 1
	}
	return value.LengthInt()
}

// inFolder gives paths the form that they have in the real engine, which works inside of the root.
func inFolder(folder, root string, value cty.Value) cty.Value {
	result, _ := cty.Transform(value, func(_ cty.Path, part cty.Value) (cty.Value, error) {
		if inside, found := strings.CutPrefix(text(part), filepath.Join(folder, root)+"/"); found {
			return cty.StringVal("./" + inside), nil
		}
		return part, nil
	})
	return result
}

func encoded(t *testing.T, value cty.Value) string {
	t.Helper()
	if value == cty.NilVal {
		return "absent"
	}
	plain, err := EncodeJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return canonical(t, plain)
}

// canonical sorts the keys.
func canonical(t *testing.T, encoded []byte) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(sorted)
}
