package stubaws

import (
	"encoding/json"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
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
	proposed := awsshape.WithMembers(importedState(schema, "", ""), map[string]cty.Value{"id": cty.NullVal(cty.String), "region": cty.NullVal(cty.String)})
	planned, err := server.currentPlanner().plan(typeName, schema, cty.NullVal(schema.Object), awsshape.WithMembers(proposed, arguments))
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
	if awsshape.Text(awsshape.Member(one, "id")) == awsshape.Text(awsshape.Member(again, "id")) {
		t.Errorf("two resources of one content share the id %s", awsshape.Text(awsshape.Member(one, "id")))
	}
	if other := made(t, second, "aws_vpc", network); !other.RawEquals(one) {
		t.Errorf("the same resource in another run: got %#v, want %#v", other, one)
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
	if got := awsshape.Text(answered["minified_json"]); got != want {
		t.Errorf("minified_json:\n got %s\nwant %s", got, want)
	}
	if !json.Valid([]byte(awsshape.Text(answered["json"]))) {
		t.Errorf("json: not valid: %s", awsshape.Text(answered["json"]))
	}
}
