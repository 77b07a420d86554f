package stack_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/stack"
	"github.com/paymentdr/paymentdr/internal/synth"
)

var update = flag.Bool("update", false, "write examples/default anew")

// exampleFolder is the committed system of the default configuration, the golden files of this package.
const exampleFolder = "../../examples/default"

func build(t testing.TB, change func(*config.Config)) *stack.System {
	t.Helper()
	cfg := config.Default()
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Validate().Err(); err != nil {
		t.Fatalf("configuration of this test: %v", err)
	}
	system, err := stack.Build(cfg)
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	return system
}

func TestExampleIsFresh(t *testing.T) {
	want := build(t, nil).Files()
	if *update {
		if _, err := synth.Write(exampleFolder, want, synth.Options{Force: true}); err != nil {
			t.Fatal(err)
		}
	}
	got := readExample(t)
	for name, content := range want {
		if !bytes.Equal(got[name], content) {
			t.Errorf("examples/default/%s is not what the default configuration gives: run make example", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("examples/default/%s is not generated any more: run make example", name)
		}
	}
}

func readExample(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(exampleFolder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".tf") || strings.Contains(path, ".terraform") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(exampleFolder, path)
		files[filepath.ToSlash(name)] = content
		return err
	})
	if err != nil {
		t.Fatalf("read example: %v", err)
	}
	if len(files) == 0 {
		t.Fatalf("%s holds no files", exampleFolder)
	}
	return files
}

// Building twice must not differ: map order must not leak into the files.
func TestBuildIsDeterministic(t *testing.T) {
	first := build(t, nil).Files()
	for range 5 {
		for name, content := range build(t, nil).Files() {
			if !bytes.Equal(first[name], content) {
				t.Fatalf("%s differs between two builds of one configuration", name)
			}
		}
	}
}
