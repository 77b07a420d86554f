package apply

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
)

// silentHandler returns no attributes.
type silentHandler struct{}

func (silentHandler) Put(context.Context, Resource) (map[string]cty.Value, error) { return nil, nil }
func (silentHandler) Delete(context.Context, Resource) error                      { return nil }

// changes are the calls but reads.
func (c *cloud) changes() []string {
	return slices.DeleteFunc(c.take(), func(call string) bool { return strings.HasPrefix(call, "read ") })
}

func wantCalls(t *testing.T, c *cloud, want ...string) {
	t.Helper()
	got := c.changes()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

const chainOfThree = providerBlock + `
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_route_table_association" "c" {
  subnet_id      = aws_subnet.b.id
  route_table_id = "rtb"
}
`

func TestChangeOfOneAttribute(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	wantCalls(t, cloud, "create r/aws_vpc.a", "create r/aws_subnet.b", "create r/aws_route_table_association.c")

	edit(t, filepath.Join(folder, "r/main.tf"), "10.0.0.0/24", "10.0.1.0/24")
	mustApply(t, engine, folder)
	update := cloud.find(t, "r", "aws_subnet.b")
	if got := text(update.Prior.GetAttr("cidr_block")); got != "10.0.0.0/24" {
		t.Errorf("prior cidr_block %q, want the one before", got)
	}
	if got := text(update.Prior.GetAttr("id")); got != "r/aws_subnet.b.id" {
		t.Errorf("prior id %q", got)
	}
	wantCalls(t, cloud, "update r/aws_subnet.b") // its id stayed, so c has no change

	cloud.answers = map[string]map[string]cty.Value{"aws_subnet.b": {"id": cty.StringVal("subnet-2")}}
	edit(t, filepath.Join(folder, "r/main.tf"), "10.0.1.0/24", "10.0.2.0/24")
	mustApply(t, engine, folder)
	wantCalls(t, cloud, "update r/aws_subnet.b", "update r/aws_route_table_association.c")
}

func TestDefaultTagsAreAChange(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": "provider \"aws\" {\n  region = \"us-east-1\"\n  default_tags {\n    tags = { x = \"1\" }\n  }\n}\nresource \"aws_vpc\" \"a\" {}"})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	edit(t, filepath.Join(folder, "r/main.tf"), `x = "1"`, `x = "2"`)
	mustApply(t, engine, folder)
	wantCalls(t, cloud, "update r/aws_vpc.a")
}

func TestWhatIsGoneIsDeletedFirstAndInReverse(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	rewrite(t, folder, map[string]string{"r/main.tf": providerBlock + "resource \"aws_vpc\" \"renamed\" {\n  cidr_block = \"10.0.0.0/16\"\n}"})
	report := mustApply(t, engine, folder)
	wantCalls(t, cloud, "delete r/aws_route_table_association.c", "delete r/aws_subnet.b", "delete r/aws_vpc.a", "create r/aws_vpc.renamed")
	if report.Deleted != 3 || report.Created != 1 {
		t.Errorf("report %+v", report)
	}
	if left := engine.Resources(); len(left) != 1 || left[0].Address != "aws_vpc.renamed" {
		t.Errorf("left: %v", left)
	}
}

func TestRootThatIsGone(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree, "s/main.tf": providerBlock + "output \"x\" {\n  value = 1\n}"})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	if err := os.RemoveAll(filepath.Join(folder, "r")); err != nil {
		t.Fatal(err)
	}
	mustApply(t, engine, folder)
	wantCalls(t, cloud, "delete r/aws_route_table_association.c", "delete r/aws_subnet.b", "delete r/aws_vpc.a")
}

func TestPreventDestroy(t *testing.T) {
	const kept = providerBlock + "resource \"aws_vpc\" \"a\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n"
	folder := write(t, map[string]string{"r/main.tf": kept})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	rewrite(t, folder, map[string]string{"r/main.tf": providerBlock})
	_, err := engine.Apply(context.Background(), folder)
	if err == nil || !strings.Contains(err.Error(), "r/main.tf:4: aws_vpc.a: is gone from the files, and its prevent_destroy forbids") {
		t.Errorf("error %v", err)
	}
	wantCalls(t, cloud)
	if err := engine.Destroy(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, cloud, "delete r/aws_vpc.a")
}

func TestAnotherRegionIsAnotherResource(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree + "resource \"aws_iam_role\" \"i\" {\n  assume_role_policy = \"{}\"\n}\n"})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	edit(t, filepath.Join(folder, "r/main.tf"), `cidr_block = "10.0.0.0/24"`, "cidr_block = \"10.0.0.0/24\"\n  region = \"us-west-2\"")
	report := mustApply(t, engine, folder)
	if r := cloud.calls[0]; r.action != Delete || r.Region != "us-east-1" {
		t.Errorf("first call %s in %s, want the deletion in us-east-1", r, r.Region)
	}
	wantCalls(t, cloud, "delete r/aws_subnet.b", "create r/aws_subnet.b")
	if report.Deleted != 1 || report.Created != 1 {
		t.Errorf("report %+v", report)
	}
	// A type without Region stays where it is.
	edit(t, filepath.Join(folder, "r/main.tf"), `region = "us-east-1"`, `region = "eu-west-1"`)
	mustApply(t, engine, folder)
	for _, call := range cloud.changes() {
		if strings.Contains(call, "aws_iam_role") {
			t.Errorf("%s: a role has no Region, and so no change", call)
		}
	}
}

func TestIgnoreChanges(t *testing.T) {
	for name, test := range map[string]struct {
		ignored, before, after string
		want                   []string
	}{
		"argument":                {"cidr_block", `cidr_block = "10.0.0.0/16"`, `cidr_block = "10.1.0.0/16"`, nil},
		"argument beside":         {"cidr_block", `cidr_block = "10.0.0.0/16"`, "cidr_block = \"10.1.0.0/16\"\n  instance_tenancy = \"default\"", []string{"update r/aws_vpc.a"}},
		"argument that appears":   {"cidr_block", ``, `cidr_block = "10.1.0.0/16"`, nil},
		"argument that vanishes":  {"cidr_block", `cidr_block = "10.1.0.0/16"`, ``, nil},
		"element":                 {`tags["x"]`, `tags = { x = "1", y = "1" }`, `tags = { x = "2", y = "1" }`, nil},
		"element with a dot":      {`tags.x`, `tags = { x = "1", y = "1" }`, `tags = { x = "2", y = "1" }`, nil},
		"element that appears":    {`tags["x"]`, `tags = { y = "1" }`, `tags = { x = "2", y = "1" }`, nil},
		"element that vanishes":   {`tags["x"]`, `tags = { x = "2", y = "1" }`, `tags = { y = "1" }`, nil},
		"element beside":          {`tags["x"]`, `tags = { x = "1", y = "1" }`, `tags = { x = "2", y = "2" }`, []string{"update r/aws_vpc.a"}},
		"map that appears":        {`tags["x"]`, ``, `tags = { x = "2" }`, []string{"update r/aws_vpc.a"}},
		"everything":              {"all", `cidr_block = "10.0.0.0/16"`, `instance_tenancy = "default"`, nil},
		"nothing of what changed": {"tags", `cidr_block = "10.0.0.0/16"`, `cidr_block = "10.1.0.0/16"`, []string{"update r/aws_vpc.a"}},
	} {
		t.Run(name, func(t *testing.T) {
			list := "[" + test.ignored + "]"
			if test.ignored == "all" {
				list = "all"
			}
			file := func(arguments string) map[string]string {
				return map[string]string{"r/main.tf": providerBlock + "resource \"aws_vpc\" \"a\" {\n  " + arguments + "\n  lifecycle {\n    create_before_destroy = true\n    ignore_changes = " + list + "\n  }\n}\n"}
			}
			folder := write(t, file(test.before))
			cloud, engine := newCloud()
			mustApply(t, engine, folder)
			cloud.take()
			rewrite(t, folder, file(test.after))
			mustApply(t, engine, folder)
			if test.want != nil && !strings.HasPrefix(test.ignored, "tags") && strings.Contains(test.before, "10.0.0.0/16") && test.ignored != "tags" {
				if got := text(cloud.find(t, "r", "aws_vpc.a").Config.GetAttr("cidr_block")); got != "10.0.0.0/16" {
					t.Errorf("the handler saw cidr_block %q, want the ignored change left out", got)
				}
			}
			wantCalls(t, cloud, test.want...)
		})
	}
}

func TestBlocksInIgnoreChanges(t *testing.T) {
	file := func(memory, value string) map[string]string {
		return map[string]string{"r/main.tf": providerBlock + "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  role = \"r\"\n  memory_size = " + memory +
			"\n  environment {\n    variables = { A = \"" + value + "\" }\n  }\n  lifecycle {\n    ignore_changes = [environment[0].variables]\n  }\n}\n"}
	}
	folder := write(t, file("128", "1"))
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	rewrite(t, folder, file("128", "2"))
	mustApply(t, engine, folder)
	wantCalls(t, cloud)
	rewrite(t, folder, file("256", "3"))
	mustApply(t, engine, folder)
	variables := cty.GetAttrPath("environment").IndexInt(0).GetAttr("variables").IndexString("A")
	if got, err := variables.Apply(cloud.find(t, "r", "aws_lambda_function.f").Config); err != nil || text(got) != "1" {
		t.Errorf("variable %#v, %v, want 1", got, err)
	}
}

func TestFailureStopsAndTheNextApplyGoesOn(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree})
	cloud, engine := newCloud()
	broken := errors.New("no more addresses")
	cloud.before = func(action Action, r Resource) error {
		if r.Type == "aws_subnet" && action != Delete {
			return broken
		}
		return nil
	}
	report, err := engine.Apply(context.Background(), folder)
	var failure *ResourceError
	if !errors.As(err, &failure) || !errors.Is(err, broken) {
		t.Fatalf("error %v, want the handler's", err)
	}
	if want := "r/main.tf:8: create aws_subnet.b in r: no more addresses"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %q, want it to end with %q", err, want)
	}
	wantCalls(t, cloud, "create r/aws_vpc.a")
	if report.Created != 1 {
		t.Errorf("report %+v, want what was done", report)
	}
	var half Instance
	for _, instance := range engine.Resources() {
		if instance.Address == "aws_subnet.b" {
			half = instance
		}
	}
	if half.Err == nil || half.Prior != cty.NilVal {
		t.Errorf("the failed one: %+v, want its error and no attributes", half)
	}
	cloud.before = nil
	mustApply(t, engine, folder)
	wantCalls(t, cloud, "create r/aws_subnet.b", "create r/aws_route_table_association.c")
}

func TestFailedUpdateIsRepeated(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree})
	cloud, engine := newCloud()
	mustApply(t, engine, folder)
	cloud.take()
	cloud.before = func(Action, Resource) error { return errors.New("busy") }
	edit(t, filepath.Join(folder, "r/main.tf"), "10.0.0.0/24", "10.0.1.0/24")
	if _, err := engine.Apply(context.Background(), folder); err == nil {
		t.Fatal("no error")
	}
	cloud.before = nil
	edit(t, filepath.Join(folder, "r/main.tf"), "10.0.1.0/24", "10.0.0.0/24") // back: but how far did the update come?
	mustApply(t, engine, folder)
	wantCalls(t, cloud, "update r/aws_subnet.b")
}

func TestHalfMadeIsDestroyed(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": chainOfThree})
	cloud, engine := newCloud()
	cloud.before = func(action Action, r Resource) error {
		if r.Type == "aws_subnet" && action == Create {
			return errors.New("no")
		}
		return nil
	}
	if _, err := engine.Apply(context.Background(), folder); err == nil {
		t.Fatal("no error")
	}
	cloud.take()
	if err := engine.Destroy(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, cloud, "delete r/aws_subnet.b", "delete r/aws_vpc.a")
}

func TestMeaninglessTypes(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": providerBlock + "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_sns_topic\" \"t\" {\n  kms_master_key_id = aws_kms_key.k.arn\n}\n"})
	cloud := &cloud{}
	handlers := cloud.handlers()
	delete(handlers.Managed, "aws_kms_key")
	handlers.Meaningless = map[string]string{"aws_kms_key": "nothing is encrypted"}
	asked := 0
	handlers.Identity = func(r Resource) map[string]cty.Value {
		asked++
		return map[string]cty.Value{"arn": cty.StringVal("arn:" + r.Region + ":" + r.Address)}
	}
	engine := New(Options{Handlers: handlers})
	for range 2 {
		report := mustApply(t, engine, folder)
		if report.Meaningless != 1 || report.Created+report.Unchanged != 1 {
			t.Errorf("report %+v, want one meaningless and one other", report)
		}
	}
	if asked != 1 {
		t.Errorf("the identity was asked %d times, want once", asked)
	}
	if got := text(cloud.find(t, "r", "aws_sns_topic.t").Config.GetAttr("kms_master_key_id")); got != "arn:us-east-1:aws_kms_key.k" {
		t.Errorf("key %q", got)
	}
	if first := engine.Resources()[0]; first.Reason != "nothing is encrypted" {
		t.Errorf("reason %q", first.Reason)
	}
	cloud.take()
	if err := engine.Destroy(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, cloud, "delete r/aws_sns_topic.t")
}

func TestWhatTheFilesSayWins(t *testing.T) {
	cloud, engine := newCloud()
	cloud.answers = map[string]map[string]cty.Value{"aws_vpc.a": {"cidr_block": cty.StringVal("of the handler"), "instance_tenancy": cty.StringVal("default")}}
	mustApply(t, engine, write(t, map[string]string{"r/main.tf": chainOfThree}))
	for _, instance := range engine.Resources() {
		if instance.Address == "aws_vpc.a" {
			if got := text(instance.Prior.GetAttr("cidr_block")); got != "10.0.0.0/16" {
				t.Errorf("cidr_block %q, want that of the files", got)
			}
			if got := text(instance.Prior.GetAttr("instance_tenancy")); got != "default" {
				t.Errorf("instance_tenancy %q, want what the handler says of an unset argument", got)
			}
		}
	}
}

func TestWrongAnswersOfHandlers(t *testing.T) {
	folder := write(t, map[string]string{"r/main.tf": providerBlock + "resource \"aws_vpc\" \"a\" {}\n"})
	for name, test := range map[string]struct {
		answer cty.Value
		key    string
		want   string
	}{
		"unknown name":  {cty.StringVal("x"), "nme", "the handler returned nme, which aws_vpc does not have"},
		"wrong type":    {cty.StringVal("perhaps"), "enable_dns_support", "the handler returned enable_dns_support: "},
		"unknown value": {cty.UnknownVal(cty.String), "arn", "the handler returned an unknown arn"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, engine := newCloud()
			cloud.answers = map[string]map[string]cty.Value{"aws_vpc.a": {test.key: test.answer}}
			if _, err := engine.Apply(context.Background(), folder); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
