package stack_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/paymentdr/paymentdr/internal/backup/restore"
)

// AWS offers no narrower resource for these (service authorization reference); everything else must name its own.
var mayNameEveryResource = map[string]string{
	"AttachToNetwork":      "EC2 network interfaces of Lambda: the Describe and Create calls know no resource",
	"NotFromTheCodeItself": "a Deny",
	"MakePassword":         "secretsmanager:GetRandomPassword knows no resource",

	"PauseStrongReplication": "dynamodb:InjectError (FIS user guide, cross-region-scenario: its policy)",
	"FindTargets":            "tag:GetResources knows no resource",
	"SetUpLogDelivery":       "the delivery of logs knows no resource",
	"SeeNetwork":             "ec2:Describe* know no resource",
}

func TestIdentityPoliciesNameTheirResources(t *testing.T) {
	used := map[string]bool{}
	for name, change := range variants() {
		files := parse(t, build(t, change))
		checked := 0
		for root, blocks := range files.roots {
			for address, block := range blocks {
				if block.Type != "resource" || (block.Labels[0] != "aws_iam_policy" && block.Labels[0] != "aws_iam_role_policy") {
					continue
				}
				for _, statement := range statements(t, files, block) {
					checked++
					sid := strings.Trim(statement["Sid"], `"`)
					if strings.Contains(statement["Action"], "*") {
						t.Errorf("%s: %s/%s %s: action %s", name, root, address, sid, statement["Action"])
					}
					if statement["Resource"] != `"*"` {
						continue
					}
					used[sid] = true
					if _, ok := mayNameEveryResource[sid]; !ok {
						t.Errorf("%s: %s/%s %s: allows %s on every resource", name, root, address, sid, statement["Action"])
					}
				}
			}
		}
		if checked < 40 {
			t.Fatalf("%s: only %d statements were found to check", name, checked)
		}
	}
	for sid := range mayNameEveryResource {
		if !used[sid] {
			t.Errorf("the exception for %s is not needed any more", sid)
		}
	}
}

// A function may not attach network interfaces itself, only Lambda on its behalf.
func TestFunctionsInTheVPCAreDeniedLambdasOwnCalls(t *testing.T) {
	files := parse(t, build(t, nil))
	for _, address := range files.ofType("global", "aws_iam_policy") {
		allowed, denied := "", ""
		for _, statement := range statements(t, files, files.block(t, "global", address)) {
			switch strings.Trim(statement["Sid"], `"`) {
			case "AttachToNetwork":
				allowed = statement["Action"]
			case "NotFromTheCodeItself":
				denied = statement["Action"]
				if !strings.Contains(statement["Condition"], "lambda:SourceFunctionArn") {
					t.Errorf("%s: the denial is not bound to the function's code", address)
				}
			}
		}
		if allowed != denied {
			t.Errorf("%s: allowed %s, denied to the code %s", address, allowed, denied)
		}
	}
}

// statements are the statements of a jsonencode policy as source text by key.
func statements(t *testing.T, files parsed, block *hclsyntax.Block) []map[string]string {
	t.Helper()
	call, ok := block.Body.Attributes["policy"].Expr.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "jsonencode" {
		t.Fatalf("%v: the policy is not jsonencode", block.Labels)
	}
	var list []map[string]string
	for _, item := range call.Args[0].(*hclsyntax.ObjectConsExpr).Items {
		if files.text(item.KeyExpr) != "Statement" {
			continue
		}
		for _, element := range item.ValueExpr.(*hclsyntax.TupleConsExpr).Exprs {
			statement := map[string]string{}
			for _, field := range element.(*hclsyntax.ObjectConsExpr).Items {
				statement[files.text(field.KeyExpr)] = files.text(field.ValueExpr)
			}
			list = append(list, statement)
		}
	}
	return list
}

func (p parsed) text(expr hclsyntax.Expression) string {
	r := expr.Range()
	return string(p.files[r.Filename][r.Start.Byte:r.End.Byte])
}

// The role may remove throw-away clusters and nothing else; their name and tag come from the package that makes them.
func TestThrowAwayClustersAreNamedAsTheRoleAllows(t *testing.T) {
	system := build(t, nil)
	suffix := system.Config.EnvironmentSuffix
	name := restore.Name(suffix, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	files := parse(t, system)
	text := string(files.files["global/identity.tf"])
	pattern := "payment-restore-test-" + suffix + "-*"
	if !strings.Contains(text, ":cluster:"+pattern) || !strings.HasPrefix(name, strings.TrimSuffix(pattern, "*")) {
		t.Errorf("a throw-away cluster is named %s, the role allows %s", name, pattern)
	}
	if !strings.Contains(text, `"aws:ResourceTag/`+restore.TagTest+`" = "`+suffix+`"`) {
		t.Errorf("the role does not ask for the tag %s before it removes", restore.TagTest)
	}
}
