package stubaws

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func newServer(t *testing.T) *Server {
	t.Helper()
	document, err := readSchema("")
	if err != nil {
		t.Fatal(err)
	}
	server, err := NewServer(document, "")
	if err != nil {
		t.Fatal(err)
	}
	server.planner = planner{region: "us-east-1"}
	return server
}

// made plans and applies a resource of the arguments.
func made(t *testing.T, server *Server, typeName string, arguments map[string]cty.Value) cty.Value {
	t.Helper()
	schema, err := server.resource(typeName)
	if err != nil {
		t.Fatal(err)
	}
	proposed := withMembers(importedState(schema, "", ""), map[string]cty.Value{"id": cty.NullVal(cty.String), "region": cty.NullVal(cty.String)})
	planned, err := server.currentPlanner().plan(typeName, schema, cty.NullVal(schema.object), withMembers(proposed, arguments))
	if err != nil {
		t.Fatal(err)
	}
	applied, err := server.apply(typeName, schema, planned)
	if err != nil {
		t.Fatal(err)
	}
	if !applied.IsWhollyKnown() {
		t.Errorf("%s: something is unknown after apply: %#v", typeName, applied)
	}
	return applied
}

// TestIdsRepeat: equal runs give equal ids, equal resources of one run do not.
func TestIdsRepeat(t *testing.T) {
	network := map[string]cty.Value{"cidr_block": cty.StringVal("10.0.0.0/16")}
	first, second := newServer(t), newServer(t)
	one, again := made(t, first, "aws_vpc", network), made(t, first, "aws_vpc", network)
	if text(member(one, "id")) == text(member(again, "id")) {
		t.Errorf("two resources of one content share the id %s", text(member(one, "id")))
	}
	if other := made(t, second, "aws_vpc", network); !other.RawEquals(one) {
		t.Errorf("the same resource in another run: got %#v, want %#v", other, one)
	}
}

// TestEveryTypeHasAnIdentity: a type without one would get ids and ARNs without
// meaning, which later roots would take for real.
func TestEveryTypeHasAnIdentity(t *testing.T) {
	server := newServer(t)
	for _, typeName := range sortedKeys(server.catalogue.resources) {
		arn, exists := server.catalogue.resources[typeName].block.Attributes["arn"]
		if exists && arn.Computed && identities[typeName]["arn"] == "" {
			t.Errorf("%s has an arn and no shape for it in identities", typeName)
		}
	}
}

// TestTablesNameTheSchema finds misspelt types and attributes.
func TestTablesNameTheSchema(t *testing.T) {
	server := newServer(t)
	for typeName, names := range forceNew {
		schema, exists := server.catalogue.resources[typeName]
		if !exists {
			continue // hclgen's schema is trimmed to the types in use
		}
		for _, name := range names {
			if !schema.object.HasAttribute(name) {
				t.Errorf("forceNew: %s has no %s", typeName, name)
			}
		}
	}
	for typeName, shapes := range identities {
		schema, exists := server.catalogue.resources[typeName]
		for path := range shapes {
			if name, _, _ := strings.Cut(path, "."); exists && !schema.object.HasAttribute(name) {
				t.Errorf("identities: %s has no %s", typeName, name)
			}
		}
	}
}

func TestPolicyDocument(t *testing.T) {
	block := func(members map[string]cty.Value) cty.Value { return cty.ObjectVal(members) }
	config := block(map[string]cty.Value{"statement": cty.ListVal([]cty.Value{block(map[string]cty.Value{
		"sid":       cty.StringVal("Write"),
		"actions":   cty.SetVal([]cty.Value{cty.StringVal("dynamodb:PutItem"), cty.StringVal("dynamodb:GetItem")}),
		"resources": cty.SetVal([]cty.Value{cty.StringVal("arn:aws:dynamodb:*:1:table/t")}),
		"principals": cty.SetVal([]cty.Value{block(map[string]cty.Value{
			"type": cty.StringVal("Service"), "identifiers": cty.SetVal([]cty.Value{cty.StringVal("lambda.amazonaws.com")}),
		})}),
	})})})
	answered, err := policyDocument(config, "")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Version":"2012-10-17","Statement":[{"Sid":"Write","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem"],` +
		`"Resource":"arn:aws:dynamodb:*:1:table/t","Principal":{"Service":"lambda.amazonaws.com"}}]}`
	if got := text(answered["minified_json"]); got != want {
		t.Errorf("minified_json:\n got %s\nwant %s", got, want)
	}
	if !json.Valid([]byte(text(answered["json"]))) {
		t.Errorf("json: not valid: %s", text(answered["json"]))
	}
}
