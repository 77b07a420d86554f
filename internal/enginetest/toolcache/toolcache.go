// Package toolcache builds programs of this repository once and keeps them in
// the user's cache directory: the pinned OpenTofu of tools/tofu and the stub
// provider. Several processes may ask at the same time; one builds, the others
// wait on a file lock.
package toolcache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/mod/modfile"
)

// EngineVariable names an engine to use instead of the built one: a tofu or
// terraform binary.
const EngineVariable = "PAYMENTDR_TOFU"

const (
	engineModule  = "github.com/opentofu/opentofu"
	engineCommand = engineModule + "/cmd/tofu"
	// A release has no "-dev" at the end of its version.
	engineFlags = "-s -w -X " + engineModule + "/version.dev=no"
	stubCommand = "./internal/stubaws/cmd/terraform-provider-aws"
)

// Engine gives the path of the OpenTofu binary: what EngineVariable names, or
// the one that tools/tofu pins, built when the cache has none (about four
// minutes, 2 GiB of memory). Progress goes to log.
func Engine(ctx context.Context, log io.Writer) (string, error) {
	if named := os.Getenv(EngineVariable); named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("find engine that %s names: %w", EngineVariable, err)
		}
		return named, nil
	}
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	module := filepath.Join(root, "tools", "tofu")
	version, err := pinnedVersion(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(module, "go.sum"))
	if err != nil {
		return "", fmt.Errorf("read pins of the engine: %w", err)
	}
	return build(ctx, log, program{
		key: "tofu-" + version + "-" + digest(sum, []byte(engineFlags)), name: "tofu", what: "OpenTofu " + version + " (once, some minutes)",
		directory: module, arguments: []string{"-ldflags", engineFlags, engineCommand},
	})
}

// StubProvider gives the path of the stub provider, built from the sources as
// they are now.
func StubProvider(ctx context.Context, log io.Writer) (string, error) {
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	// The key is the checkout, the compiler decides whether the sources changed.
	return build(ctx, log, program{
		key: "stubaws-" + digest([]byte(root)), name: "terraform-provider-aws", rebuild: true,
		directory: root, arguments: []string{"-ldflags", "-s -w", stubCommand},
	})
}

// program is something to build.
type program struct {
	key       string   // folder in the cache
	name      string   // file in it
	what      string   // announced before a long build, "" for nothing
	rebuild   bool     // ask the compiler even when the file exists
	directory string   // where go build runs
	arguments []string // of go build
}

func build(ctx context.Context, log io.Writer, p program) (path string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache directory: %w", err)
	}
	folder := filepath.Join(cache, "paymentdr", p.key)
	path = filepath.Join(folder, p.name)
	if _, err := os.Stat(path); err == nil && !p.rebuild {
		return path, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("make cache folder: %w", err)
	}
	lock := flock.New(filepath.Join(folder, "lock"))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return "", fmt.Errorf("wait for another build of %s: %w", p.name, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if _, err := os.Stat(path); err == nil && !p.rebuild {
		return path, nil // built while we waited
	}
	return path, compile(ctx, log, p, path)
}

// compile builds beside the target and renames, so that nobody runs half a file.
func compile(ctx context.Context, log io.Writer, p program, path string) error {
	target := path
	if !p.rebuild {
		target = path + ".partial"
	}
	if p.what != "" {
		fmt.Fprintf(log, "building %s into %s\n", p.what, path)
		defer announce(log, time.Now())()
	}
	command := exec.CommandContext(ctx, "go", append([]string{"build", "-o", target}, p.arguments...)...)
	command.Dir = p.directory
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", p.name, err, output)
	}
	if target == path {
		return nil
	}
	if err := os.Rename(target, path); err != nil {
		return fmt.Errorf("install %s: %w", p.name, err)
	}
	return nil
}

// announce tells every 15 s that the work goes on, until the returned function runs.
func announce(log io.Writer, start time.Time) (stop func()) {
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		ticker := time.NewTicker(15 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				fmt.Fprintf(log, "still building, %s\n", time.Since(start).Round(time.Second))
			}
		}
	}()
	return func() {
		close(done)
		<-finished
		fmt.Fprintf(log, "build ended after %s\n", time.Since(start).Round(time.Second))
	}
}

// repositoryRoot is the nearest folder above the working directory that holds the tools.
func repositoryRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find repository: %w", err)
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		_, err := os.Stat(filepath.Join(folder, "tools", "tofu", "go.mod"))
		if err == nil {
			return folder, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("find repository: %w", err)
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("find repository: no tools/tofu/go.mod in or above %s", start)
		}
	}
}

func pinnedVersion(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read pins of the engine: %w", err)
	}
	parsed, err := modfile.ParseLax(file, content, nil)
	if err != nil {
		return "", fmt.Errorf("read pins of the engine: %w", err)
	}
	for _, requirement := range parsed.Require {
		if requirement.Mod.Path == engineModule {
			return requirement.Mod.Version, nil
		}
	}
	return "", fmt.Errorf("read pins of the engine: %s does not require %s", file, engineModule)
}

func digest(parts ...[]byte) string {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(part)
		hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil))[:12]
}
