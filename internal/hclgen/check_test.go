package hclgen

import (
	"strings"
	"testing"
)

func schemaForTest(t testing.TB) *Schema {
	t.Helper()
	s, err := LoadSchema()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantFaults fails unless the module's faults are exactly the wanted ones, each
// given as a part of its text.
func wantFaults(t *testing.T, m *Module, want ...string) {
	t.Helper()
	faults := m.Check(schemaForTest(t))
	if len(faults) != len(want) {
		t.Errorf("%d faults, want %d", len(faults), len(want))
		for _, fault := range faults {
			t.Log(fault)
		}
		return
	}
	for i, part := range want {
		if !strings.Contains(faults[i].String(), part) {
			t.Errorf("fault %d is %q, want %q in it", i, faults[i], part)
		}
	}
}

// A case builds the same module with or without its fault.
type faultCase struct {
	name  string
	want  string
	build func(m *Module, broken bool)
}

func vpc(m *Module) *Block {
	return m.Resource("main.tf", "aws_vpc", "v").Set("cidr_block", "10.0.0.0/16")
}

// either is the first value in a broken module, else the second.
func either(broken bool, wrong, right any) any {
	if broken {
		return wrong
	}
	return right
}

func TestCheckAgainstSchema(t *testing.T) {
	for _, group := range [][]faultCase{structureCases(), mistakeCases(), typeCases(), referenceCases(), graphCases(), flowCases(), metaCases()} {
		runCases(t, group)
	}
}

func runCases(t *testing.T, cases []faultCase) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			clean := NewModule("clean")
			test.build(clean, false)
			wantFaults(t, clean)
			broken := NewModule("broken")
			test.build(broken, true)
			wantFaults(t, broken, test.want)
		})
	}
}

func structureCases() []faultCase {
	return []faultCase{
		{"unknown attribute", `aws_vpc.v.enable_dns_hostname: there is no such attribute; did you mean "enable_dns_hostnames"?`, func(m *Module, broken bool) {
			vpc(m).Set(either(broken, "enable_dns_hostname", "enable_dns_hostnames").(string), true)
		}},
		{"unknown block", `aws_vpc.v.timeout[0]: there is no such block`, func(m *Module, broken bool) {
			if b := vpc(m); broken {
				b.Block("timeout")
			}
		}},
		{"unknown type", `there is no resource type "aws_vcp" in the schema; did you mean "aws_vpc"?`, func(m *Module, broken bool) {
			m.Resource("main.tf", either(broken, "aws_vcp", "aws_vpc").(string), "x")
		}},
		{"unknown nested attribute", `aws_dynamodb_table.t.replica[0].region: there is no such attribute`, func(m *Module, broken bool) {
			b := table(m).Block("replica").Set("region_name", "us-west-2")
			if broken {
				b.Set("region", "us-west-2")
			}
		}},
		{"missing attribute", `aws_subnet.s.vpc_id: is required and not set`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_subnet", "s").Set("vpc_id", either(broken, nil, "vpc-1")).Set("cidr_block", "10.0.0.0/24")
		}},
		{"missing block", `aws_s3_bucket_versioning.b.versioning_configuration: 0 blocks, at least 1 required`, func(m *Module, broken bool) {
			b := m.Resource("main.tf", "aws_s3_bucket_versioning", "b").Set("bucket", "x")
			if !broken {
				b.Block("versioning_configuration").Set("status", "Enabled")
			}
		}},
		{"too many blocks", `aws_dynamodb_table.t.point_in_time_recovery: 2 blocks, at most 1 allowed`, func(m *Module, broken bool) {
			b := table(m)
			b.Block("point_in_time_recovery").Set("enabled", true)
			if broken {
				b.Block("point_in_time_recovery").Set("enabled", true)
			}
		}},
		{"read-only", `aws_vpc.v.arn: is read-only`, func(m *Module, broken bool) {
			if b := vpc(m); broken {
				b.Set("arn", "arn:aws:ec2:::x")
			}
		}},
		{"attribute as block", `aws_vpc.v.tags[0]: is an attribute, not a block`, func(m *Module, broken bool) {
			if b := vpc(m); broken {
				b.Block("tags").Set("Name", "x")
			} else {
				b.Set("tags", map[string]string{"Name": "x"})
			}
		}},
		{"block as attribute", `aws_dynamodb_table.t.replica: is a block, not an attribute`, func(m *Module, broken bool) {
			if b := table(m); broken {
				b.Set("replica", List(map[string]any{"region_name": "us-west-2"}))
			} else {
				b.Block("replica").Set("region_name", "us-west-2")
			}
		}},
		{"attributes as blocks", `aws_security_group.g.ingress[0].cidr_block: there is no such attribute; did you mean "cidr_blocks"?`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_security_group", "g").Block("ingress").Set("from_port", 1).Set("to_port", 2).Set("protocol", "tcp").
				Set(either(broken, "cidr_block", "cidr_blocks").(string), []string{"10.0.0.0/8"})
		}},
		{"object without all members", `aws_security_group.g.ingress[0].self: member is missing`, func(m *Module, broken bool) {
			members := map[string]any{"from_port": 1, "to_port": 2, "protocol": "tcp", "cidr_blocks": []string{}, "description": nil,
				"ipv6_cidr_blocks": nil, "prefix_list_ids": nil, "security_groups": nil, "self": nil}
			if broken {
				delete(members, "self")
			}
			m.Resource("main.tf", "aws_security_group", "g").Set("ingress", List(members))
		}},
	}
}

func mistakeCases() []faultCase {
	return []faultCase{
		{"duplicate address", `other.tf: aws_vpc.v: the address is taken by a block in main.tf`, func(m *Module, broken bool) {
			vpc(m)
			m.Resource("other.tf", "aws_vpc", either(broken, "v", "w").(string))
		}},
		{"duplicate attribute", `aws_vpc.v.cidr_block: attribute is set twice`, func(m *Module, broken bool) {
			if b := vpc(m); broken {
				b.Set("cidr_block", "10.1.0.0/16")
			}
		}},
		{"duplicate key", `aws_vpc.v.tags.Name: key is given twice`, func(m *Module, broken bool) {
			vpc(m).Set("tags", Object(F("Name", "a"), F(either(broken, "Name", "Tier").(string), "b")))
		}},
		{"duplicate local", `local.x: the address is taken`, func(m *Module, broken bool) {
			m.Local("main.tf", "x", 1)
			m.Local("main.tf", either(broken, "x", "y").(string), 1)
		}},
		{"invalid name", `"1st" is not a valid name`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_vpc", either(broken, "1st", "first").(string))
		}},
		{"value of no kind", `aws_vpc.v.cidr_block: a value of Go type struct {} cannot be written`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_vpc", "v").Set("cidr_block", either(broken, struct{}{}, "10.0.0.0/16"))
		}},
		{"block as value", `aws_subnet.s.vpc_id: a block is not a value`, func(m *Module, broken bool) {
			v := vpc(m)
			m.Resource("main.tf", "aws_subnet", "s").Set("vpc_id", either(broken, v, v.Ref("id")))
		}},
		{"invalid UTF-8", `aws_vpc.v.tags.Name: the text is not valid UTF-8`, func(m *Module, broken bool) {
			vpc(m).Set("tags", map[string]string{"Name": either(broken, "\xff", "ü").(string)})
		}},
		{"infinite number", `aws_cloudwatch_metric_alarm.a.threshold: number +Inf cannot be written`, func(m *Module, broken bool) {
			alarm(m, Float(either(broken, inf(), 1.5).(float64)))
		}},
	}
}

func typeCases() []faultCase {
	return []faultCase{
		{"string for bool", `aws_vpc.v.enable_dns_support: is the string "yes" where a bool is required`, func(m *Module, broken bool) {
			vpc(m).Set("enable_dns_support", either(broken, "yes", "true"))
		}},
		{"string for number", `aws_route53_record.r.ttl: is the string "soon" where a number is required`, func(m *Module, broken bool) {
			record(m).Set("ttl", either(broken, "soon", "60"))
		}},
		{"number for bool", `aws_vpc.v.enable_dns_support: is the number 1 where a bool is required`, func(m *Module, broken bool) {
			vpc(m).Set("enable_dns_support", either(broken, 1, true))
		}},
		{"string for set", `aws_db_subnet_group.g.subnet_ids: is the string "subnet-1" where a set of string is required; put it in a list`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_db_subnet_group", "g").Set("subnet_ids", either(broken, "subnet-1", []string{"subnet-1"}))
		}},
		{"list for string", `aws_subnet.s.vpc_id: is a list where a string is required`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_subnet", "s").Set("vpc_id", either(broken, []string{"a"}, "a"))
		}},
		{"list for map", `aws_vpc.v.tags: is a list where a map of string is required`, func(m *Module, broken bool) {
			vpc(m).Set("tags", either(broken, []string{"a"}, map[string]string{"a": "b"}))
		}},
		{"object in map of strings", `aws_vpc.v.tags.a: is an object where a string is required`, func(m *Module, broken bool) {
			vpc(m).Set("tags", map[string]any{"a": either(broken, map[string]any{"b": "c"}, "b")})
		}},
		{"reference to number for set", `is aws_route53_record.r.ttl, a number, where a set of string is required`, func(m *Module, broken bool) {
			r := record(m).Set("ttl", 5)
			m.Resource("main.tf", "aws_db_subnet_group", "g").Set("subnet_ids", either(broken, r.Ref("ttl"), r.Ref("records")))
		}},
		{"reference to string for number", `is aws_vpc.v.id, a string, where a number is required`, func(m *Module, broken bool) {
			v := vpc(m)
			record(m).Set("ttl", either(broken, v.Ref("id"), Call("tonumber", v.Ref("id"))))
		}},
		{"list in a string", `aws_vpc.v.tags.a: aws_route53_record.r.records, a set of string, cannot be part of a string`, func(m *Module, broken bool) {
			r := record(m).Set("ttl", 5)
			vpc(m).Set("tags", map[string]any{"a": Template("x-", either(broken, r.Ref("records"), r.Ref("name")))})
		}},
		{"call returns string", `is jsonencode({}), a string, where a map of string is required`, func(m *Module, broken bool) {
			vpc(m).Set("tags", either(broken, JSON(map[string]any{}), Call("merge", map[string]any{})))
		}},
		{"local of wrong type", `is local.l, a list of any, where a string is required`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_subnet", "s").Set("vpc_id", m.Local("main.tf", "l", either(broken, []string{"a"}, "a")))
		}},
		{"variable of wrong type", `is var.l, a list of string, where a string is required`, func(m *Module, broken bool) {
			variable := m.Variable("main.tf", "l").Set("type", Keyword(either(broken, "list(string)", "string").(string)))
			m.Resource("main.tf", "aws_subnet", "s").Set("vpc_id", variable.Ref(""))
		}},
	}
}

func TestCheckReportsAllFaultsSorted(t *testing.T) {
	m := NewModule("all")
	m.Resource("b.tf", "aws_subnet", "s").Set("cidr", "10.0.0.0/24")
	m.Resource("a.tf", "aws_vpc", "v").Set("arn", "x").Set("tags", "none").Set("ipv4_ipam_pool_id", m.Resource("a.tf", "aws_vpc", "w").Ref("idd"))
	wantFaults(t, m,
		`a.tf: aws_vpc.v.arn: is read-only`,
		`a.tf: aws_vpc.v.ipv4_ipam_pool_id: aws_vpc.w.idd: there is no attribute "idd"; did you mean "id"?`,
		`a.tf: aws_vpc.v.tags: is the string "none"`,
		`b.tf: aws_subnet.s.cidr: there is no such attribute; did you mean "cidr_block"?`,
		`b.tf: aws_subnet.s.vpc_id: is required and not set`)
}
