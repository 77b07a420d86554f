package hclgen

import "testing"

func referenceCases() []faultCase {
	return []faultCase{
		{"attribute that is not there", `aws_vpc.v.arrn: there is no attribute "arrn"; did you mean "arn"?`, func(m *Module, broken bool) {
			m.Output("out.tf", "o").Set("value", vpc(m).Ref(either(broken, "arrn", "arn").(string)))
		}},
		{"inside a policy in a call", `aws_vpc.v.arrn: there is no attribute`, func(m *Module, broken bool) {
			policy(m, "iam:GetRole", vpc(m).Ref(either(broken, "arrn", "arn").(string)))
		}},
		{"inside a template", `aws_vpc.v.arrn: there is no attribute`, func(m *Module, broken bool) {
			v := vpc(m)
			m.Resource("main.tf", "aws_subnet", "s").Set("vpc_id", Template("x-", v.Ref(either(broken, "arrn", "arn").(string))))
		}},
		{"block of another module", `refers to a block of module other`, func(m *Module, broken bool) {
			v := vpc(m)
			if broken {
				v = vpc(NewModule("other"))
			}
			m.Output("out.tf", "o").Set("value", v.Ref("id"))
		}},
		{"keyword that names no block", `aws_vpc.x.id refers to no block`, func(m *Module, broken bool) {
			vpc(m)
			m.Output("out.tf", "o").Set("value", Keyword(either(broken, "aws_vpc.x.id", "aws_vpc.v.id").(string)))
		}},
		{"nested list without index", `attribute "target_domain_name" of a list; index the list first`, func(m *Module, broken bool) {
			d := m.Resource("main.tf", "aws_apigatewayv2_domain_name", "d").Set("domain_name", "a.b")
			d.Block("domain_name_configuration").Set("certificate_arn", "x").Set("endpoint_type", "REGIONAL").Set("security_policy", "TLS_1_2")
			path := either(broken, "domain_name_configuration.target_domain_name", "domain_name_configuration[0].target_domain_name")
			m.Output("out.tf", "o").Set("value", d.Ref(path.(string)))
		}},
		{"set with index", `in a set of values, which has no order`, func(m *Module, broken bool) {
			cert := m.Resource("main.tf", "aws_acm_certificate", "c").Set("domain_name", "a.b")
			path := either(broken, "domain_validation_options[0].resource_record_name", "domain_validation_options[*].resource_record_name")
			m.Output("out.tf", "o").Set("value", cert.Ref(path.(string)))
		}},
		{"index without count", `is indexed but has neither count nor for_each`, func(m *Module, broken bool) {
			v := vpc(m)
			if !broken {
				v.Set("count", 1)
			}
			m.Output("out.tf", "o").Set("value", v.Ref("[0].id"))
		}},
		{"count without index", `attribute "id" of a list`, func(m *Module, broken bool) {
			v := vpc(m).Set("count", 1)
			m.Output("out.tf", "o").Set("value", v.Ref(either(broken, "id", "[*].id").(string)))
		}},
		{"malformed path", `path "tags[" has an open or empty bracket`, func(m *Module, broken bool) {
			m.Output("out.tf", "o").Set("value", vpc(m).Ref(either(broken, "tags[", `tags["a"]`).(string)))
		}},
		{"traversal of a literal", `only a reference can be traversed`, func(m *Module, broken bool) {
			base := either(broken, String("x"), vpc(m).Ref("")).(Expr)
			m.Output("out.tf", "o").Set("value", Traverse(base, ".id"))
		}},
	}
}

func graphCases() []faultCase {
	return []faultCase{
		{"remote state outputs are of any type", `there is no attribute "output"`, func(m *Module, broken bool) {
			state := m.Data("main.tf", "terraform_remote_state", "global").Set("backend", "local").Set("config", map[string]any{"path": "x"})
			m.Resource("main.tf", "aws_db_subnet_group", "g").Set("subnet_ids", state.Ref(either(broken, "output", "outputs").(string)+".ids"))
		}},
		{"output in its module", `an output cannot be used inside its own module`, func(m *Module, broken bool) {
			o := m.Output("out.tf", "a").Set("value", 1)
			if broken {
				m.Output("out.tf", "b").Set("value", o.Ref(""))
			}
		}},
		{"cycle", `is in a cycle of references: aws_security_group.g, aws_vpc.v, local.l`, func(m *Module, broken bool) {
			v := vpc(m)
			g := m.Resource("main.tf", "aws_security_group", "g").Set("vpc_id", v.Ref("id"))
			l := m.Local("main.tf", "l", Template("sg-", g.Ref("id")))
			if broken {
				v.Set("tags", map[string]any{"g": l})
			}
		}},
		{"cycle by depends_on", `is in a cycle of references: aws_security_group.g, aws_vpc.v`, func(m *Module, broken bool) {
			v := vpc(m)
			g := m.Resource("main.tf", "aws_security_group", "g").Set("vpc_id", v.Ref("id"))
			if broken {
				v.DependsOn(g)
			}
		}},
		{"itself", `aws_vpc.v: refers to itself`, func(m *Module, broken bool) {
			if v := vpc(m); broken {
				v.Set("tags", map[string]any{"id": v.Ref("id")})
			}
		}},
		{"dependency on nothing", `dependency on no block`, func(m *Module, broken bool) {
			if v := vpc(m); broken {
				v.DependsOn(nil)
			}
		}},
		{"unknown function", `there is no function "jsonencod"; did you mean "jsonencode"?`, func(m *Module, broken bool) {
			m.Output("out.tf", "o").Set("value", Call(either(broken, "jsonencod", "jsonencode").(string), 1))
		}},
	}
}

func flowCases() []faultCase {
	password := func(m *Module) *Block { return m.Ephemeral("main.tf", "aws_secretsmanager_random_password", "p") }
	cluster := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_rds_cluster", "c").Set("engine", "aurora-postgresql").Set("skip_final_snapshot", true)
	}
	return []faultCase{
		{"ephemeral in a stored argument", `aws_rds_cluster.c.master_password: would store an ephemeral value in state`, func(m *Module, broken bool) {
			value := password(m).Ref("random_password")
			if c := cluster(m); broken {
				c.Set("master_password", value)
			} else {
				c.Set("master_password_wo", value).Set("master_password_wo_version", 1)
			}
		}},
		{"ephemeral through a local", `aws_vpc.v.tags: would store an ephemeral value in state`, func(m *Module, broken bool) {
			local := m.Local("main.tf", "l", Template("x", password(m).Ref("random_password")))
			if v := vpc(m); broken {
				v.Set("tags", map[string]any{"p": local})
			}
		}},
		{"ephemeral output", `output.o.value: would store an ephemeral value`, func(m *Module, broken bool) {
			o := m.Output("main.tf", "o").Set("value", password(m).Ref("random_password"))
			if !broken {
				o.Set("ephemeral", true)
			}
		}},
		{"write-only without version", `a write-only value without master_password_wo_version is never updated`, func(m *Module, broken bool) {
			if c := cluster(m).Set("master_password_wo", "x"); !broken {
				c.Set("master_password_wo_version", 1)
			}
		}},
		{"sensitive attribute in an output", `output.o.value: shows a sensitive value`, func(m *Module, broken bool) {
			c := cluster(m)
			o := m.Output("main.tf", "o").Set("value", c.Ref("master_password"))
			if !broken {
				o.Set("sensitive", true)
			}
		}},
		{"sensitive variable in an output", `output.o.value: shows a sensitive value`, func(m *Module, broken bool) {
			v := m.Variable("main.tf", "v").Set("sensitive", true)
			m.Output("main.tf", "o").Set("value", either(broken, Template("a", v.Ref("")), Call("nonsensitive", v.Ref(""))))
		}},
	}
}

func metaCases() []faultCase {
	return []faultCase{
		{"provider that is not there", `aws_vpc.v.provider: there is no provider configuration aws.east`, func(m *Module, broken bool) {
			west := m.Provider("main.tf", "aws").Set("alias", "west").Set("region", "us-west-2")
			vpc(m).Set("provider", either(broken, Keyword("aws.east"), west.Ref("")))
		}},
		{"no Region among several", `aws_vpc.v: says neither region nor provider in a module of the Regions us-east-1 and us-west-2`, func(m *Module, broken bool) {
			m.Regions("us-east-1", "us-west-2")
			if v := vpc(m); !broken {
				v.Set("region", "us-east-1")
			}
			m.Resource("main.tf", "aws_route53_zone", "z").Set("name", "a.b") // global: has no Region
		}},
		{"for_each over a list", `aws_vpc.v.for_each: is a list, must be a map or a set of strings`, func(m *Module, broken bool) {
			vpc(m).Set("for_each", either(broken, []string{"a"}, Call("toset", []string{"a"})))
		}},
		{"count and for_each", `count and for_each together`, func(m *Module, broken bool) {
			if v := vpc(m).Set("count", 1); broken {
				v.Set("for_each", map[string]string{})
			}
		}},
		{"depends_on as attribute", `is set as an attribute; use DependsOn`, func(m *Module, broken bool) {
			if v := vpc(m); broken {
				v.Set("depends_on", []string{})
			}
		}},
		{"ignored argument that is not there", `aws_vpc.v.lifecycle.ignore_changes: there is no argument "tag"; did you mean "tags"?`, func(m *Module, broken bool) {
			word := either(broken, "tag", "tags").(string)
			vpc(m).Lifecycle(func(l *Block) { l.Set("ignore_changes", []Expr{Keyword(word)}) })
		}},
		{"unknown lifecycle argument", `prevent_destruction: there is no such attribute; did you mean "prevent_destroy"?`, func(m *Module, broken bool) {
			name := either(broken, "prevent_destruction", "prevent_destroy").(string)
			vpc(m).Lifecycle(func(l *Block) { l.Set(name, true) })
		}},
		{"dynamic block of no kind", `there is no block "replicas" to make; did you mean "replica"?`, func(m *Module, broken bool) {
			d := table(m).Block("dynamic", either(broken, "replicas", "replica").(string)).Set("for_each", []string{"us-west-2"})
			d.Block("content").Set("region_name", Keyword("replica.value"))
		}},
		{"output without value", `output.o.value: is required and not set`, func(m *Module, broken bool) {
			if o := m.Output("main.tf", "o"); !broken {
				o.Set("value", 1)
			}
		}},
		{"unknown provider", `there is no provider "asw"`, func(m *Module, broken bool) {
			m.Provider("main.tf", either(broken, "asw", "aws").(string))
		}},
		{"unknown block in terraform", `terraform.required_provider[0]: there is no such block; did you mean "required_providers"?`, func(m *Module, broken bool) {
			m.Terraform("main.tf").Block(either(broken, "required_provider", "required_providers").(string)).Set("aws", map[string]any{"source": "hashicorp/aws"})
		}},
	}
}

func TestGoldenModulesNeedNoSchemaToPrint(t *testing.T) {
	m := NewModule("unknown")
	m.Resource("main.tf", "nothing_known", "x").Set("a", struct{}{})
	if got, want := string(m.Files()["main.tf"]), "resource \"nothing_known\" \"x\" {\n  a = null\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
