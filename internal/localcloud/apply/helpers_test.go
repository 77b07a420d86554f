package apply

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
	"github.com/paymentdr/paymentdr/internal/lambdazip"
	"github.com/paymentdr/paymentdr/internal/stack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secretText is in every made-up secret, to be searched for.
const secretText = "TopSecretValue"

// example copies examples/default, with a zip file for each function as synth leaves it.
func example(t testing.TB) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "out")
	if err := os.CopyFS(folder, os.DirFS("../../../examples/default")); err != nil {
		t.Fatal(err)
	}
	for _, function := range config.Functions() {
		archive, err := lambdazip.Pack([]byte(function))
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, folder, map[string]string{stack.FunctionZip(function): string(archive)})
	}
	return folder
}

// write makes a folder of roots: "a/main.tf" -> content.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	rewrite(t, folder, files)
	return folder
}

func rewrite(t testing.TB, folder string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// edit replaces text in a file; the text must be there.
func edit(t testing.TB, path, old, new string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%s does not contain %q", path, old)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(content, []byte(old), []byte(new)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cloud records what an engine asks for and makes up what the services would answer.
type cloud struct {
	mutex sync.Mutex
	calls []call
	// before runs in every call, outside of the lock; an error is the call's.
	before func(action Action, r Resource) error
	// answers replace made-up attributes, by address.
	answers map[string]map[string]cty.Value
}

type call struct {
	action Action
	Resource
}

func (c call) String() string { return fmt.Sprintf("%s %s/%s", c.action, c.Root, c.Address) }

func (c *cloud) record(action Action, r Resource) error {
	if c.before != nil {
		if err := c.before(action, r); err != nil {
			return err
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.calls = append(c.calls, call{action, r})
	return nil
}

func (c *cloud) Put(_ context.Context, r Resource) (map[string]cty.Value, error) {
	action := Create
	if r.Prior != cty.NilVal {
		action = Update
	}
	return c.madeUp(r), c.record(action, r)
}

func (c *cloud) Delete(_ context.Context, r Resource) error { return c.record(Delete, r) }

func (c *cloud) Read(_ context.Context, r Resource) (map[string]cty.Value, error) {
	return c.madeUp(r), c.record(Read, r)
}

// take gives the calls so far and forgets them.
func (c *cloud) take() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var texts []string
	for _, call := range c.calls {
		texts = append(texts, call.String())
	}
	c.calls = nil
	return texts
}

func (c *cloud) find(t testing.TB, root, address string) Resource {
	t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, call := range slices.Backward(c.calls) {
		if call.Root == root && call.Address == address && call.action != Delete {
			return call.Resource
		}
	}
	t.Fatalf("no call for %s/%s", root, address)
	return Resource{}
}

// madeUp fills every null attribute that the schema calls computed.
func (c *cloud) madeUp(r Resource) map[string]cty.Value {
	catalogue, err := embedded()
	if err != nil {
		panic(err)
	}
	known, err := catalogue.lookup(schemaKinds[r.Mode], r.Type)
	if err != nil || known == nil {
		panic(fmt.Sprint(r.Type, err))
	}
	values := fill(known.block, r.Config, r.Root+"/"+r.Address)
	switch r.Type {
	case "aws_caller_identity":
		values["account_id"] = cty.StringVal("123456789012")
	case "aws_secretsmanager_secret":
		values["arn"] = cty.StringVal("arn:aws:secretsmanager:us-east-1:123456789012:secret:" + text(r.Config.GetAttr("name")))
	case "aws_secretsmanager_random_password":
		values["random_password"] = cty.StringVal(secretText)
	case "aws_secretsmanager_secret_version":
		if r.Mode == Ephemeral {
			values["secret_string"] = cty.StringVal(`{"password":"` + secretText + `"}`)
		}
	}
	for name, value := range c.answers[r.Address] {
		values[name] = value
	}
	return values
}

func fill(b *block, config cty.Value, name string) map[string]cty.Value {
	values := map[string]cty.Value{}
	for attribute, a := range b.attributes {
		if a.computed && config.GetAttr(attribute).IsNull() {
			values[attribute] = filler(a.typ, name+"."+attribute)
		}
	}
	for kind, inner := range b.blocks {
		blocks := config.GetAttr(kind)
		if blocks.IsNull() || !blocks.CanIterateElements() || blocks.LengthInt() == 0 || blocks.Type().IsObjectType() {
			continue
		}
		var elements []cty.Value
		for i, element := range blocks.AsValueSlice() {
			made := fill(inner.block, element, fmt.Sprintf("%s.%s.%d", name, kind, i))
			if blocks.Type().IsSetType() { // an element is recognised by what it says
				for attribute, value := range element.AsValueMap() {
					if _, exists := inner.attributes[attribute]; exists && !value.IsNull() {
						made[attribute] = value
					}
				}
			}
			elements = append(elements, cty.ObjectVal(made))
		}
		values[kind] = cty.TupleVal(elements)
	}
	return values
}

func filler(typ cty.Type, name string) cty.Value {
	switch {
	case typ == cty.String:
		return cty.StringVal(name)
	case typ == cty.Number:
		return cty.NumberIntVal(1)
	case typ == cty.Bool:
		return cty.True
	case typ.IsObjectType():
		members := map[string]cty.Value{}
		for attribute, inner := range typ.AttributeTypes() {
			members[attribute] = filler(inner, name+"."+attribute)
		}
		return cty.ObjectVal(members)
	case typ.IsMapType():
		return cty.MapValEmpty(typ.ElementType())
	}
	return cty.TupleVal([]cty.Value{filler(typ.ElementType(), name+".0")})
}

// handlers makes the cloud the handler of every type of the schema.
func (c *cloud) handlers() Handlers {
	handlers := Handlers{Managed: map[string]Handler{}, Data: map[string]Reader{}, Ephemeral: map[string]Reader{}}
	for _, entry := range schema.Types() {
		kind, name, _ := strings.Cut(entry, " ")
		switch kind {
		case kindResource:
			handlers.Managed[name] = c
		case kindData:
			handlers.Data[name] = c
		case kindEphemeral:
			handlers.Ephemeral[name] = c
		}
	}
	return handlers
}

func newCloud() (*cloud, *Engine) {
	made := &cloud{}
	return made, New(Options{Handlers: made.handlers()})
}

func mustApply(t testing.TB, e *Engine, folder string) Report {
	t.Helper()
	report, err := e.Apply(context.Background(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
