package hclgen

import (
	"fmt"
	"strconv"
	"strings"
)

// policyArguments are the arguments that hold an IAM policy document.
var policyArguments = map[string]string{
	"aws_iam_policy": "policy", "aws_iam_role_policy": "policy", "aws_iam_role": "assume_role_policy", "aws_kms_key": "policy",
	"aws_kms_replica_key": "policy", "aws_s3_bucket_policy": "policy", "aws_sns_topic_policy": "policy", "aws_vpc_endpoint": "policy",
	"aws_secretsmanager_secret_policy": "policy", "aws_sqs_queue": "policy", "aws_cloudwatch_log_resource_policy": "policy_document",
}

func policyRules() []rule {
	types := make(map[string]bool, len(policyArguments))
	for typ := range policyArguments {
		types[typ] = true
	}
	return []rule{
		{"policy-document", sortedKeys(types), "IAM guide, reference_policies_elements; wildcard actions need a reason in Why that says wildcard:", func(v view) {
			name := policyArguments[v.top.Type()]
			if value := v.value(name); value != nil {
				policyDocument(v, name, value)
			}
		}},
		{"policy-document-data", []string{"data aws_iam_policy_document"}, "as policy-document", func(v view) {
			for _, statement := range v.nested("statement") {
				if !statement.is("effect", "Deny") {
					for _, action := range statement.items("actions") {
						wildcard(v, joinPath(statement.path, "actions"), action)
					}
				}
			}
		}},
	}
}

func policyDocument(v view, path string, value Expr) {
	call, ok := value.(callExpr)
	if !ok || call.name != "jsonencode" || len(call.args) != 1 {
		if _, text := Literal(value); text {
			v.fault(path, "is a policy written as text", "write it with JSON, so that it can be read and checked")
		}
		return
	}
	document, ok := v.c.held(call.args[0]).(objectExpr)
	if !ok {
		return
	}
	if version := document.field("Version"); version == nil || Text(version) != `"2012-10-17"` {
		v.fault(path, `policy has no Version "2012-10-17"`, "set it: without, policy variables are plain text")
	}
	statements := document.field("Statement")
	if statements == nil {
		v.fault(path, "policy has no Statement", "add one")
		return
	}
	for i, statement := range each(v.c.held(statements)) {
		if object, ok := v.c.held(statement).(objectExpr); ok {
			policyStatement(v, path+".Statement["+strconv.Itoa(i)+"]", object)
		}
	}
}

func policyStatement(v view, path string, statement objectExpr) {
	effect := statement.field("Effect")
	if effect == nil || Text(effect) != `"Allow"` && Text(effect) != `"Deny"` {
		v.fault(path, "statement has no Effect Allow or Deny", "set it")
	}
	if (statement.field("Action") == nil) == (statement.field("NotAction") == nil) {
		v.fault(path, "statement needs one of Action and NotAction", "set one")
	}
	resources := statement.field("Resource") != nil || statement.field("NotResource") != nil
	switch v.top.Type() {
	case "aws_iam_policy", "aws_iam_role_policy":
		if !resources {
			v.fault(path, "statement has no Resource", "name what it is allowed on")
		}
	case "aws_iam_role":
		if resources {
			v.fault(path, "a trust policy has no Resource", "remove it")
		}
		fallthrough
	default:
		if statement.field("Principal") == nil && statement.field("NotPrincipal") == nil {
			v.fault(path, "statement has no Principal", "name who it is about")
		}
	}
	if actions := statement.field("Action"); actions != nil && effect != nil && Text(effect) == `"Allow"` {
		for _, action := range each(v.c.held(actions)) {
			wildcard(v, path+".Action", v.c.held(action))
		}
	}
}

func wildcard(v view, path string, action Expr) {
	if text, ok := Literal(action); ok && strings.Contains(text, "*") && !strings.Contains(v.top.why, "wildcard:") {
		v.fault(path, fmt.Sprintf("allows the actions %q", text), `name each action, or give the reason in Why after "wildcard:"`)
	}
}

func (o objectExpr) field(name string) Expr {
	for _, field := range o.fields {
		if field.Name == name {
			return field.Value
		}
	}
	return nil
}

// each is a list's items, or the one value that stands for a list of one.
func each(value Expr) []Expr {
	if list, ok := value.(listExpr); ok {
		return list.items
	}
	return []Expr{value}
}
