package hclgen_test

import "github.com/paymentdr/paymentdr/internal/hclgen"

// rootModule is a small root as the stack would write it.
func rootModule() *hclgen.Module {
	m := hclgen.NewModule("root")
	m.Header("versions.tf", "Versions and where the state is.")
	terraform := m.Terraform("versions.tf").Set("required_version", ">= 1.11.0")
	terraform.Block("required_providers").Set("aws", hclgen.Object(
		hclgen.F("source", "hashicorp/aws"), hclgen.F("version", "~> 6.0")))
	terraform.Block("backend", "s3").Set("use_lockfile", true)
	m.Provider("versions.tf", "aws").Set("region", "us-east-1").
		Block("default_tags").Set("tags", map[string]string{"Project": "payment-dr", "Environment": "test"})
	west := m.Provider("versions.tf", "aws").Set("alias", "west").Set("region", "us-west-2")

	suffix := m.Variable("variables.tf", "suffix").Set("type", hclgen.Keyword("string")).
		Set("description", "Ends every name.")
	name := m.Local("main.tf", "name", hclgen.Template("payment-", suffix.Ref("")))
	m.Local("main.tf", "tags", hclgen.Call("merge", map[string]string{}, hclgen.Map(map[string]any{"Name": name})))

	vpc := m.Resource("main.tf", "aws_vpc", "primary").
		Why("The primary Region's network; nothing in it is reachable from outside.").
		Set("cidr_block", "10.0.0.0/16").Set("enable_dns_hostnames", true).
		Set("tags", map[string]string{"Name": "primary", "Tier": "network"})
	topic := m.Resource("main.tf", "aws_sns_topic", "alerts").
		Set("name", hclgen.Template(name, "-alerts")).Set("provider", west.Ref(""))
	role := m.Resource("main.tf", "aws_iam_role", "processor").
		Set("name", "processor").
		Set("assume_role_policy", hclgen.JSON(hclgen.Object(
			hclgen.F("Version", "2012-10-17"),
			hclgen.F("Statement", []any{hclgen.Object(
				hclgen.F("Effect", "Allow"),
				hclgen.F("Action", "sts:AssumeRole"),
				hclgen.F("Principal", map[string]any{"Service": "lambda.amazonaws.com"}),
				hclgen.F("Condition", map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": "123456789012"}}),
			)}))))
	role.DependsOn(vpc, topic).Lifecycle(func(l *hclgen.Block) {
		l.Set("prevent_destroy", true).Set("ignore_changes", []hclgen.Expr{hclgen.Keyword("description"), hclgen.Keyword("tags")})
	})
	m.Output("outputs.tf", "vpc_id").Set("value", vpc.Ref("id")).Set("description", "Network.")
	return m
}

// layoutModule holds every shape of value.
func layoutModule() *hclgen.Module {
	m := hclgen.NewModule("layout")
	m.Header("values.tf", "Every shape of value.\n\nAnd a second paragraph.")
	b := m.Resource("values.tf", "example_thing", "all").Why(longReason)
	b.Set("plain", "text").Set("count", 2).Set("a_much_longer_name", hclgen.Float(-1.5)).
		Set("empty_list", []string{}).Set("empty_map", map[string]string{}).Set("nothing", nil).
		Set("short_list", []string{"a", "b"}).
		Set("long_list", []string{"a-long-value-number-one", "a-long-value-number-two", "a-long-value-number-three", "four"}).
		Set("after_the_list", hclgen.Traverse(b.Ref("members"), "[0].arn")).
		Set("script", hclgen.Heredoc("#!/bin/sh\n\n  echo ${HOME} 100%{x}\nEOT\n")).
		Set("indented", hclgen.Heredoc("  a\n  b\n")).
		Set("no_newline", hclgen.Heredoc("one\ntwo")).
		Set("objects", hclgen.List(map[string]any{"a": 1}, map[string]any{"b": hclgen.List(map[string]any{"c": 2})})).
		Set("one_object", hclgen.List(map[string]any{"größe": 1, "x": "y", "deep": map[string]string{"k": "v"}, "for": 1})).
		Set("call", hclgen.Call("format", "%s-%d", b.Ref("name"), 3)).
		Set("two_objects", hclgen.Call("merge", map[string]any{"a": 1}, map[string]any{"b": hclgen.Heredoc("x\n")})).
		Set("long_call", hclgen.Call("concat", []string{"a-long-value-number-one", "a-long-value-number-two"}, []string{"a-long-value-number-three", "a-long-value-number-four"})).
		Set("long_items", hclgen.Call("toset", []string{"a-long-value-number-one", "a-long-value-number-two", "a-long-value-number-three", "a-long-value-number-four"})).
		Set("template", hclgen.Template("$", b.Ref("id"), "/%", hclgen.Call("upper", "x"), "\"${literal}\""))
	b.Block("empty")
	nested := b.Block("labelled", "one", "two").Why("Nested reason.").Set("x", 1)
	nested.Block("inner").Set("y", true)
	b.Lifecycle(func(l *hclgen.Block) { l.Set("prevent_destroy", true) })
	b.DependsOn(b)
	m.Resource("values.tf", "example_thing", "bare")
	m.Resource("values.tf", "example_thing", "blocks_only").Block("rule").Set("a", 1)
	counted := m.Resource("values.tf", "example_thing", "region_then_map").Set("region", "us-east-1").Set("tags", map[string]string{"a": "b"})
	counted.Block("rule").Set("map", map[string]string{"a": "b"})
	m.Resource("values.tf", "example_thing", "only_meta").Set("for_each", hclgen.Call("toset", []string{"a"}))
	return m
}

const longReason = "A reason that goes on for longer than a line of a file should be, so that the comment above the block has to be wrapped at a word somewhere near the hundred and tenth column."
