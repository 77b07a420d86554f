package dynamolocal

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

//go:embed server/pom.xml server/LoopbackServer.java
var sources embed.FS

// installed is where the server's jars and the compiled launcher are.
type installed struct {
	java, jars, classes string
}

// Install makes the server runnable and returns its folder: jars by Maven, launcher by javac, once per version of
// their sources, into the user's cache directory. Several processes may call it at once.
func Install(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache directory for the DynamoDB Local: %w", err)
	}
	digest, err := sourcesDigest()
	if err != nil {
		return "", err
	}
	root := filepath.Join(cache, "paymentdr")
	folder := filepath.Join(root, "dynamodb-local-"+digest)
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", fmt.Errorf("create cache directory: %w", err)
	}
	unlock, err := lock(filepath.Join(root, "dynamodb-local.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	return folder, installInto(ctx, root, folder)
}

// installInto builds beside the folder and renames, so that a folder that exists is whole.
func installInto(ctx context.Context, root, folder string) error {
	tools := map[string]string{"mvn": "apt-get install maven", "javac": "apt-get install openjdk-17-jdk-headless"}
	for tool, remedy := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("install DynamoDB Local: %s is missing; install it, for example with %q, and run again", tool, remedy)
		}
	}
	work, err := os.MkdirTemp(root, "dynamodb-local-new-")
	if err != nil {
		return fmt.Errorf("create folder for the DynamoDB Local: %w", err)
	}
	defer os.RemoveAll(work)
	if err := os.CopyFS(work, sources); err != nil {
		return fmt.Errorf("write sources of the DynamoDB Local: %w", err)
	}
	jars, classes := filepath.Join(work, "jars"), filepath.Join(work, "classes")
	for _, step := range [][]string{
		{"mvn", "--batch-mode", "--quiet", "--file", "server/pom.xml", "dependency:copy-dependencies", "-DoutputDirectory=" + jars},
		{"javac", "-cp", filepath.Join(jars, "*"), "-d", classes, "server/LoopbackServer.java"},
	} {
		if err := run(ctx, work, step[0], step[1:]...); err != nil {
			return fmt.Errorf("install DynamoDB Local: %w", err)
		}
	}
	if err := os.Rename(work, folder); err != nil {
		return fmt.Errorf("move DynamoDB Local into place: %w", err)
	}
	return nil
}

func run(ctx context.Context, folder, name string, arguments ...string) error {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("run %s: %w\n%s", name, err, output)
	}
	return nil
}

// find checks that java is there and names the parts of an installed folder.
func find(folder string) (installed, error) {
	java, err := exec.LookPath("java")
	if err != nil {
		return installed{}, errors.New(`start DynamoDB Local: java is missing; install version 17 or later, for example with "apt-get install openjdk-17-jdk-headless"`)
	}
	return installed{java: java, jars: filepath.Join(folder, "jars"), classes: filepath.Join(folder, "classes")}, nil
}

func sourcesDigest() (string, error) {
	hash := sha256.New()
	for _, name := range []string{"server/pom.xml", "server/LoopbackServer.java"} {
		content, err := sources.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read embedded %s: %w", name, err)
		}
		hash.Write(content)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8]), nil
}

// lock takes an advisory lock on path, which the operating system gives back when the process ends.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock %s: %w", path, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("take lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}
