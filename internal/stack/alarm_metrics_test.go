package stack_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// An alarm on a metric that no function emits would never be raised. Every own metric of an alarm must be emitted by code of
// the functions, and every metric that has a name must be emitted at all.
func TestAlarmsWatchWhatIsEmitted(t *testing.T) {
	constants := metricConstants(t)
	emitters := emittingFiles(t, constants)
	for value, constant := range constants {
		if len(emitters[constant]) == 0 {
			t.Errorf("nothing emits telemetry.%s (%s)", constant, value)
		}
	}
	files := parse(t, build(t, nil))
	watched := 0
	for _, root := range []string{"us-east-1", "us-west-2"} {
		for _, address := range files.ofType(root, "aws_cloudwatch_metric_alarm") {
			block := files.block(t, root, address)
			if literal(block, "namespace").AsString() != telemetry.Namespace {
				continue
			}
			watched++
			if name := literal(block, "metric_name").AsString(); constants[name] == "" {
				t.Errorf("%s/%s watches %s, which is not a metric of ours", root, address, name)
			}
		}
	}
	if watched < 16 {
		t.Errorf("only %d alarms on own metrics were found", watched)
	}
}

// CloudWatch finds a metric by exactly its dimensions: one more or one less is another metric.
func TestBackupAlarmsHaveTheEmittedDimensions(t *testing.T) {
	var out bytes.Buffer
	verdict := backup.Verdict{Cluster: "payment-primary-dev-test", Level: backup.Failure, Reasons: []string{"stale"}}
	if err := backup.EmitVerdict(telemetry.NewWriter(&out, "dev-test"), time.Unix(0, 0), verdict); err != nil {
		t.Fatal(err)
	}
	var line struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || len(line.AWS.CloudWatchMetrics) == 0 {
		t.Fatalf("emitted %s: %v", &out, err)
	}
	emitted := map[string][]string{}
	for _, group := range line.AWS.CloudWatchMetrics {
		for _, metric := range group.Metrics {
			emitted[metric.Name] = group.Dimensions[0]
		}
	}
	files := parse(t, build(t, nil))
	for _, name := range []string{"backup_failed", "backup_silent"} {
		alarm := files.block(t, "us-east-1", "aws_cloudwatch_metric_alarm."+name)
		metric := literal(alarm, "metric_name").AsString()
		if got, want := dimensionNames(alarm), emitted[metric]; !sameSet(got, want) {
			t.Errorf("%s watches %s with the dimensions %v, emitted with %v", name, metric, got, want)
		}
	}
}

func dimensionNames(alarm *hclsyntax.Block) []string {
	var names []string
	for _, item := range alarm.Body.Attributes["dimensions"].Expr.(*hclsyntax.ObjectConsExpr).Items {
		if key, diagnostics := item.KeyExpr.Value(nil); !diagnostics.HasErrors() && key.Type() == cty.String {
			names = append(names, key.AsString())
		}
	}
	return names
}

func sameSet(a, b []string) bool {
	seen := map[string]int{}
	for _, s := range a {
		seen[s]++
	}
	for _, s := range b {
		seen[s]--
	}
	for _, count := range seen {
		if count != 0 {
			return false
		}
	}
	return len(a) > 0
}

// metricConstants are the metrics of package telemetry, by value.
func metricConstants(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../telemetry/metrics.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || strings.HasPrefix(spec.Names[0].Name, "Dimension") || spec.Names[0].Name == "Namespace" {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		constants[value] = spec.Names[0].Name
		return true
	})
	return constants
}

// emittingFiles are the functions' source files that name each constant; the stack and the tests do not count.
func emittingFiles(t *testing.T, constants map[string]string) map[string][]string {
	t.Helper()
	emitters := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "../stack") || strings.HasPrefix(path, "../telemetry") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // some other package's trouble
		}
		ast.Inspect(file, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if from, ok := selector.X.(*ast.Ident); ok && from.Name == "telemetry" {
				emitters[selector.Sel.Name] = append(emitters[selector.Sel.Name], path)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return emitters
}
