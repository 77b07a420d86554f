// Package lambdatest gives tests functions to run: real binaries, built once in a test process.
package lambdatest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/lambdazip"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/bundle"
)

var (
	probe     = sync.OnceValues(buildProbe)
	processor = sync.OnceValues(func() ([]byte, error) { return buildFunction("payment-processor") })
)

// Probe is the zip file of the function probe, which does what its event says.
func Probe(t testing.TB) []byte {
	t.Helper()
	return must(t, probe)
}

// PaymentProcessor is the zip file of the real payment processor.
func PaymentProcessor(t testing.TB) []byte {
	t.Helper()
	return must(t, processor)
}

func must(t testing.TB, build func() ([]byte, error)) []byte {
	t.Helper()
	archive, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func buildFunction(name string) ([]byte, error) {
	module, err := lambdazip.FindModule(".")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	return lambdazip.Builder{Module: module, Architecture: runtime.GOARCH}.Build(ctx, name)
}

func buildProbe() ([]byte, error) {
	module, err := lambdazip.FindModule(".")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "paymentdr-probe-")
	if err != nil {
		return nil, fmt.Errorf("build probe: %w", err)
	}
	defer os.RemoveAll(folder)
	binary := filepath.Join(folder, "bootstrap")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", binary,
		"./internal/localcloud/lambda/lambdatest/probe")
	command.Dir = module
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build probe: %w\n%s", err, out)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return nil, fmt.Errorf("build probe: %w", err)
	}
	return store(content)
}

// store packs without compression: tests unpack the probe very often.
func store(binary []byte) ([]byte, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	header := &zip.FileHeader{Name: bundle.EntryPoint, Method: zip.Store}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err == nil {
		_, err = entry.Write(binary)
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		return nil, fmt.Errorf("pack probe: %w", err)
	}
	return buffer.Bytes(), nil
}
