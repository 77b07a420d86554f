// Package lambdazip builds the Lambda functions' zip files: the same source and toolchain give the same bytes.
package lambdazip

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The entry point's name that the runtime provided.al2023 starts.
const bootstrap = "bootstrap"

// modified is the time of every zip entry: the oldest that the format can say, so that the bytes do not depend on now.
var modified = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Builder builds the functions of one source tree.
type Builder struct {
	// Module is the folder of paymentdr's go.mod.
	Module string
	// Architecture is GOARCH: arm64 or amd64.
	Architecture string
}

// FindModule returns the nearest folder, from start upwards, that holds the source of the functions.
func FindModule(start string) (string, error) {
	start, err := filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("find source tree: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, "cmd", "lambda"))
		if err == nil {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				return dir, nil
			}
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find source tree: no folder above %s has go.mod and cmd/lambda: run inside the source tree, or use --no-functions and put the zip files into lambda/ yourself", start)
		}
	}
}

// Build compiles one function (a folder below cmd/lambda) and returns its zip.
func (b Builder) Build(ctx context.Context, function string) ([]byte, error) {
	archives, err := b.BuildAll(ctx, function)
	return archives[function], err
}

// BuildAll compiles functions with one run of the compiler, which shares what they have in common, and returns the zips
// by function.
func (b Builder) BuildAll(ctx context.Context, functions ...string) (map[string][]byte, error) {
	folder, err := os.MkdirTemp("", "paymentdr-functions-*")
	if err != nil {
		return nil, fmt.Errorf("build functions: %w", err)
	}
	defer os.RemoveAll(folder)
	if err := b.compile(ctx, functions, folder); err != nil {
		return nil, err
	}
	archives := map[string][]byte{}
	for _, function := range functions {
		content, err := os.ReadFile(filepath.Join(folder, function))
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", function, err)
		}
		if archives[function], err = Pack(content); err != nil {
			return nil, err
		}
	}
	return archives, nil
}

// compile leaves out whatever differs between two machines: paths, version control state, C libraries, build ids.
func (b Builder) compile(ctx context.Context, functions []string, folder string) error {
	names := strings.Join(functions, ", ")
	compiler, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("build %s: the Go compiler is needed and not on the PATH: %w", names, err)
	}
	arguments := []string{"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid=",
		"-o", folder + string(filepath.Separator)}
	for _, function := range functions {
		arguments = append(arguments, "./cmd/lambda/"+function)
	}
	// #nosec G204 -- arguments are our own function names
	command := exec.CommandContext(ctx, compiler, arguments...)
	command.Dir = b.Module
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+b.Architecture, "CGO_ENABLED=0", "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	command.WaitDelay = 5 * time.Second
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("build %s: %w", names, ctx.Err())
		}
		return fmt.Errorf("build %s: %w\n%s", names, err, strings.TrimSpace(output.String()))
	}
	return nil
}

// Pack makes the zip of a binary.
func Pack(binary []byte) ([]byte, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	header := &zip.FileHeader{Name: bootstrap, Method: zip.Deflate, Modified: modified}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err == nil {
		_, err = entry.Write(binary)
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		return nil, fmt.Errorf("pack zip: %w", err)
	}
	return buffer.Bytes(), nil
}
