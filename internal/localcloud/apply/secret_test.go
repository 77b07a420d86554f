package apply

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestSecretsReachTheHandlerAndAreKeptNowhere(t *testing.T) {
	folder := example(t)
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	version := cloud.find(t, "global", "aws_secretsmanager_secret_version.admin")
	if got := text(version.Config.GetAttr("secret_string_wo")); !strings.Contains(got, `"password":"`+secretText+`"`) {
		t.Errorf("the handler got secret_string_wo %q", got)
	}
	cluster := cloud.find(t, "us-east-1", "aws_rds_cluster.payment")
	if got := text(cluster.Config.GetAttr("master_password_wo")); got != secretText {
		t.Errorf("the handler got master_password_wo %q", got)
	}
	edit(t, filepath.Join(folder, "global", "secrets.tf"), "secret_string_wo_version = 1", "secret_string_wo_version = 2")
	edit(t, filepath.Join(folder, "us-east-1", "database.tf"), "backup_retention_period             = 7", "backup_retention_period             = 8")
	cloud.take()
	mustApply(t, engine, folder)
	if version := cloud.find(t, "global", "aws_secretsmanager_secret_version.admin"); !strings.Contains(text(version.Config.GetAttr("secret_string_wo")), secretText) || !version.Prior.GetAttr("secret_string_wo").IsNull() {
		t.Errorf("on update the handler got %#v, before %#v", version.Config.GetAttr("secret_string_wo"), version.Prior.GetAttr("secret_string_wo"))
	}
	if cluster := cloud.find(t, "us-east-1", "aws_rds_cluster.payment"); !cluster.Prior.GetAttr("master_password_wo").IsNull() {
		t.Error("Prior holds the password")
	}
	wantNoSecret(t, engine)
	cloud.take()
	if err := engine.Destroy(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, call := range cloud.calls {
		if encoded, err := EncodeJSON(call.Config); err != nil || strings.Contains(string(encoded), secretText) {
			t.Errorf("%s: Delete got the secret, or: %v", call, err)
		}
	}
}

// An update that ignore_changes does not prevent has the write-only argument, of which nothing is known from before.
func TestIgnoredChangesKeepWriteOnlyArguments(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": "provider \"aws\" {\n  region = \"us-east-1\"\n  default_tags {\n    tags = { x = \"1\" }\n  }\n}\n" + `
resource "aws_secretsmanager_secret_version" "v" {
  secret_id        = "s"
  secret_string_wo = "` + secretText + `"
  lifecycle {
    ignore_changes = all
  }
}
`})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	edit(t, filepath.Join(folder, "r", "main.tf"), `x = "1"`, `x = "2"`)
	mustApply(t, engine, folder)
	if got := text(cloud.find(t, "r", "aws_secretsmanager_secret_version.v").Config.GetAttr("secret_string_wo")); got != secretText {
		t.Errorf("the handler got %q", got)
	}
	wantNoSecret(t, engine)
}

// wantNoSecret looks through all that the engine shows.
func wantNoSecret(t *testing.T, engine *Engine) {
	t.Helper()
	dump, err := engine.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(dump), secretText) {
		t.Error("the dump holds a secret")
	}
	for _, instance := range engine.Resources() {
		for _, value := range []cty.Value{instance.Config, instance.Prior} {
			if value == cty.NilVal {
				continue
			}
			encoded, err := EncodeJSON(value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(encoded), secretText) {
				t.Errorf("%s/%s holds a secret", instance.Root, instance.Address)
			}
		}
	}
}

// Sensitive but not write-only values must be known to compare them; only people do not see them.
func TestSensitiveValuesAreNotDumped(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": providerBlock + `
variable "password" {
  sensitive = true
  default   = "` + secretText + `"
}
resource "aws_rds_cluster" "c" {
  engine          = "aurora-postgresql"
  master_username = "admin"
  master_password = var.password
  tags            = { hint = "it is ${var.password}", open = "yes" }
}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = "s"
  secret_string = "` + secretText + `"
}
output "said" {
  value     = "not to be shown"
  sensitive = true
}
output "copy" {
  value     = aws_secretsmanager_secret_version.v.secret_string
  sensitive = true
}
`, "s/main.tf": providerBlock + `
data "terraform_remote_state" "r" {
  backend = "local"
  config  = { path = "../r/terraform.tfstate" }
}
resource "aws_vpc" "v" {
  tags = { copy = data.terraform_remote_state.r.outputs.copy }
}
`})
	cloud, engine := newCloud()
	for range 2 { // the second keeps what the first made
		mustApply(t, engine, folder)
	}
	if got := cloud.find(t, "s", "aws_vpc.v").Config.GetAttr("tags").Index(cty.StringVal("copy")); text(got) != secretText {
		t.Errorf("the handler got %#v", got)
	}
	dump, err := engine.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(dump), secretText) || strings.Contains(string(dump), "not to be shown") {
		t.Errorf("the dump holds a secret:\n%s", dump)
	}
	for _, part := range []string{`"master_password": "(sensitive)"`, `"hint": "(sensitive)"`, `"open": "yes"`, `"copy": "(sensitive)"`, `"secret_string": "(sensitive)"`} {
		if !strings.Contains(string(dump), part) {
			t.Errorf("the dump lacks %s:\n%s", part, dump)
		}
	}
	if got := text(engine.Outputs("r")["copy"]); got != secretText {
		t.Errorf("output %q", got)
	}
}

func TestDumpIsJSON(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree + "output \"o\" {\n  value = [1, true, { x = null }]\n}\n"})
	cloud, engine := newCloud()
	cloud.before = func(_ Action, r Resource) error {
		if r.Type == "aws_route_table_association" {
			return errors.New("not today")
		}
		return nil
	}
	if _, err := engine.Apply(context.Background(), folder); err == nil {
		t.Fatal("no error")
	}
	dump, err := engine.Dump()
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Roots map[string]struct {
			Outputs   map[string]any
			Resources []struct {
				Address, Region, Source, Error string
				DependsOn                      []string `json:"depends_on"`
				Attributes                     map[string]any
			}
		}
	}
	if err := json.Unmarshal(dump, &read); err != nil {
		t.Fatal(err)
	}
	resources := read.Roots["r"].Resources
	if len(resources) != 3 || resources[0].Address != "aws_route_table_association.c" || !strings.Contains(resources[0].Error, "not today") {
		t.Fatalf("resources %+v", resources)
	}
	if subnet := resources[1]; subnet.Attributes["vpc_id"] != "r/aws_vpc.a.id" || subnet.DependsOn[0] != "aws_vpc.a" || subnet.Region != "us-east-1" || subnet.Source != "r/main.tf:8" {
		t.Errorf("subnet %+v", subnet)
	}
	cloud.before = nil
	mustApply(t, engine, folder)
	if dump, err = engine.Dump(); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(dump, &read); err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(read.Roots["r"].Outputs["o"]); string(got) != `[1,true,{}]` {
		t.Errorf("output %s", got)
	}
}

func TestAttributesOverTheWire(t *testing.T) {
	_, engine := newCloud()
	mustApply(t, engine, example(t))
	for _, instance := range engine.Resources() {
		encoded, err := EncodeJSON(instance.Prior)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := DecodeJSON(instance.Mode, instance.Type, encoded)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range decoded {
			if !value.RawEquals(instance.Prior.GetAttr(name)) {
				t.Errorf("%s.%s came back as %#v", instance.Address, name, value)
			}
		}
	}
	attributes, err := DecodeJSON(Managed, "aws_vpc", []byte(`{"arn":"x","enable_dns_support":true,"id":null}`))
	if err != nil || len(attributes) != 2 || text(attributes["arn"]) != "x" {
		t.Errorf("attributes %v, %v", attributes, err)
	}
	for typ, encoded := range map[string]string{"aws_vpc": `{"arm":"x"}`, "aws_vcp": `{}`} {
		if _, err := DecodeJSON(Managed, typ, []byte(encoded)); err == nil {
			t.Errorf("no error for %s %s", typ, encoded)
		}
	}
}
