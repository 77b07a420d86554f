package toolcache_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/paymentdr/paymentdr/internal/enginetest/toolcache"
)

func TestEngineNamedByVariable(t *testing.T) {
	named := filepath.Join(t.TempDir(), "tofu")
	t.Setenv(toolcache.EngineVariable, named)
	if _, err := toolcache.Engine(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), named) {
		t.Errorf("missing engine: got %v, want an error that names %s", err, named)
	}
	if err := os.WriteFile(named, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := toolcache.Engine(t.Context(), io.Discard); err != nil || got != named {
		t.Errorf("engine: got %q, %v, want %q", got, err, named)
	}
}

// TestStubProviderBuiltTogether asks from several goroutines, as test packages do.
func TestStubProviderBuiltTogether(t *testing.T) {
	// The compiler's own cache stays where it is: a cold build takes minutes.
	compiled, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(compiled)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	paths := make([]string, 3)
	var group sync.WaitGroup
	for i := range paths {
		group.Go(func() {
			path, err := toolcache.StubProvider(t.Context(), io.Discard)
			if err != nil {
				t.Errorf("build: %v", err)
			}
			paths[i] = path
		})
	}
	group.Wait()
	for _, path := range paths {
		if path != paths[0] {
			t.Errorf("paths differ: %q", paths)
		}
	}
	if info, err := os.Stat(paths[0]); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("stub provider %s: %v, %v", paths[0], info, err)
	}
}

// TestEngineNeedsRepository runs outside of any checkout.
func TestEngineNeedsRepository(t *testing.T) {
	t.Setenv(toolcache.EngineVariable, "")
	t.Chdir(t.TempDir())
	if _, err := toolcache.Engine(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "tools/tofu/go.mod") {
		t.Errorf("outside of a checkout: got %v, want an error that names tools/tofu/go.mod", err)
	}
}
