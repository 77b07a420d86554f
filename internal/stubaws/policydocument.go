package stubaws

import (
	"encoding/json"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// policyStatement is a statement in the order in which the provider prints it.
type policyStatement struct {
	Sid          string `json:",omitempty"`
	Effect       string
	Action       any `json:",omitempty"`
	NotAction    any `json:",omitempty"`
	Resource     any `json:",omitempty"`
	NotResource  any `json:",omitempty"`
	Principal    any `json:",omitempty"`
	NotPrincipal any `json:",omitempty"`
	Condition    any `json:",omitempty"`
}

// policyDocument renders aws_iam_policy_document. Merging other documents is not
// modelled, and said so, since a policy with less in it must not look right.
func policyDocument(config cty.Value, _ string) (map[string]cty.Value, error) {
	for _, name := range []string{"source_policy_documents", "override_policy_documents", "source_json", "override_json"} {
		if !awsshape.Member(config, name).IsNull() {
			return nil, fmt.Errorf("aws_iam_policy_document.%s: the stub merges no documents", name)
		}
	}
	document := struct {
		Version   string
		ID        string `json:"Id,omitempty"`
		Statement []policyStatement
	}{Version: "2012-10-17", ID: awsshape.Text(awsshape.Member(config, "policy_id")), Statement: []policyStatement{}}
	if version := awsshape.Text(awsshape.Member(config, "version")); version != "" {
		document.Version = version
	}
	for _, statement := range elements(awsshape.Member(config, "statement")) {
		effect := awsshape.Text(awsshape.Member(statement, "effect"))
		if effect == "" {
			effect = "Allow"
		}
		document.Statement = append(document.Statement, policyStatement{
			Sid: awsshape.Text(awsshape.Member(statement, "sid")), Effect: effect,
			Action: oneOrMany(awsshape.Member(statement, "actions")), NotAction: oneOrMany(awsshape.Member(statement, "not_actions")),
			Resource: oneOrMany(awsshape.Member(statement, "resources")), NotResource: oneOrMany(awsshape.Member(statement, "not_resources")),
			Principal: principals(awsshape.Member(statement, "principals")), NotPrincipal: principals(awsshape.Member(statement, "not_principals")),
			Condition: conditions(awsshape.Member(statement, "condition")),
		})
	}
	pretty, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("print policy document: %w", err)
	}
	minified, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("print policy document: %w", err)
	}
	return texts(map[string]string{"json": string(pretty), "minified_json": string(minified)}), nil
}

// oneOrMany prints a set of one as a string, as the provider does; nil when empty.
func oneOrMany(set cty.Value) any {
	var values []string
	for _, value := range elements(set) {
		values = append(values, awsshape.Text(value))
	}
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	return values
}

func principals(blocks cty.Value) any {
	byType := make(map[string]any)
	for _, block := range elements(blocks) {
		byType[awsshape.Text(awsshape.Member(block, "type"))] = oneOrMany(awsshape.Member(block, "identifiers"))
	}
	if len(byType) == 0 {
		return nil
	}
	if everyone, only := byType["*"]; only && len(byType) == 1 {
		return everyone
	}
	return byType
}

func conditions(blocks cty.Value) any {
	byTest := make(map[string]map[string]any)
	for _, block := range elements(blocks) {
		test := awsshape.Text(awsshape.Member(block, "test"))
		if byTest[test] == nil {
			byTest[test] = make(map[string]any)
		}
		byTest[test][awsshape.Text(awsshape.Member(block, "variable"))] = oneOrMany(awsshape.Member(block, "values"))
	}
	if len(byTest) == 0 {
		return nil
	}
	return byTest
}

// elements are the members of a known collection, none otherwise.
func elements(collection cty.Value) []cty.Value {
	if collection.IsNull() || !collection.IsKnown() {
		return nil
	}
	return collection.AsValueSlice()
}
