package lambdazip

import (
	"archive/zip"
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a source tree with one function and returns its folder.
func module(t *testing.T, folder, source string) string {
	t.Helper()
	files := map[string]string{
		"go.mod":                   "module example.net/functions\n\ngo 1.26\n",
		"cmd/lambda/hello/main.go": source,
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const hello = `package main

import "runtime"

func main() {
	_, file, _, _ := runtime.Caller(0) // would hold the folder's name if the build did not leave it out
	println(file)
}
`

func build(t *testing.T, folder, architecture string) []byte {
	t.Helper()
	archive, err := Builder{Module: folder, Architecture: architecture}.Build(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func TestBuildIsReproducible(t *testing.T) {
	one := build(t, module(t, t.TempDir(), hello), "arm64")
	two := build(t, module(t, filepath.Join(t.TempDir(), "another", "place"), hello), "arm64")
	if !bytes.Equal(one, two) {
		t.Error("the same source in two folders gives two zip files")
	}
	changed := build(t, module(t, t.TempDir(), strings.Replace(hello, "println(file)", "println(file, 1)", 1)), "arm64")
	if bytes.Equal(one, changed) {
		t.Error("another source gives the same zip file")
	}
}

func TestBuildForArchitecture(t *testing.T) {
	folder := module(t, t.TempDir(), hello)
	for architecture, machine := range map[string]elf.Machine{"arm64": elf.EM_AARCH64, "amd64": elf.EM_X86_64} {
		t.Run(architecture, func(t *testing.T) {
			content := only(t, build(t, folder, architecture))
			binary, err := elf.NewFile(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if binary.Machine != machine {
				t.Errorf("built for %v, want %v", binary.Machine, machine)
			}
			if bytes.Contains(content, []byte(folder)) {
				t.Errorf("the binary names the folder %s", folder)
			}
		})
	}
}

// only checks that the zip holds bootstrap and nothing else, and returns it.
func only(t *testing.T, archive []byte) []byte {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	if len(reader.File) != 1 || reader.File[0].Name != "bootstrap" {
		t.Fatalf("the zip holds %v, want bootstrap only", reader.File)
	}
	file := reader.File[0]
	if mode := file.Mode(); mode != 0o755 {
		t.Errorf("mode %v, want -rwxr-xr-x", mode)
	}
	if !file.Modified.Equal(modified) {
		t.Errorf("time %v, want %v", file.Modified, modified)
	}
	opened, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	content, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestPack(t *testing.T) {
	archive, err := Pack([]byte("binary"))
	if err != nil {
		t.Fatal(err)
	}
	if got := only(t, archive); string(got) != "binary" {
		t.Errorf("packed %q", got)
	}
}

func TestBuildFails(t *testing.T) {
	folder := module(t, t.TempDir(), "package main\n\nfunc main() { undefinedThing() }\n")
	_, err := Builder{Module: folder, Architecture: "arm64"}.Build(t.Context(), "hello")
	if err == nil {
		t.Fatal("a function that does not compile was built")
	}
	for _, want := range []string{"build hello: ", "main.go:3", "undefined: undefinedThing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	_, err = Builder{Module: folder, Architecture: "arm64"}.Build(t.Context(), "none")
	if err == nil || !strings.Contains(err.Error(), "build none: ") {
		t.Errorf("a function that is not there: %v", err)
	}
}

func TestBuildWithoutCompiler(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Builder{Module: ".", Architecture: "arm64"}.Build(t.Context(), "hello")
	if err == nil || !strings.Contains(err.Error(), "the Go compiler is needed and not on the PATH") {
		t.Errorf("got %v", err)
	}
}

func TestBuildCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Builder{Module: module(t, t.TempDir(), hello), Architecture: "arm64"}.Build(ctx, "hello")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFindModule(t *testing.T) {
	folder := module(t, t.TempDir(), hello)
	deep := filepath.Join(folder, "cmd", "lambda", "hello")
	for _, start := range []string{folder, deep} {
		if got, err := FindModule(start); err != nil || got != folder {
			t.Errorf("from %s: %s, %v; want %s", start, got, err, folder)
		}
	}
	if _, err := FindModule(t.TempDir()); err == nil || !strings.Contains(err.Error(), "use --no-functions") {
		t.Errorf("outside of a source tree: %v", err)
	}
}
