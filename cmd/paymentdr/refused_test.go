package main_test

import (
	"archive/zip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot start says what is wrong, where, and what to do, and leaves nothing.
func TestStartsThatFail(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, c *cloud, files string)
		code  int
		words []string
	}{
		{"no such folder of files", func(t *testing.T, _ *cloud, files string) { check(t, os.RemoveAll(files)) }, 2, []string{"no folder with .tf files"}},
		{"a folder without roots", func(t *testing.T, _ *cloud, files string) {
			check(t, os.RemoveAll(files))
			check(t, os.MkdirAll(files, 0o755))
		}, 2, []string{"paymentdr synth"}},
		{"a type that nobody knows", func(t *testing.T, _ *cloud, files string) {
			write(t, filepath.Join(files, "us-east-1", "more.tf"), "resource \"aws_quantum_ledger\" \"payment\" {}\n")
		}, 2, []string{"more.tf:1", "aws_quantum_ledger"}},
		{"a zip file that is not there", func(t *testing.T, _ *cloud, files string) { check(t, os.Remove(processorZip(t, files))) }, 2, []string{"payment-processor", ".zip"}},
		{"a program that ends at its start", func(t *testing.T, _ *cloud, files string) {
			zipped(t, processorZip(t, files), "bootstrap", "#!/bin/sh\necho no luck today >&2\nexit 3\n")
		}, 1, []string{"payment-processor", "crashed", "no luck today"}},
		{"a zip file without a program", func(t *testing.T, _ *cloud, files string) {
			zipped(t, processorZip(t, files), "readme", "nothing to run\n")
		}, 1, []string{"payment-processor", "bootstrap"}},
		{"a state folder of another version", func(t *testing.T, c *cloud, _ string) {
			check(t, os.MkdirAll(c.folder, 0o755))
			mark, err := json.Marshal(map[string]any{"version": 99, "name": c.name, "pid": 1})
			check(t, err)
			write(t, filepath.Join(c.folder, "cloud.json"), string(mark))
		}, 2, []string{"version", "99"}},
		{"a folder of somebody else", func(t *testing.T, c *cloud, _ string) {
			write(t, filepath.Join(c.folder, "thesis.txt"), "three years of work\n")
		}, 2, []string{"thesis.txt"}},
		{"too few open files", func(_ *testing.T, c *cloud, _ string) {
			c.before = []string{"/bin/sh", "-c", `ulimit -n 512; exec "$@"`, "sh"}
		}, 2, []string{"512 files", "ulimit -n"}},
		{"a name that is a path", func(_ *testing.T, c *cloud, _ string) { c.name = "../elsewhere" }, 2, []string{"../elsewhere"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, copied := newCloud(t), filepath.Join(t.TempDir(), "files")
			check(t, os.CopyFS(copied, os.DirFS(files)))
			test.spoil(t, &c, copied)
			before := listing(c.folder)
			got, err := c.run(t.Context(), "local", "up", "--files", copied)
			check(t, err)
			if got.code != test.code {
				t.Errorf("code %d, want %d", got.code, test.code)
			}
			for _, word := range test.words {
				if !strings.Contains(got.stderr, word) {
					t.Errorf("the error does not have %q:\n%s", word, got.stderr)
				}
			}
			t.Logf("%s", strings.TrimSpace(got.stderr))
			if after := listing(c.folder); after != before {
				t.Errorf("the folder had %q, and has %q", before, after)
			}
			if before == "" {
				c.gone()
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(t, os.WriteFile(path, []byte(content), 0o644))
}

// processorZip is the file of the payment processor.
func processorZip(t *testing.T, files string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(files, "lambda", "payment-processor*.zip"))
	check(t, err)
	if len(found) != 1 {
		t.Fatalf("%d zip files of the processor in %s", len(found), files)
	}
	return found[0]
}

func zipped(t *testing.T, path, name, content string) {
	t.Helper()
	file, err := os.Create(path)
	check(t, err)
	defer file.Close()
	writer := zip.NewWriter(file)
	header := &zip.FileHeader{Name: name, Method: zip.Deflate}
	header.SetMode(0o755)
	entry, err := writer.CreateHeader(header)
	check(t, err)
	_, err = entry.Write([]byte(content))
	check(t, err)
	check(t, writer.Close())
}

// listing is what is in a folder, with contents; empty if it is not there.
func listing(folder string) string {
	var found []string
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		content, _ := os.ReadFile(filepath.Join(folder, entry.Name()))
		found = append(found, entry.Name()+": "+string(content))
	}
	return strings.Join(found, "\n")
}
