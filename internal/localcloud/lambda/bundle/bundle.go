// Package bundle unpacks a function's zip file and tells whether this machine can run it.
package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// EntryPoint is the file that the runtime provided.al2023 starts.
const EntryPoint = "bootstrap"

// Lambda's limits ("Lambda quotas", AWS Lambda Developer Guide), in bytes.
const (
	maximumZip      = 50 << 20
	maximumUnpacked = 250 << 20
)

// ErrForeign: the binary is of another processor or system.
var ErrForeign = errors.New("this machine cannot run it")

// ErrInvalid: not a zip file that Lambda takes.
var ErrInvalid = errors.New("could not unzip uploaded file")

// Hash is CodeSha256: the zip file's SHA-256 in base64.
func Hash(archive []byte) string {
	sum := sha256.Sum256(archive)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Unpack writes the files of the archive into folder, which it makes, and checks the entry point.
func Unpack(archive []byte, folder string) error {
	if len(archive) > maximumZip {
		return fmt.Errorf("unpack function: the zip file has %d bytes, more than %d: %w", len(archive), maximumZip, ErrInvalid)
	}
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return fmt.Errorf("unpack function: %w (%w)", ErrInvalid, err)
	}
	var size uint64
	found := false
	for _, file := range reader.File {
		size += file.UncompressedSize64
		found = found || file.Name == EntryPoint
	}
	if size > maximumUnpacked {
		return fmt.Errorf("unpack function: the files have %d bytes, more than %d: %w", size, maximumUnpacked, ErrInvalid)
	}
	if !found {
		return fmt.Errorf("unpack function: the zip file has no file %s, which the runtime provided.al2023 starts: %w", EntryPoint, ErrInvalid)
	}
	for _, file := range reader.File {
		if err := unpackFile(file, folder); err != nil {
			return fmt.Errorf("unpack function: %s: %w", file.Name, err)
		}
	}
	return runnable(filepath.Join(folder, EntryPoint))
}

func unpackFile(file *zip.File, folder string) error {
	if !filepath.IsLocal(file.Name) {
		return fmt.Errorf("the name leaves the folder: %w", ErrInvalid)
	}
	path := filepath.Join(folder, file.Name)
	if file.Mode().IsDir() || strings.HasSuffix(file.Name, "/") {
		return os.MkdirAll(path, 0o755)
	}
	if !file.Mode().IsRegular() {
		return fmt.Errorf("it is a %s, only files and folders are unpacked: %w", file.Mode().Type(), ErrInvalid)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	content, err := file.Open()
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrInvalid, err)
	}
	defer content.Close()
	mode := file.Mode().Perm() | 0o444
	if file.Name == EntryPoint {
		mode |= 0o111 // Lambda asks for the bit; a zip made on Windows has none
	}
	return write(path, content, mode)
}

// write keeps forks away while the file is open for writing: a child forked meanwhile would hold it open, and the kernel
// refuses to execute a file that is open for writing (ETXTBSY).
func write(path string, content io.Reader, mode os.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(content, maximumUnpacked))
	return errors.Join(err, out.Close())
}

// Names of processors: of the ELF header, of Go, of Lambda.
var machines = map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}

// runnable looks at the binary's header. A script is taken as it is.
func runnable(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", EntryPoint, err)
	}
	defer file.Close()
	magic := make([]byte, 4)
	if _, err := io.ReadFull(file, magic); err == nil && string(magic[:2]) == "#!" {
		return nil
	}
	binary, err := elf.NewFile(file)
	if err != nil {
		return fmt.Errorf("read %s: neither a Linux binary nor a script: %w", EntryPoint, ErrForeign)
	}
	machine, ok := machines[binary.Machine]
	if !ok {
		machine = binary.Machine.String()
	}
	if machine != runtime.GOARCH || runtime.GOOS != "linux" {
		return fmt.Errorf("%s is built for linux/%s, this machine is %s/%s: write the files with compute.architecture: %s: %w",
			EntryPoint, machine, runtime.GOOS, runtime.GOARCH, runtime.GOARCH, ErrForeign)
	}
	return nil
}
