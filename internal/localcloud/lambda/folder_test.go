package lambda

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFolderIsEmptiedAndNothingElse(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"functions/old-1/bootstrap", "state.json"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, Options{Folder: folder})
	if _, err := os.Stat(filepath.Join(folder, "functions", "old-1")); !os.IsNotExist(err) {
		t.Errorf("a function of a killed service is left: %v", err)
	}
	if result := c.call(`{"works":true}`); string(result.Payload) != `{"works":true}` {
		t.Errorf("answer %s", result.Payload)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != "state.json" {
		t.Errorf("after Close: %v, %v; want state.json alone", left, err)
	}
}
