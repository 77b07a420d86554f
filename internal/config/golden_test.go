package config

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files and the schema; read the difference")

// golden compares text with a committed file, or rewrites the file.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read golden file (make it with -update): %v", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not fresh (go test -update rewrites it):\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
