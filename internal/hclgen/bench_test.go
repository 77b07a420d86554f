package hclgen

import (
	"fmt"
	"testing"
)

// stackOf is a module of n resources of the shapes that a stack has.
func stackOf(n int) *Module {
	m := NewModule("bench")
	for i := range n / 4 {
		file := fmt.Sprintf("file%d.tf", i%12)
		name := fmt.Sprintf("r%d", i)
		network := m.Resource(file, "aws_vpc", name).Why("The reason for this network, as long as such a sentence is.").
			Set("cidr_block", "10.0.0.0/16").Set("tags", map[string]string{"Name": name, "Environment": "test"})
		m.Resource(file, "aws_subnet", name).Set("vpc_id", network.Ref("id")).Set("cidr_block", "10.0.1.0/24")
		m.Resource(file, "aws_iam_policy", name).Set("name", name).Set("policy", JSON(Object(F("Version", "2012-10-17"),
			F("Statement", List(Object(F("Effect", "Allow"), F("Action", []string{"dynamodb:GetItem", "dynamodb:PutItem"}), F("Resource", network.Ref("arn"))))))))
		t := m.Resource(file, "aws_dynamodb_table", name).Set("name", Template("table-", network.Ref("id"))).Set("billing_mode", "PAY_PER_REQUEST").Set("hash_key", "id")
		t.Block("attribute").Set("name", "id").Set("type", "S")
		t.Block("point_in_time_recovery").Set("enabled", true)
	}
	return m
}

func BenchmarkFiles(b *testing.B) {
	for _, size := range []int{400, 800} {
		b.Run(fmt.Sprintf("blocks=%d", size), func(b *testing.B) {
			m := stackOf(size)
			b.ReportAllocs()
			for b.Loop() {
				m.Files()
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		stackOf(400)
	}
}

func BenchmarkCheck(b *testing.B) {
	s := schemaForTest(b)
	for _, size := range []int{400, 800} {
		b.Run(fmt.Sprintf("blocks=%d", size), func(b *testing.B) {
			m := stackOf(size)
			b.ReportAllocs()
			for b.Loop() {
				if faults := m.Check(s); len(faults) > 0 {
					b.Fatal(faults)
				}
			}
		})
	}
}

// BenchmarkSchema is what a program pays once, when it first checks a module.
func BenchmarkSchema(b *testing.B) {
	m := stackOf(4)
	b.ReportAllocs()
	for b.Loop() {
		s, err := embeddedSchema()
		if err != nil {
			b.Fatal(err)
		}
		m.Check(s)
	}
}
