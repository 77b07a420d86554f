package engine

import (
	"slices"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

func TestChanges(t *testing.T) {
	plan := &tfjson.Plan{ResourceChanges: []*tfjson.ResourceChange{
		resourceChange("aws_vpc.new", "aws_vpc", tfjson.ManagedResourceMode, tfjson.ActionCreate),
		resourceChange("aws_vpc.same", "aws_vpc", tfjson.ManagedResourceMode, tfjson.ActionNoop),
		resourceChange("data.aws_caller_identity.current", "aws_caller_identity", tfjson.DataResourceMode, tfjson.ActionRead),
		resourceChange("aws_dynamodb_table.sessions", "aws_dynamodb_table", tfjson.ManagedResourceMode, tfjson.ActionUpdate),
		resourceChange("aws_rds_cluster.payment", "aws_rds_cluster", tfjson.ManagedResourceMode, tfjson.ActionDelete, tfjson.ActionCreate),
		resourceChange("aws_acm_certificate.primary", "aws_acm_certificate", tfjson.ManagedResourceMode, tfjson.ActionCreate, tfjson.ActionDelete),
		resourceChange("aws_kms_key.data", "aws_kms_key", tfjson.ManagedResourceMode, tfjson.ActionDelete),
		resourceChange("aws_route53_zone.payment", "aws_route53_zone", tfjson.ManagedResourceMode, tfjson.ActionForget),
	}}
	got := Plan{Changes: changes(plan)}
	want := []Change{
		{"aws_vpc.new", "aws_vpc", Create},
		{"aws_dynamodb_table.sessions", "aws_dynamodb_table", Update},
		{"aws_rds_cluster.payment", "aws_rds_cluster", Replace},
		{"aws_acm_certificate.primary", "aws_acm_certificate", Replace},
		{"aws_kms_key.data", "aws_kms_key", Delete},
		{"aws_route53_zone.payment", "aws_route53_zone", Forget},
	}
	if !slices.Equal(got.Changes, want) {
		t.Errorf("changes %v, want %v", got.Changes, want)
	}
	if n := got.Count(Replace); n != 2 {
		t.Errorf("%d replacements, want 2", n)
	}
	// An update of a table and the replacement of a certificate lose nothing.
	losses := []Change{want[2], want[4], want[5]}
	if !slices.Equal(got.Losses(), losses) {
		t.Errorf("losses %v, want %v", got.Losses(), losses)
	}
}

func resourceChange(address, resourceType string, mode tfjson.ResourceMode, actions ...tfjson.Action) *tfjson.ResourceChange {
	return &tfjson.ResourceChange{Address: address, Type: resourceType, Mode: mode, Change: &tfjson.Change{Actions: actions}}
}

func TestResources(t *testing.T) {
	state := &tfjson.State{Values: &tfjson.StateValues{RootModule: &tfjson.StateModule{
		Resources: []*tfjson.StateResource{
			{Address: "aws_rds_cluster.payment", Type: "aws_rds_cluster", Mode: tfjson.ManagedResourceMode, AttributeValues: map[string]any{"deletion_protection": true}},
			{Address: "data.aws_region.here", Type: "aws_region", Mode: tfjson.DataResourceMode},
		},
		ChildModules: []*tfjson.StateModule{{Resources: []*tfjson.StateResource{
			{Address: "module.a.aws_dynamodb_table.t", Type: "aws_dynamodb_table", Mode: tfjson.ManagedResourceMode, AttributeValues: map[string]any{"deletion_protection_enabled": false}},
		}}},
	}}}
	want := []Resource{
		{Address: "aws_rds_cluster.payment", Type: "aws_rds_cluster", Protected: true},
		{Address: "module.a.aws_dynamodb_table.t", Type: "aws_dynamodb_table"},
	}
	if got := resources(state); !slices.Equal(got, want) {
		t.Errorf("resources %v, want %v", got, want)
	}
	if got := resources(&tfjson.State{}); got != nil {
		t.Errorf("an empty state has resources %v", got)
	}
}

func TestOutputText(t *testing.T) {
	tests := map[string]struct {
		output Output
		want   string
	}{
		"text":      {Output{Value: "vpc-1"}, "vpc-1"},
		"list":      {Output{Value: []any{"a", "b"}}, `["a","b"]`},
		"number":    {Output{Value: 5432.0}, "5432"},
		"sensitive": {Output{Value: "secret", Sensitive: true}, "(sensitive)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.output.Text(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
