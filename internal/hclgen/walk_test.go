package hclgen_test

import (
	"slices"
	"testing"

	"github.com/paymentdr/paymentdr/internal/hclgen"
)

func TestBlocksCanBeWalked(t *testing.T) {
	m := rootModule()
	var addresses []string
	for _, block := range m.Blocks() {
		addresses = append(addresses, block.Address())
	}
	want := []string{"terraform", "provider.aws", "provider.aws.west", "var.suffix", "locals", "aws_vpc.primary", "aws_sns_topic.alerts",
		"aws_iam_role.processor", "output.vpc_id"}
	if !slices.Equal(addresses, want) {
		t.Errorf("addresses %v, want %v", addresses, want)
	}
	vpc := m.Blocks()[5]
	if vpc.Kind() != hclgen.KindResource || vpc.Type() != "aws_vpc" || vpc.Name() != "primary" || vpc.File() != "main.tf" || vpc.Reason() == "" {
		t.Errorf("vpc is %s %s %s in %s", vpc.Kind(), vpc.Type(), vpc.Name(), vpc.File())
	}
	cidr, ok := vpc.Attribute("cidr_block")
	if text, literal := hclgen.Literal(cidr); !ok || !literal || text != "10.0.0.0/16" {
		t.Errorf("cidr_block is %q", hclgen.Text(cidr))
	}
	value, _ := m.Blocks()[8].Attribute("value")
	if block, path, ok := hclgen.Referenced(value); !ok || block != vpc || path != "id" {
		t.Errorf("output refers to %v %q", block, path)
	}
	provider := m.Blocks()[1].Nested("default_tags")
	if len(provider) != 1 || provider[0].Parent() != m.Blocks()[1] || provider[0].Address() != "provider.aws" {
		t.Errorf("default_tags are %v", provider)
	}
}

func TestRootModuleIsClean(t *testing.T) {
	s, err := hclgen.LoadSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range rootModule().Check(s) {
		t.Error(fault)
	}
}
