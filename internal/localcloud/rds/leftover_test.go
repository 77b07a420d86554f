package rds_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// processesIn lists the processes whose command line names a folder.
func processesIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		// A process that ends meanwhile is none of interest.
		if content, err := os.ReadFile(file); err == nil && bytes.Contains(content, []byte(folder)) {
			found = append(found, filepath.Dir(file))
		}
	}
	return found
}

// All servers end with the process that runs the service, the suspended ones too.
func TestNothingRunsAfterTheServiceIsKilled(t *testing.T) {
	if os.Getenv("RDS_TEST_STARTER") != "" {
		w := newWorld(t)
		w.pair()
		w.must(w.service.SuspendRegion(west))
		fmt.Printf("ready %s\n", w.dir)
		select {}
	}
	if !postgres.DiesWithParent {
		t.Skip("this operating system cannot tie a child to its parent")
	}
	starter := exec.Command(os.Args[0], "-test.run", "^TestNothingRunsAfterTheServiceIsKilled$")
	starter.Env = append(os.Environ(), "RDS_TEST_STARTER=1")
	output, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	var folder string
	if _, err := fmt.Fscanf(output, "ready %s\n", &folder); err != nil {
		t.Fatal(errors.Join(err, starter.Process.Kill(), starter.Wait()))
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(folder)); os.Remove(filepath.Dir(folder) + ".lock") })
	if running := processesIn(t, folder); len(running) != 2 {
		t.Errorf("%d servers run in %s, want 2", len(running), folder)
	}
	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := starter.Wait(); err == nil {
		t.Fatal("the starter ended by itself")
	}
	deadline := time.Now().Add(patience)
	for running := processesIn(t, folder); len(running) > 0; running = processesIn(t, folder) {
		if time.Now().After(deadline) {
			t.Fatalf("still running: %v", running)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
